import Foundation

extension Glasses {
    private typealias Patch = WornMesh.Patch

    /// Rims, bridge, nose pads, hinges and temples.
    package func frame(_ colour: NamedColour) -> Surface {
        var mesh = WornMesh()
        let section = shape.rim * size
        let round: Float = shape.isWire ? 1 : 0.62
        for (side, u) in [(Float(1), Float(0)), (-1, 0.5)] {
            mesh.tube(
                rim(side), radii: Array(repeating: section, count: Self.count),
                up: SIMD3(0, 0, 1), sides: 8, isClosed: true, squareness: round,
                patch: Patch(u...u + 0.5, 0...0.4))
            addTemple(side, &mesh, Patch(u...u + 0.5, 0.4...0.7), round)
            addPad(
                side, &mesh, Patch(u...u + 0.25, 0.9...1), arm: Patch(u + 0.25...u + 0.5, 0.9...1))
        }
        addBridge(&mesh, round)
        let isMetal = colour.name == .gold || colour.name == .silver
        return mesh.surface(
            .glassesFrame,
            Material(
                model: .glossy, albedo: colour.linear, specular: isMetal ? 0.9 : 0.5,
                roughness: isMetal ? 0.25 : 0.18, region: .glasses))
    }

    /// The lenses, one sheet each.
    package func lenses(_ style: GlassesStyle, _ colour: NamedColour) -> Surface {
        var mesh = WornMesh()
        for (side, u) in [(Float(1), Float(0.25)), (-1, 0.75)] {
            let scales: [Float] = [0.002, 0.4, 0.75, 1]
            let rows = scales.map { scale in
                (0...Self.count).map { i in
                    let turn = Float(i % Self.count) / Float(Self.count)
                    let p = middle + shape.outline(turn) * (size * scale)
                    return place(side * p.x, p.y) + SIMD3(0, 0, 0.8 * (1 - scale * scale))
                }
            }
            mesh.sheet(rows, isClosed: true, isFlipped: side < 0) { r, c in
                let p = shape.outline(Float(c % Self.count) / Float(Self.count)) * scales[r]
                return SIMD2(u + side * p.x * 0.006, 0.5 - p.y * 0.012)
            }
        }
        var tint = SIMD3<Float>(0.94, 0.96, 0.96)
        if style == .sunglasses {
            tint = colour.name == .brown ? SIMD3(0.05, 0.032, 0.02) : SIMD3(0.025, 0.028, 0.03)
        }
        return mesh.surface(
            .glassesLens,
            Material(model: .glass, albedo: tint, specular: 0.5, roughness: 0.03, region: .glasses))
    }

    private func addTemple(
        _ side: Float, _ mesh: inout WornMesh, _ patch: WornMesh.Patch, _ round: Float
    ) {
        let mirror = SIMD3<Float>(side, 1, 1)
        let corner = place(middle.x + shape.half.x * size, hinge.y)
        // Behind the ear it turns down, close to the skull.
        let bend = SIMD3(overEar.x - 0.5, overEar.y - 3, overEar.z - 11)
        let tip = SIMD3(overEar.x - 3.5, overEar.y - 27, overEar.z - 21)
        var path = [corner, SIMD3(hinge.x - 0.6, hinge.y, hinge.z - 0.3), hinge + SIMD3(0, 0, -3)]
        for i in 1...8 { path.append(path[2] + (overEar - path[2]) * (Float(i) / 8)) }
        path += [bend, bend + SIMD3(-1, -8, -6), tip]
        let tall = (shape.isWire ? 0.9 : 2.3) * size
        let wide: Float = shape.isWire ? 0.8 : 1.25
        let radii = path.indices.map { i in
            SIMD2(wide, i < 3 || shape.isWire ? tall : tall * (i > 10 ? 0.9 : 0.85))
        }
        mesh.tube(
            path.map { $0 * mirror }, radii: radii, up: SIMD3(0.05 * side, 1, -0.3), sides: 8,
            squareness: round, patch: patch)
    }

    private func addBridge(_ mesh: inout WornMesh, _ round: Float) {
        let heights = shape.isWire && shape.half.y > 22 ? [shape.bridge, 1.02] : [shape.bridge]
        for (k, share) in heights.enumerated() {
            let y = middle.y + share * shape.half.y * size
            // The rim's innermost point at that height.
            let inner = rim(1).min { abs($0.y - y) + 2 * $0.x < abs($1.y - y) + 2 * $1.x }
            let from = (share > 1 ? middle.x - 0.42 * shape.half.x * size : inner?.x ?? 9)
            let nose = wearer.skin(0, bridgeDown(y)).point
            let path = (0...10).map { i -> SIMD3<Float> in
                let t = Float(i) / 5 - 1
                let x = from * t
                var p = place(x, y + (share > 1 ? 0 : 2.6 * (1 - t * t)))
                p.z = max(p.z, nose.z + 2 + shape.rim.y - 0.03 * x * x) + (1 - t * t) * 0.8
                return p
            }
            mesh.tube(
                path, radii: Array(repeating: shape.rim * size, count: path.count),
                up: SIMD3(0, 0, 1), sides: 8, squareness: round,
                patch: WornMesh.Patch(0...1, 0.7 + 0.1 * Float(k)...0.8 + 0.1 * Float(k)))
        }
    }

    /// Where on the chart's middle line the nose has a height, near enough.
    private func bridgeDown(_ y: Float) -> Double { HeadChart.ring + 10 - Double(y) }

    private func addPad(
        _ side: Float, _ mesh: inout WornMesh, _ patch: WornMesh.Patch, arm: WornMesh.Patch
    ) {
        let wanted =
            place(side * (middle.x - shape.half.x * size - 1), middle.y - 7 * size)
            - SIMD3(0, 0, 5)
        var (nearest, spot) = (Float.infinity, 0)
        for i in wearer.points.indices where wearer.head.kinds[i] == .skin {
            let d = wearer.points[i] - wanted
            if Vector.dot(d, d) < nearest { (nearest, spot) = (Vector.dot(d, d), i) }
        }
        let n = wearer.normals[spot]
        let centre = wearer.points[spot] + n * 1.1
        mesh.bead(
            centre, axis: SIMD3(-0.12 * side, 1, 0.25), side: n, radii: SIMD3(1.1, 2.2, 4.2),
            turns: 8, rings: 5, patch: patch)
        guard
            let start = rim(side).min(by: { a, b in
                Vector.length(a - centre) < Vector.length(b - centre)
            })
        else { return }
        let radius: Float = shape.isWire ? 0.5 : 1.1
        mesh.tube(
            [start, 0.5 * (start + centre) + SIMD3(0, 0, -0.8), centre],
            radii: Array(repeating: SIMD2(radius, radius), count: 3), up: SIMD3(0, 1, 0), sides: 5,
            patch: arm)
    }
}
