import Foundation

/// The eyelashes: strips along the rims of the lids, whose texture cuts single lashes out.
///
/// They belong to the region of the eyes, as the dark fringe around an eye does to whoever looks.
package enum Lashes {
    private static let across = 20
    private static let along = 4

    /// The lashes of a posed head.
    ///
    /// - Parameters:
    ///   - person: whose lashes' length, density and colour count; mascara comes with eye-liner.
    ///   - posed: the head as it is in the picture.
    ///   - head: whose topology that is.
    ///   - eyeLiner: 0 (none) ... 1: darkens and thickens them.
    /// - Returns: four strips, left and right eye by halves of u, upper and lower lid by v.
    package static func surface(
        for person: Person, on posed: PosedHead, head: BuiltInHead, eyeLiner: Float = 0
    ) -> Surface {
        var mesh = WornMesh()
        var tangents: [SIMD3<Float>] = []
        for eye in 0..<2 {
            for isUpper in [true, false] {
                let rows = strip(eye, isUpper, person.lashes.length, posed, head)
                let band: (Float, Float) = isUpper ? (0, 0.6) : (0.64, 0.36)
                // From the inner corner outwards the left eye's strip runs to the person's left.
                mesh.sheet(rows, isFlipped: (eye == 0) == isUpper) { r, c in
                    SIMD2(
                        0.5 * (Float(eye) + Float(c) / Float(across)),
                        band.0 + band.1 * Float(r) / Float(along))
                }
                for r in rows.indices {
                    for c in rows[r].indices {
                        let (a, b) = (max(r - 1, 0), min(r + 1, along))
                        tangents.append(Vector.unit(rows[b][c] - rows[a][c]))
                    }
                }
            }
        }
        let texture = LashTexture.painted(person, eyeLiner: eyeLiner)
        var surface = mesh.surface(
            .lashes,
            Material(
                model: .hair, albedo: LashTexture.colour(person, eyeLiner: eyeLiner), specular: 0.2,
                roughness: 0.5, region: .eyes, texture: texture))
        surface.tangents = tangents
        return surface
    }

    /// Rows from the root to the tip, inner to outer corner.
    private static func strip(
        _ eye: Int, _ isUpper: Bool, _ length: Float, _ posed: PosedHead, _ head: BuiltInHead
    ) -> [[SIMD3<Float>]] {
        let rim = head.mesh.topology.lidRims[eye]
        let ball =
            head.pieces.first { $0.part == (eye == 0 ? .leftEye : .rightEye) }?.vertices ?? 0..<1
        let p = posed.positions
        let centre = 0.5 * (p[ball.lowerBound] + p[ball.upperBound - 1]) * 1e3
        let forth = posed.skull.direction(SIMD3(0, 0, 1))
        let side = posed.skull.direction(SIMD3(eye == 0 ? 1 : -1, 0, 0))
        var rows = [[SIMD3<Float>]](repeating: [], count: along + 1)
        for c in 0...across {
            let i = isUpper ? c : (2 * across - c) % (2 * across)
            // The ring after the rim is the lid's outer edge, a millimetre away from the opening.
            let inner = p[rim[i]] * 1e3
            let outer = p[rim[i] + HeadTopology.lidCount] * 1e3
            let root = inner + 0.85 * (outer - inner)
            let t = Float(c) / Float(across)
            let ray = Vector.unit(root - centre)
            let lid = outer - inner
            let up = Vector.unit(lid - ray * Vector.dot(lid, ray))
            let fan = side * (0.75 * t - 0.25)
            let ahead = Vector.unit(0.55 * forth + 0.45 * ray + fan)
            let long =
                length * (isUpper ? 0.95 : 0.5) * (0.55 + 0.45 * ramp(t, 0, 0.6))
                * (1 - 0.25 * ramp(t, 0.9, 1))
            for r in 0...along {
                let s = Float(r) / Float(along)
                let bend = isUpper ? 0.12 * s + 0.55 * s * s : 0.3 * s + 0.3 * s * s
                rows[r].append(root + long * (ahead * (s * (0.8 - 0.18 * s)) + up * bend))
            }
        }
        return rows
    }
}
