import Foundation

/// Where a beard grows, and how densely.
struct BeardZone: Sendable {
    let style: BeardStyle
    /// 0 (patchy) ... 1.
    let density: Float
    private let phase: Float
    /// Upper and lower border of the lips by angle, chart millimetres; 33 values over 0...0.48.
    private let lips: [SIMD2<Float>]

    init(_ beard: Person.Beard) {
        style = beard.style
        density = beard.density
        phase = Float(beard.seed % 628) / 100
        lips = Self.borders
    }

    private static let borders: [SIMD2<Float>] = (0...32).map {
        let border = Mouth.border(angle: 0.48 * Double($0) / 32)
        return SIMD2(Float(border.upper), Float(border.lower))
    }

    /// Hair roots at a place of the chart: 0 (skin) ... 1 (as dense as beards grow).
    func density(at place: ChartPoint) -> Float {
        let (a, down) = (abs(Float(place.angle)), Float(place.down))
        guard style != .none, down > 5, down < 172, a < 1.5 else { return 0 }
        let border = lips[min(32, Int(a / 0.48 * 32))]
        // 1.5 mm of skin stay bare around the lips.
        let lip = ramp(border.x - 1 - down, 0, 2.5) + ramp(down - border.y - 1.2, 0, 3)
        let clear = a < 0.39 ? lip : 1
        var there: Float
        switch style {
        case .none: there = 0
        case .moustache: there = moustache(a, down)
        case .goatee: there = max(moustache(a, down), chin(a, down))
        case .stubble, .full, .long: there = max(moustache(a, down), jaw(a, down, cheek: 0))
        case .shortBoxed: there = max(moustache(a, down), jaw(a, down, cheek: 7))
        }
        there *= min(clear, 1)
        guard there > 0, density < 0.98 else { return there }
        let angle = Float(place.angle)
        let patch =
            0.5 + 0.25 * sinf(9 * angle + phase) * sinf(0.11 * down + 2 * phase)
            + 0.25 * sinf(17 * angle - 0.07 * down + phase)
        let sparse = (1 - density) * patch * ramp(a, 0.3, 0.7)
        return there * min(1, 0.35 + 0.75 * density) * (1 - (style == .stubble ? 0.8 : 0.5) * sparse)
    }

    private func moustache(_ a: Float, _ down: Float) -> Float {
        ramp(down, 82, 87) * ramp(105 - down, 0, 4) * ramp(0.47 - a, 0, 0.07)
            * (0.75 + 0.25 * ramp(a, 0, 0.05))
    }

    private func chin(_ a: Float, _ down: Float) -> Float {
        let ring = ramp(a, 0.36, 0.4) * ramp(0.52 - a, 0, 0.06) * ramp(down, 88, 95)
        // Bare beside the tuft below the lip.
        let beside = ramp(a, 0.06, 0.12) * ramp(0.33 - a, 0, 0.08) * ramp(122 - down, 0, 6)
        let below = ramp(down, 108, 113) * ramp(0.5 - a, 0, 0.1) * (1 - 0.8 * beside)
        return max(ring, below) * ramp(158 - down, 0, 8)
    }

    private func jaw(_ a: Float, _ down: Float, cheek: Float) -> Float {
        // The line over the cheek, from the sideburn to the corner of the mouth.
        let line = Self.line(a) + cheek
        let neck = blend(164, 150, ramp(a, 0.7, 1.4)) - 0.8 * cheek
        let soft: Float = cheek > 0 ? 4 : 9
        let beside = ramp(a, 0.06, 0.12) * ramp(0.3 - a, 0, 0.08) * ramp(120 - down, 0, 6)
        return ramp(down - line, -2, soft) * ramp(neck - down, 0, 10) * ramp(1.43 - 0.12 * ramp(down, 70, 150) - a, 0, 0.09)
            * (1 - 0.6 * beside)
    }

    private static func line(_ a: Float) -> Float {
        let knots: [(Float, Float)] = [
            (0, 109), (0.32, 109), (0.4, 92), (0.5, 90), (0.7, 84), (0.9, 70), (1.08, 48),
            (1.2, 30), (1.5, 22),
        ]
        var i = 1
        while i < knots.count - 1, a > knots[i].0 { i += 1 }
        let t = (a - knots[i - 1].0) / (knots[i].0 - knots[i - 1].0)
        return blend(knots[i - 1].1, knots[i].1, t)
    }
}
