import Foundation

extension Person.FacePlace {
    /// On the chart: millimetres across and down.
    var chart: SIMD2<Float> {
        let angle = PiecewiseLinear([(0, 0), (0.4, 0.436), (1, 1.35)]).value(Double(abs(x)))
        let down = PiecewiseLinear([(-1, 150), (-0.5, 100), (0.25, 30), (1, -36)]).value(Double(y))
        return SIMD2(Float(HeadChart.radius * angle) * (x < 0 ? -1 : 1), Float(down))
    }
}

/// Freckles, moles and scars.
extension SkinPainter {
    func paintMarks(_ canvas: SkinCanvas) {
        paintFreckles(canvas)
        for mole in person.skin.moles { paint(mole, canvas) }
        for scar in person.skin.scars { paint(scar, canvas) }
    }

    private func paintFreckles(_ canvas: SkinCanvas) {
        let amount = person.skin.freckles * (1 - 0.6 * makeUp.foundation)
        guard amount > 0.03 else { return }
        let cell: Float = 2.7
        let seed = seed &+ 99
        let soft = max(0.25, 0.6 * canvas.grain)
        canvas.each(across: -95...95, down: -35...120) { i, a, d in
            let s = abs(a)
            let where_ =
                0.95 * Self.spot(s, d, at: [38, 52], [22, 14]) + 0.9
                * Self.spot(s, d, at: [0, 56], [13, 14])
                + 0.45 * Self.spot(s, d, at: [18, -4], [34, 18]) + 0.25
                * Self.spot(s, d, at: [22, 118], [28, 16])
            guard where_ > 0.05 else { return }
            let (cx, cy) = (Int32((a / cell).rounded(.down)), Int32((d / cell).rounded(.down)))
            var dark: Float = 0
            for oy in Int32(-1)...1 {
                for ox in Int32(-1)...1 {
                    let (x, y) = (cx + ox, cy + oy)
                    guard ValueNoise.hash(x, y, seed) < amount * where_ else { continue }
                    let px = (Float(x) + ValueNoise.hash(x, y, seed &+ 1)) * cell - a
                    let py = (Float(y) + ValueNoise.hash(x, y, seed &+ 2)) * cell - d
                    let size = 0.35 + 0.75 * ValueNoise.hash(x, y, seed &+ 3)
                    let r = (px * px + py * py).squareRoot()
                    let depth = 0.5 + 0.5 * ValueNoise.hash(x, y, seed &+ 4)
                    dark = max(dark, depth * smooth(size + soft, size - soft, r))
                }
            }
            canvas.albedo[i] *= blend(
                SIMD3(repeating: 1), SIMD3(0.66, 0.5, 0.4), dark * (0.5 + 0.45 * amount))
        }
    }

    private func paint(_ mole: Person.Mole, _ canvas: SkinCanvas) {
        let c = mole.place.chart
        let reach = mole.radius + 1.5
        let soft = max(0.25, 0.6 * canvas.grain)
        let ink = SIMD3<Float>(0.34, 0.2, 0.14) * (1.1 - 0.8 * mole.darkness)
        canvas.each(across: c.x - reach...c.x + reach, down: c.y - reach...c.y + reach) { i, a, d in
            let r = ((a - c.x) * (a - c.x) + (d - c.y) * (d - c.y)).squareRoot()
            let cover =
                smooth(mole.radius + soft, mole.radius - soft, r) * (0.55 + 0.4 * mole.darkness)
            canvas.albedo[i] *= blend(SIMD3(repeating: 1), ink, cover)
            canvas.surface[i].z += 0.35 * mole.radius * cover
        }
    }

    private func paint(_ scar: Person.Scar, _ canvas: SkinCanvas) {
        let c = scar.place.chart
        let angle = scar.angleDegrees * .pi / 180
        let along = SIMD2(cosf(angle), -sinf(angle))
        let reach = scar.length / 2 + 3
        canvas.each(across: c.x - reach...c.x + reach, down: c.y - reach...c.y + reach) { i, a, d in
            let p = SIMD2(a, d) - c
            let t = (p * along).sum()
            let bend = 0.04 * t * t / max(2, scar.length) * 4
            let n = p.x * -along.y + p.y * along.x - bend
            let cover =
                smooth(scar.length / 2, scar.length / 2 - 2, abs(t)) * smooth(1.3, 0.3, abs(n))
            canvas.albedo[i] = blend(
                canvas.albedo[i], canvas.albedo[i] * SIMD3(1.12, 0.92, 0.9) + 0.05,
                cover * (0.4 + 0.5 * scar.depth))
            canvas.surface[i].z -= 0.35 * scar.depth * cover
            canvas.surface[i].x += 0.15 * cover
        }
    }
}
