import Foundation

extension Hat {
    /// A knitted cap with a turned-up ribbed hem.
    static func beanie(
        _ colour: SIMD3<Float>, _ wearer: WearersHead, room: Float
    ) -> Hat {
        let rim = rim(front: -8, side: 12, back: 52)
        let shell = HatShell(
            wearer, rim: rim, clearance: { _, _ in 4.5 + room },
            rise: { 11 * Float(pow(1 - $0, 2)) })
        var mesh = WornMesh()
        mesh.sheet(shell.closedDome, isClosed: true) { r, c in
            SIMD2(
                Float(c) / Float(HatShell.columns), 0.7 * Float(r) / Float(HatShell.rows - 1))
        }
        // The hem: up the outside from the rim, over its upper edge and back into the dome.
        let profile: [(share: Double, off: Float)] = [
            (0.995, -3.5), (1.012, -1), (1.015, 1.5), (1, 3.6), (0.93, 4.4), (0.86, 4.6),
            (0.79, 4.2),
            (0.765, 2.8), (0.76, -0.5),
        ]
        let rows = profile.reversed().map { step in
            (0...HatShell.columns).map { c -> SIMD3<Float> in
                let angle = HatShell.angle(c % HatShell.columns)
                let down = HeadChart.crown + step.share * (rim(angle) - HeadChart.crown)
                let p = wearer.skin(angle, down).point
                let off = Vector.unit(p - shell.middle)
                let rise = 11 * Float(pow(max(0, 1 - step.share), 2))
                return p + off * (4.5 + room + step.off) + SIMD3(0, rise, 0)
            }
        }
        mesh.sheet(rows, isClosed: true) { r, c in
            SIMD2(
                Float(c) / Float(HatShell.columns),
                0.72 + 0.28 * Float(r) / Float(profile.count - 1))
        }
        let texture = Weave.texture(width: 384, height: 96, region: .hat, roughness: 0.95) { u, v in
            let isHem = v > 0.71
            let ribs = isHem ? 64.0 : 48.0
            let across = 0.5 + 0.5 * cosf(2 * .pi * Float(ribs) * u)
            let stitch = isHem ? 1 : 0.75 + 0.25 * cosf(2 * .pi * (36 * v + 0.5 * across))
            let height = across * stitch
            return Weave.Texel(
                colour * (0.62 + 0.38 * height), height: (isHem ? 1.4 : 0.9) * height)
        }
        return Hat(
            surface: mesh.surface(.hat, Weave.material(.hat, colour, texture)), shell: shell)
    }
}
