import Foundation

extension Hat {
    /// A baseball cap: six panels, a button and a curved bill.
    static func cap(_ colour: SIMD3<Float>, _ wearer: WearersHead, room: Float) -> Hat {
        let shell = HatShell(
            wearer, rim: rim(front: -14, side: 2, back: 38),
            clearance: { angle, share in
                // The front panels stand up.
                let front = Float(max(0, cos(angle)))
                return 3.5 + room + 5 * front * Float(sin(.pi * min(1, 1.1 * share)))
            },
            rise: { 5 * Float(1 - $0) })
        var mesh = WornMesh()
        // Inside the rim the cloth turns up, so that it has thickness.
        let inner = shell.edge.map { $0 - Vector.unit($0 - shell.middle) * 2.6 + SIMD3(0, 5, 0) }
        let lip = shell.edge.map { $0 - Vector.unit($0 - shell.middle) * 1.3 - SIMD3(0, 0.8, 0) }
        let rows = shell.closedDome + [lip, inner]
        mesh.sheet(rows, isClosed: true) { r, c in
            SIMD2(Float(c) / Float(HatShell.columns), 0.8 * Float(r) / Float(rows.count - 1))
        }
        let top = shell.dome[0].reduce(.zero, +) / Float(HatShell.columns)
        mesh.bead(
            top + SIMD3(0, 0.5, 0), axis: SIMD3(0, 1, 0), side: SIMD3(1, 0, 0),
            radii: SIMD3(6, 6, 2.4), turns: 12, rings: 6, patch: .init(0.8...1, 0.82...1))
        addBill(shell, &mesh)
        let texture = Weave.texture(width: 192, height: 96, region: .hat, roughness: 0.85) { u, v in
            let twill = 0.96 + 0.04 * cosf(2 * .pi * (96 * u + 48 * v))
            guard v < 0.8 else {
                // Rows of stitches follow the bill's edge.
                let seam: Float = v < 0.9 && abs(fmodf((v - 0.8) * 50, 1) - 0.5) < 0.16 ? 0.86 : 1
                return Weave.Texel(colour * twill * seam, height: seam)
            }
            // Panels meet in front, behind and at thirds between.
            let fromSeam = abs(fmodf(u * 6 + 0.5, 1) - 0.5) / 6
            let seam = ramp(fromSeam, 0.002, 0.008)
            let band: Float = abs(v - 0.72) < 0.008 ? 0.85 : 1
            return Weave.Texel(colour * twill * band * (0.72 + 0.28 * seam), height: 0.8 * seam)
        }
        return Hat(
            surface: mesh.surface(.hat, Weave.material(.hat, colour, texture)), shell: shell)
    }

    private static func addBill(_ shell: HatShell, _ mesh: inout WornMesh) {
        let edge = shell.edge
        let reach = 0.92
        let count = 20
        func point(_ i: Int, _ out: Float, _ lower: Float) -> SIMD3<Float> {
            let t = Double(i) / Double(count) * 2 - 1
            let column = (reach * t + .pi) / (2 * .pi) * Double(HatShell.columns)
            let c = min(max(Int(column), 0), HatShell.columns - 1)
            let f = Float(column) - Float(c)
            let from = edge[c] * (1 - f) + edge[c + 1] * f
            // Longest in the middle; its corners run into the rim. Curved down at the sides.
            let length = 64 * powf(max(0, 1 - Float(t * t)), 0.62)
            let forth = length * out
            let bow =
                0.0042 * from.x * from.x * out * min(1, length / 40) + 0.14 * forth + 0.0012 * forth
                * forth
            let thin = lower * min(1, length / 20)
            return SIMD3(from.x * (1 + 0.04 * out), from.y + 3.5 - bow - thin, from.z - 1.5 + forth)
        }
        let outs: [Float] = [0, 0.25, 0.5, 0.75, 0.96, 1]
        let upper = outs.map { out in (0...count).map { point($0, out, 0) } }
        let under = outs.reversed().map { out in
            (0...count).map { point($0, out, out > 0.97 ? 1.2 : 2.6) }
        }
        let rows = upper + under
        mesh.sheet(rows, isFlipped: false) { r, c in
            SIMD2(0.75 * Float(c) / Float(count), 0.8 + 0.2 * Float(r) / Float(rows.count - 1))
        }
    }
}
