import Foundation

extension Hat {
    /// A scarf around the face that covers hair and ears and falls on the neck.
    static func headscarf(_ colour: SIMD3<Float>, _ wearer: WearersHead, room: Float) -> Hat {
        let shell = HatShell(
            wearer, rim: { abs($0) < 1.05 ? -24 : 240 }, clearance: { _, _ in 4 + room })
        let count = 44
        let downs: [Double] = [
            -125, -112, -98, -84, -70, -58, -47, -38, -31, -24, -17, -9, 0, 12, 26, 40, 55, 70, 85,
            100, 114, 126,
            137, 147, 156, 165, 174, 183, 194, 206, 218, 230,
        ]
        let rows = downs.map { down in
            (0...count).map { i -> SIMD3<Float> in
                let t = Double(i) / Double(count) * 2 - 1
                let open = opening(down)
                // From the face's left edge around the back to its right edge.
                let angle = open + (1 + t) * (.pi - open)
                return draped(angle, down, edge: open > 0.02 ? 1 - abs(t) : 1, wearer, room)
            }
        }
        // The hem at the face is turned in.
        let folded = rows.map { row -> [SIMD3<Float>] in
            guard let a = row.first, let b = row.last else { return row }
            guard abs(a.x - b.x) > 4 else { return [a] + row + [b] }
            func tucked(_ p: SIMD3<Float>, _ side: Float) -> SIMD3<Float> {
                let inwards = Vector.unit(SIMD3(0, p.y, wearer.middle.z) - p)
                return p + inwards * 4.5 + SIMD3(side * 1.5, 0, -2.5)
            }
            return [tucked(a, 1)] + row + [tucked(b, -1)]
        }
        var mesh = WornMesh()
        mesh.sheet(folded) { r, c in
            SIMD2(Float(c) / Float(count + 2), Float(r) / Float(downs.count - 1))
        }
        let texture = Weave.texture(width: 96, height: 96, region: .hat, roughness: 0.8) { u, v in
            let weave = 0.95 + 0.05 * cosf(2 * .pi * 7 * (u + 0.3 * v))
            let isHem = u < 0.04 || u > 0.96
            return Weave.Texel(colour * weave * (isHem ? 0.86 : 1))
        }
        return Hat(
            surface: mesh.surface(.hat, Weave.material(.hat, colour, texture)), shell: shell)
    }

    /// Half the angle that the face's opening takes up at a height of the chart.
    private static func opening(_ down: Double) -> Double {
        let upper = (down + 25) / 60
        let lower = (172 - down) / 90
        guard upper > 0, lower > 0 else { return 0 }
        let rounded = pow(1 - pow(max(0, 1 - upper), 2.4), 0.5)
        return 1.16 * rounded * pow(1 - pow(max(0, 1 - lower), 2), 0.6)
    }

    /// Cloth over hair and ears; below them it hangs, rather than follow jaw and neck.
    private static func draped(
        _ angle: Double, _ down: Double, edge: Double, _ wearer: WearersHead, _ room: Float
    ) -> SIMD3<Float> {
        let p = wearer.skin(angle, down).point
        let c = Float(cos(angle))
        let s = abs(Float(sin(angle)))
        let axis = SIMD3<Float>(0, min(p.y, wearer.middle.y), wearer.middle.z)
        let off = Vector.unit(p - axis)
        let hem = Float(smooth(0, 0.12, edge))
        var clearance = 3 + (room + 1) * hem
        // Ears.
        let ear = wearer.ears[0].top.y - 22
        clearance += 19 * hem * s * s * expf(-powf((p.y - ear) / 30, 2))
        let below = Float(smooth(80, 170, down))
        let loose = Float(smooth(170, 225, down))
        clearance += below * (9 * hem * (0.4 + 0.6 * s) + (c < 0 ? 12 * -c : 0)) + 16 * loose
        let phase = Float(angle) * 9 + 0.05 * Float(down)
        let fold = sinf(phase) * (0.7 + 2.2 * below) * hem
        return p + off * (clearance + fold) - SIMD3(0, 6 * loose, 0)
    }
}
