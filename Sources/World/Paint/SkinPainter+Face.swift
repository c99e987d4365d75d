import Foundation

/// Lids, lips and brows, with their make-up.
extension SkinPainter {
    func paintLids(_ canvas: SkinCanvas) {
        let rim = (0..<96).map { k -> SIMD2<Float> in
            let place = HeadChart.place(Eye.margin(Double(k) / 96))
            return SIMD2(Float(HeadChart.radius * place.angle), Float(place.down))
        }
        let inner = rim[0]
        let liner = makeUp.eyeLiner
        let lash = 0.35 + 0.4 * person.lashes.density
        let shadow = makeUp.eyeShadow.linear
        canvas.each(across: 10...66, down: 8...50) { i, a, d in
            var best: Float = .infinity
            var nearest = 0
            for k in rim.indices {
                let r = (rim[k].x - a) * (rim[k].x - a) + (rim[k].y - d) * (rim[k].y - d)
                if r < best { (best, nearest) = (r, k) }
            }
            let r = best.squareRoot()
            let upper = nearest < 48
            // Opposite texel of the right eye.
            for mirror in [i, self.mirrored(i, canvas)] {
                var c = canvas.albedo[mirror]
                if upper, self.makeUp.eyeShadowOpacity > 0 {
                    let cover =
                        self.makeUp.eyeShadowOpacity * smooth(13, 3, r) * smooth(0, 8, a - 17)
                    c = blend(c, shadow * 0.8 + c * 0.1, 0.75 * cover)
                }
                let line = smooth(upper ? 1.7 : 1.1, 0.5, r)
                let dark = min(1, line * (upper ? lash + 1.2 * liner : 0.45 * lash + 0.7 * liner))
                c *= blend(SIMD3(repeating: 1), SIMD3(0.16, 0.13, 0.12), dark)
                // The wet rim and the inner corner are pink.
                let corner = ((a - inner.x) * (a - inner.x) + (d - inner.y) * (d - inner.y))
                    .squareRoot()
                c = blend(c, SIMD3(0.55, 0.24, 0.2), 0.7 * smooth(3.4, 1, corner))
                c = blend(
                    c, self.person.skin.albedo * SIMD3(0.9, 0.6, 0.55), 0.6 * smooth(0.75, 0.2, r))
                canvas.albedo[mirror] = c
                canvas.surface[mirror].x = max(canvas.surface[mirror].x, 0.8 * smooth(0.9, 0.2, r))
                // The crease above the upper lid.
                if upper {
                    let fold = expf(-(r - 5.2) * (r - 5.2) / 0.5) * smooth(0, 5, a - 19)
                    canvas.albedo[mirror] *= 1 - 0.16 * fold
                }
            }
        }
    }

    private func mirrored(_ i: Int, _ canvas: SkinCanvas) -> Int {
        let (y, x) = (i / canvas.width, i % canvas.width)
        return y * canvas.width + canvas.width - 1 - x
    }

    func paintLips(_ canvas: SkinCanvas) {
        let bare = person.lipColour
        let paint = makeUp.lipstick.linear
        let cover = makeUp.lipstickOpacity
        let line = Float(HeadChart.ring - Mouth.line)
        let corner = Float(HeadChart.radius * HeadChart.place(Mouth.corner).angle)
        let soft = max(0.5, 0.7 * canvas.grain)
        var borders: [Float: (Float, Float)] = [:]
        for x in canvas.across where abs(x) < corner + 3 {
            let b = Mouth.border(angle: Double(abs(x)) / HeadChart.radius)
            borders[x] = (Float(b.upper), Float(b.lower))
        }
        canvas.each(across: -corner - 2...corner + 2, down: line - 13...line + 16) { i, a, d in
            guard let (top, bottom) = borders[a] else { return }
            let ends = smooth(corner + 0.8, corner - 2, abs(a))
            let inside =
                smooth(top - soft, top + soft, d) * smooth(bottom + soft, bottom - soft, d) * ends
            guard inside > 0 else { return }
            let crease = ValueNoise.at(a / 0.85, d / 5, self.seed &+ 61)
            let centre = expf(-(d - line) * (d - line) / 3)
            let upper: Float = d < line ? 0.92 : 1.06
            var c = bare * upper * (1 + 0.10 * crease) * (1 - 0.35 * centre)
            c = blend(c, paint * (0.92 + 0.1 * crease) * (1 - 0.25 * centre), 0.9 * cover)
            canvas.albedo[i] = blend(canvas.albedo[i], c, inside)
            let gloss = 0.55 + 0.3 * cover
            canvas.surface[i] = blend(
                canvas.surface[i], SIMD3(gloss, 0.34 - 0.08 * cover, 0.06 * crease), inside)
            if inside > 0.5 { canvas.region[i] = Region.lips.rawValue }
        }
    }

    /// Strokes along a curve, from the nose outwards and up, then down at the tail.
    func paintBrows(_ canvas: SkinCanvas) {
        let brows = person.brows
        let ink = brows.colour.linear
        let reach = 46 + 14 * brows.length
        let lift = 2.6 * brows.arch
        // Millimetres down along the brow: rising to the arch, then falling to the tail.
        func line(_ a: Float) -> Float {
            let t = (a - 9) / (reach - 9)
            let peak = 0.62 + 0.06 * brows.arch
            let rise = smooth(-0.25, peak, t) * (6.2 + lift)
            let fall = max(0, t - peak) / (1 - peak)
            return 17.4 - rise + (5.4 + 1.6 * lift) * fall * fall * (1.6 - 0.6 * fall)
        }
        let half = 1.6 + 3.4 * brows.thickness
        canvas.each(across: 6...66, down: -2...28) { i, a, d in
            let t = (a - 9) / (reach - 9)
            guard t > -0.15, t < 1.05 else { return }
            let taper =
                smooth(-0.06, 0.1, t) * (1 - 0.72 * smooth(0.45, 1, t)) * smooth(1.02, 0.93, t)
            let y = (d - line(a)) / max(half * max(taper, 0.05), 0.2)
            let body = smooth(1.25, 0.45, abs(y)) * smooth(0, 0.2, taper)
            guard body > 0 else { return }
            for (mirror, seed) in [
                (i, self.seed &+ 71), (self.mirrored(i, canvas), self.seed &+ 73),
            ] {
                // Hairs lean outwards; the upper ones lie flatter.
                let slope: Float = 0.9 - 1.5 * t
                let stroke = ValueNoise.at((a + slope * d) / 0.62, d / 3.4, seed)
                let gap = ValueNoise.at(a / 2.3, d / 2.3, seed &+ 1)
                let dense = 0.35 + 0.6 * brows.density
                let hair =
                    canvas.grain < 0.9
                    ? smooth(0.62 - dense, 0.95 - dense * 0.6, 0.5 + 0.5 * stroke) : dense
                let cover = min(1, body * hair * (0.88 + 0.22 * gap) * (0.6 + 0.5 * dense))
                canvas.albedo[mirror] = blend(canvas.albedo[mirror], ink, cover)
                canvas.surface[mirror].x *= 1 - 0.5 * cover
                canvas.surface[mirror].z += 0.25 * cover
                if body > 0.5 { canvas.region[mirror] = Region.brows.rawValue }
            }
        }
    }
}
