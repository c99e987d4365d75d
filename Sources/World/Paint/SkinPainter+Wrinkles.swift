import Foundation

/// Lines of the face: grooves in the height, and a little darkness, since fine grooves shade little.
extension SkinPainter {
    func paintWrinkles(_ canvas: SkinCanvas) {
        let w = person.skin.wrinkles
        paintForehead(w.forehead, canvas)
        for side in [Float(-1), 1] {
            paintCrowsFeet(w.crowsFeet, side, canvas)
            groove(nasolabial(side), 1.9, 0.95 * w.nasolabial + 0.05, canvas)
            groove(glabella(side), 1.1, w.glabella, canvas)
            for (k, curve) in underEye(side).enumerated() {
                groove(curve, 0.9, w.underEye * (k == 0 ? 0.8 : 0.6), canvas)
            }
            groove(marionette(side), 1.5, max(0, w.nasolabial - 0.35), canvas)
        }
        for ring in [Float(178), 196] {
            let neck = stride(from: Float(-60), through: 60, by: 12).map {
                SIMD2($0, ring - 0.0012 * $0 * $0)
            }
            groove(neck, 1.6, 0.5 * max(0, w.mean - 0.25), canvas)
        }
    }

    private func paintForehead(_ depth: Float, _ canvas: SkinCanvas) {
        guard depth > 0.02 else { return }
        for (k, level) in [Float(-24), -14, -4, 4].enumerated() {
            let share: Float = [0.6, 1, 0.9, 0.5][k]
            let line = stride(from: Float(-46), through: 46, by: 6).map { x -> SIMD2<Float> in
                let wave = 1.6 * ValueNoise.at(x / 15, level, seed &+ 41)
                // Higher over the brows than in the middle.
                return SIMD2(
                    x, level + wave - 2.2 * smooth(0, 26, abs(x)) + 3.2 * smooth(30, 50, abs(x)))
            }
            groove(line, 1.3, depth * share, canvas)
        }
    }

    private func paintCrowsFeet(_ depth: Float, _ side: Float, _ canvas: SkinCanvas) {
        guard depth > 0.02 else { return }
        for (k, rise) in [Float(-0.75), -0.3, 0.12, 0.55].enumerated() {
            let length: Float = [9, 13, 14, 11][k]
            let line = (0...4).map { i -> SIMD2<Float> in
                let t = Float(i) / 4 * length
                let bend = 0.018 * t * t * (rise < 0 ? -1 : 1)
                return SIMD2(side * (53 + t), 30 + rise * (t + 4) + bend)
            }
            groove(line, 0.9, 0.9 * depth, canvas)
        }
    }

    private func nasolabial(_ side: Float) -> [SIMD2<Float>] {
        mirror([[23, 70], [26, 76], [29.5, 84], [32, 92], [33, 100], [32, 106]], side)
    }

    private func marionette(_ side: Float) -> [SIMD2<Float>] {
        mirror([[29, 104], [30.5, 110], [31, 117], [30, 123]], side)
    }

    private func glabella(_ side: Float) -> [SIMD2<Float>] {
        mirror([[4.6, 6], [5, 11], [4.6, 16], [5.6, 21]], side)
    }

    private func underEye(_ side: Float) -> [[SIMD2<Float>]] {
        [
            mirror([[20, 37], [26, 41.5], [34, 43], [42, 41.5], [48, 38]], side),
            mirror([[21, 41], [27, 46], [35, 48], [44, 46]], side),
        ]
    }

    private func mirror(_ line: [SIMD2<Float>], _ side: Float) -> [SIMD2<Float>] {
        line.map { SIMD2(side * $0.x, $0.y) }
    }

    /// A groove along a polyline, of half a width in millimetres; it runs out at both ends.
    private func groove(
        _ line: [SIMD2<Float>], _ width: Float, _ depth: Float, _ canvas: SkinCanvas
    ) {
        guard depth > 0.02, let first = line.first else { return }
        let reach = width * 3
        var low = first
        var high = first
        for p in line {
            low = pointwiseMin(low, p)
            high = pointwiseMax(high, p)
        }
        let count = Float(line.count - 1)
        let widened = max(width, 0.8 * canvas.grain)
        canvas.each(
            across: low.x - reach...high.x + reach, down: low.y - reach...high.y + reach
        ) { i, a, d in
            let p = SIMD2(a, d)
            var best: Float = .infinity
            var place: Float = 0
            for k in 1..<line.count {
                let e = line[k] - line[k - 1]
                let t = min(1, max(0, ((p - line[k - 1]) * e).sum() / max((e * e).sum(), 1e-6)))
                let q = p - line[k - 1] - t * e
                let r = (q * q).sum()
                if r < best {
                    best = r
                    place = (Float(k - 1) + t) / count
                }
            }
            let ends = smooth(0, 0.25, place) * smooth(1, 0.72, place)
            let cut = expf(-best / (2 * 0.45 * 0.45 * widened * widened)) * ends * depth
            canvas.surface[i].z -= 0.42 * width * cut
            canvas.albedo[i] *= 1 - SIMD3(0.16, 0.22, 0.24) * cut
        }
    }
}
