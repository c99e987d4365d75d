import Foundation

/// Where hair grows on a head, and how densely: hairline, temples, sideburns, nape, balding.
struct Hairline: Sendable {
    /// 0 (full) ... 1 (a wreath).
    let recession: Float
    /// Millimetres over which the edge fades.
    let softness: Float
    /// For the edge's unevenness.
    let phase: Float
    /// The edge over even steps of the angle, smooth and as it grows.
    private let smooth: [Float]
    private let uneven: [Float]
    private static let steps = 1024

    /// Lowest place with hair by angle: forehead, temple, sideburn, over and behind the ear, nape.
    private static let edge: [(angle: Float, woman: Float, man: Float)] = [
        (0, -33, -34), (0.3, -34, -35), (0.52, -33, -39), (0.7, -26, -33), (0.84, -10, -14),
        (0.95, 6, 4), (1.08, 16, 18), (1.17, 26, 42), (1.3, 30, 50), (1.4, 26, 40), (1.47, 12, 12),
        (1.72, 13, 13), (1.84, 32, 32), (1.98, 62, 60), (2.15, 82, 78), (2.5, 92, 88),
        (.pi, 96, 92),
    ]

    /// - Parameters:
    ///   - masculinity: 0...1; squarer temples and longer sideburns.
    ///   - recession: 0 (full) ... 1 (a wreath).
    ///   - softness: millimetres over which the edge fades.
    ///   - phase: for the edge's unevenness, 0...6.3.
    init(masculinity: Float, recession: Float, softness: Float = 6, phase: Float = 0) {
        self.recession = recession
        self.softness = softness
        self.phase = phase
        let angles = (0...Self.steps).map { (Float($0) / Float(Self.steps) * 2 - 1) * Float.pi }
        let smooth = angles.map { Self.edge(at: abs($0), masculinity) }
        self.smooth = smooth
        uneven = zip(angles, smooth).map { angle, edge in
            edge + 1.2 * sinf(angle * 23 + phase) + 0.9 * sinf(angle * 51 + 2.3 * phase)
                + 0.5 * sinf(angle * 117 + phase)
        }
    }

    private static func edge(at angle: Float, _ masculinity: Float) -> Float {
        var i = 1
        while i < edge.count - 1, angle > edge[i].angle { i += 1 }
        let (p, q) = (edge[i - 1], edge[i])
        let t = min(max((angle - p.angle) / (q.angle - p.angle), 0), 1)
        return blend(
            blend(p.woman, p.man, masculinity), blend(q.woman, q.man, masculinity),
            0.5 * (ramp(t, 0, 1) + t))
    }

    private static func index(_ angle: Float) -> Int {
        min(max(Int((angle / (2 * .pi) + 0.5) * Float(steps) + 0.5), 0), steps)
    }

    /// Millimetres down the chart, of the edge at an angle.
    func edge(at angle: Float) -> Float { smooth[Self.index(angle)] }

    /// Hair roots at a place of the chart: 0 (skin) ... 1 (as dense as hair grows).
    func density(at place: ChartPoint) -> Float {
        let (angle, down) = (Float(place.angle), Float(place.down))
        guard down < 100 else { return 0 }
        let grown = ramp(
            uneven[Self.index(angle)] - down, -0.3 * softness, 0.7 * softness)
        guard grown > 0, recession > 0.01 else { return grown }
        return grown * (1 - bald(angle, down))
    }

    /// How bald a place is by recession, 0...1.
    private func bald(_ angle: Float, _ down: Float) -> Float {
        guard down < 8 else { return 0 }
        let latitude = max(0, -down / Float(HeadChart.radius))
        let x = cosf(latitude) * sinf(angle)
        let y = sinf(latitude)
        let z = cosf(latitude) * cosf(angle)
        let r = recession
        // The line goes back over the top, first at the temples.
        let arc = atan2f(y, z)
        let temple = expf(-(abs(x) - 0.52) * (abs(x) - 0.52) / 0.045)
        let middle = 0.22 * r + 2.1 * ramp(r, 0.45, 1)
        let line = 0.4 + max(middle, 0.72 * temple * min(1, 1.5 * r))
        let width = 0.5 + 0.32 * r
        let front =
            ramp(line - arc, -0.06, 0.07) * ramp(width + 0.12 - abs(x), 0, 0.16)
        // The crown thins.
        let d = SIMD3(x, y - 0.86, z + 0.5)
        let spot = 0.62 * ramp(r, 0.3, 1)
        let crown = 0.92 * ramp(spot - (d * d).sum().squareRoot(), -0.16, 0.14)
        let wreath = ramp(r, 0.8, 1) * ramp(y, 0.3, 0.42) * ramp(0.95 - abs(x), 0, 0.1)
        return max(front, r > 0.3 ? crown : 0, wreath)
    }
}
