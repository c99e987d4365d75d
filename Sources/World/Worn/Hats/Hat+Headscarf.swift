import Foundation

extension Hat {
    /// A scarf around the face that covers hair and ears and falls on the neck.
    static func headscarf(_ colour: SIMD3<Float>, _ wearer: WearersHead, room: Float) -> Hat {
        let shell = HatShell(
            wearer, rim: { abs($0) < 1 ? -24 : 60 }, clearance: { _, _ in 4 + room },
            coversAll: true)
        let rows = draped(wearer, room)
        // Above the forehead and below the chin the two edges meet.
        let joined = rows.map { row in Vector.length(row[0] - row[row.count - 1]) < 2 }
        let folded = zip(rows, joined).map { row, meets -> [SIMD3<Float>] in
            let (a, b) = (row[0], row[row.count - 1])
            guard !meets else { return [a] + row + [b] }
            func tucked(_ p: SIMD3<Float>) -> SIMD3<Float> {
                p + Vector.unit(SIMD3(0, p.y, wearer.middle.z) - p) * 4.5 + SIMD3(0, 0, -2)
            }
            return [tucked(a)] + row + [tucked(b)]
        }
        var mesh = WornMesh()
        let last = across + 2
        mesh.sheet(
            folded, sharing: { r, c in joined[r] && (c == 1 || c >= last - 1) ? 0 : nil },
            coordinates: { r, c in
                SIMD2(Float(c) / Float(last), Float(r) / Float(downs.count - 1))
            })
        let texture = Weave.texture(width: 96, height: 96, region: .hat, roughness: 0.8) { u, v in
            let weave = 0.96 + 0.04 * cosf(2 * .pi * 7 * (u + 0.3 * v))
            let isHem = u < 0.045 || u > 0.955
            return Weave.Texel(colour * weave * (isHem && v > 0.25 && v < 0.8 ? 0.88 : 1))
        }
        return Hat(
            surface: mesh.surface(.hat, Weave.material(.hat, colour, texture)), shell: shell)
    }

    private static let across = 42
    /// Close together where the opening begins and ends.
    private static let downs: [Double] = [
        -125, -110, -94, -78, -62, -47, -36, -29, -25.3, -24.3, -22, -18, -12, -4, 6, 18, 32, 46,
        62,
        78, 94, 110, 126, 140, 152, 161, 166.5, 169.4, 170.3, 174, 184, 196, 212, 230, 252,
    ]

    /// Half the angle that the face's opening takes up at a height of the chart: half an ellipse.
    private static func opening(_ down: Double) -> Double {
        let t = (down - 72.5) / 97
        let wide = max(0, 1 - t * t).squareRoot()
        return 1.13 * pow(wide, 0.8) * (1 - 0.16 * t)
    }

    /// Cloth over hair and ears. Below the widest part of the skull it hangs, rather than follow
    /// jaw and neck; at the face's edge it lies on the skin.
    private static func draped(_ wearer: WearersHead, _ room: Float) -> [[SIMD3<Float>]] {
        let ear = wearer.ears.max { abs($0.widest.x) < abs($1.widest.x) } ?? wearer.ears[0]
        var reach = [Float](repeating: 0, count: across + 1)
        var height: Float = 0
        return downs.map { down -> [SIMD3<Float>] in
            let open = opening(down)
            return (0...across).map { i -> SIMD3<Float> in
                // From the face's left edge around the back to its right edge.
                let t = 2 * Double(i) / Double(across) - 1
                let angle = open + (1 + t) * (.pi - open)
                let p = wearer.skin(angle, down).point
                let axis = SIMD3<Float>(0, min(p.y, wearer.middle.y), wearer.middle.z)
                let hem = open > 0 ? Float(smooth(0, 0.14, 1 - abs(t))) : 1
                let hang = open > 0 ? Float(smooth(0.02, 0.4, 1 - abs(t))) : 1
                let s = Float(sin(angle))
                var clearance = 3 + (room + 1.5) * hem
                let off = Vector.length(p - axis) + clearance
                let beside = hypotf(ear.widest.x, ear.widest.z - axis.z) + 4.5 - off
                let near = expf(-powf((p.y - ear.widest.y) / 52, 2))
                clearance += max(0, beside) * hem * s * s * near
                let low = Float(smooth(80, 170, down))
                clearance += low * hem * 5 + 10 * Float(smooth(175, 250, down))
                clearance += hem * (0.5 + 2 * low) * sinf(9 * Float(angle) + 0.05 * Float(down))
                var q = p + Vector.unit(p - axis) * clearance
                // Falling by as much as it goes in.
                let flat = SIMD2(q.x, q.z - axis.z)
                let far = (flat * flat).sum().squareRoot()
                let held = reach[i] - 0.42 * max(0, height - q.y)
                if held > far, q.y < wearer.middle.y {
                    let wanted = far + (held - far) * hang
                    q.x *= wanted / far
                    q.z = axis.z + flat.y * (wanted / far)
                    reach[i] = wanted
                } else {
                    reach[i] = far
                }
                if i == across { height = q.y }
                return q
            }
        }
    }
}
