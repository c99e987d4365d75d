import Foundation

/// Ear-rings through both lobes: stud, hoop or drop. Made for the head at rest.
package enum EarRings {
    /// Both ear-rings, or nil when none are worn.
    ///
    /// - Parameters:
    ///   - rings: their kind and colour.
    ///   - wearer: the head.
    ///   - skull: how the head will be moved; what hangs then hangs straight down.
    /// - Returns: a surface for the head at rest.
    package static func surface(
        _ rings: Look.EarRings, _ wearer: WearersHead, skull: RigidMotion
    ) -> Surface? {
        guard rings.style != .none else { return nil }
        var mesh = WornMesh()
        // The inverse rotation of the world's down.
        let fall = -skull.rotation.1
        for (side, u) in [(Float(1), Float(0)), (-1, 0.5)] {
            add(rings.style, wearer.ears[side > 0 ? 0 : 1], side, fall, u, &mesh)
        }
        let isMetal = [ColourName.gold, .silver].contains(rings.colour.name)
        return mesh.surface(
            .earRings,
            Material(
                model: .glossy, albedo: rings.colour.linear, specular: isMetal ? 1 : 0.6,
                roughness: isMetal ? 0.15 : 0.08, region: .earRings))
    }

    private static func add(
        _ style: EarRingStyle, _ ear: WearersHead.Ear, _ side: Float, _ fall: SIMD3<Float>,
        _ u: Float, _ mesh: inout WornMesh
    ) {
        let n = ear.lobeNormal
        let pin = ear.lobe + n * 0.6
        func patch(_ low: Float, _ high: Float) -> WornMesh.Patch { .init(u...u + 0.5, low...high) }
        switch style {
        case .none: break
        case .stud:
            mesh.bead(
                pin + n * 0.9, axis: n, side: SIMD3(0, 1, 0), radii: SIMD3(2.7, 2.7, 2.1),
                turns: 14,
                rings: 8, patch: patch(0, 1))
        case .hoop:
            // Through the lobe and around its lower edge; the ring's plane points forwards.
            let radius: Float = 10.5
            let out = Vector.unit(SIMD3(n.x, 0, n.z))
            let plane = Vector.unit(Vector.cross(fall, out))
            let centre =
                SIMD3(
                    ear.bottom.x + 0.4 * side, ear.bottom.y + 3.2, ear.lobe.z) + fall * radius
            let path = (0..<32).map { i -> SIMD3<Float> in
                let t = 2 * Float.pi * Float(i) / 32
                return centre - fall * (radius * cosf(t)) + out * (radius * sinf(t))
            }
            mesh.tube(
                path, radii: Array(repeating: SIMD2(0.95, 0.95), count: 32), up: plane, sides: 8,
                isClosed: true, patch: patch(0, 1))
        case .drop:
            mesh.bead(
                pin + n * 0.5, axis: n, side: SIMD3(0, 1, 0), radii: SIMD3(1.9, 1.9, 1.4),
                turns: 10,
                rings: 6, patch: patch(0, 0.3))
            let hook = SIMD3(pin.x, pin.y, pin.z) + SIMD3(1.6 * side, 0, 0)
            mesh.tube(
                [hook, hook + fall * 7, hook + fall * 13],
                radii: Array(repeating: SIMD2(0.45, 0.45), count: 3), up: n, sides: 6,
                patch: patch(0.3, 0.5))
            mesh.bead(
                hook + fall * 19, axis: -fall, side: SIMD3(0, 0, 1), radii: SIMD3(4.2, 4.2, 8),
                turns: 14, rings: 10, patch: patch(0.5, 1), profile: { 0.35 + 0.65 * $0 })
        }
    }
}
