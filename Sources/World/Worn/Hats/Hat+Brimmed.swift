import Foundation

extension Hat {
    /// A felt hat with a dented crown, a band and a brim all around.
    static func brimmed(_ colour: SIMD3<Float>, _ wearer: WearersHead, room: Float) -> Hat {
        let shell = HatShell(
            wearer, rim: rim(front: -20, side: -4, back: 20),
            clearance: { _, share in
                // Straighter walls than the skull's, with an edge at the top.
                let s = Float(share)
                return 4 + room + 15 * expf(-powf((s - 0.52) / 0.2, 2))
            },
            rise: { share in
                let s = Float(share)
                return 9 * (1 - powf(s, 3)) - 6 * expf(-powf(s / 0.2, 2))
            })
        var mesh = WornMesh()
        mesh.sheet(shell.closedDome, isClosed: true) { r, c in
            SIMD2(Float(c) / Float(HatShell.columns), 0.6 * Float(r) / Float(HatShell.rows - 1))
        }
        let outs: [Float] = [0, 0.2, 0.45, 0.7, 0.9, 1]
        func point(_ c: Int, _ out: Float, _ lower: Float) -> SIMD3<Float> {
            let p = shell.edge[c]
            let d = p - shell.middle
            let away = Vector.unit(SIMD3(d.x, 0, d.z))
            // Up at the sides, down in front.
            let curl = 9 * away.x * away.x - 9 * max(0, away.z) - 3
            let far = 50 * out
            return p + away * far + SIMD3(0, 0.6 + curl * out * out - lower, 0)
        }
        let all = 0...HatShell.columns
        let rows =
            outs.map { out in all.map { point($0, out, 0) } }
            + outs.reversed().map { out in all.map { point($0, out, out > 0.95 ? 1 : 2.4) } }
        mesh.sheet(rows, isClosed: true) { r, c in
            SIMD2(
                Float(c) / Float(HatShell.columns), 0.62 + 0.38 * Float(r) / Float(rows.count - 1))
        }
        let band = colour.max() > 0.2 ? colour * 0.25 : SIMD3<Float>(0.09, 0.08, 0.075)
        let texture = Weave.texture(width: 64, height: 128, region: .hat, roughness: 0.8) { u, v in
            let isBand = v > 0.475 && v < 0.6
            let felt = 0.97 + 0.03 * cosf(2 * .pi * 31 * u) * cosf(2 * .pi * 53 * v)
            return Weave.Texel(isBand ? band : colour * felt, height: isBand ? 0.7 : 0)
        }
        return Hat(
            surface: mesh.surface(.hat, Weave.material(.hat, colour, texture)), shell: shell)
    }
}
