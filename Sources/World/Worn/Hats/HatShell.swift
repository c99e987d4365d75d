import Foundation

/// The cap volume of a hat: a dome over the skull from a rim to the crown, on the chart.
package struct HatShell {
    static let columns = 56
    static let rows = 16
    /// How far down the chart the rim lies, by angle.
    let rim: @Sendable (Double) -> Double
    /// `[rows][columns]` from the crown to the rim, millimetres; the first column is behind.
    let dome: [[SIMD3<Float>]]
    let middle: SIMD3<Float>
    /// Whether it hides all hair, wherever it hangs.
    let coversAll: Bool

    /// - Parameters:
    ///   - wearer: the head.
    ///   - rim: how far down the chart the rim lies, by angle.
    ///   - clearance: millimetres off the skin, of angle and of the share of the way to the rim.
    ///   - rise: how much the crown is pulled up, millimetres, by that share.
    ///   - coversAll: whether it hides all hair.
    init(
        _ wearer: WearersHead, rim: @escaping @Sendable (Double) -> Double,
        clearance: (Double, Double) -> Float, rise: (Double) -> Float = { _ in 0 },
        coversAll: Bool = false
    ) {
        self.coversAll = coversAll
        self.rim = rim
        let centre = wearer.middle
        middle = centre
        dome = (0..<Self.rows).map { r in
            let share = max(Double(r) / Double(Self.rows - 1), 0.01)
            return (0..<Self.columns).map { c in
                let angle = Self.angle(c)
                let down = HeadChart.crown + share * (rim(angle) - HeadChart.crown)
                let p = wearer.skin(angle, down).point
                let off = Vector.unit((p - centre) * SIMD3(1, 0.9, 1))
                return p + off * clearance(angle, share) + SIMD3(0, rise(share), 0)
            }
        }
    }

    static func angle(_ column: Int) -> Double {
        2 * .pi * Double(column) / Double(columns) - .pi
    }

    /// Dome rows with the first column repeated, for a closed sheet.
    var closedDome: [[SIMD3<Float>]] { dome.map { $0 + [$0[0]] } }

    /// The rim, with the first point repeated.
    var edge: [SIMD3<Float>] { dome[Self.rows - 1] + [dome[Self.rows - 1][0]] }

    /// Whether a point of the world (metres, head at rest) lies where the hat's cap covers it,
    /// on its skin or under or above its cloth.
    package func covers(_ point: SIMD3<Float>) -> Bool {
        coversAll || share(of: point * 1e3) < 1
    }

    /// Presses a covered point (metres, head at rest) under the cloth; leaves others alone.
    package func pressed(_ point: SIMD3<Float>) -> SIMD3<Float> {
        let p = point * 1e3
        let t = share(of: p)
        guard t < 1 else { return point }
        let place = Self.place(p)
        let row = min(max(t, 0), 0.999) * Double(Self.rows - 1)
        let column = (place.angle + .pi) / (2 * .pi) * Double(Self.columns)
        let r = Int(row)
        let c = Int(column) % Self.columns
        let (u, v) = (Float(column - column.rounded(.down)), Float(row - Double(r)))
        let d = (c + 1) % Self.columns
        let upper = dome[r][c] * (1 - u) + dome[r][d] * u
        let lower = dome[r + 1][c] * (1 - u) + dome[r + 1][d] * u
        let reach = max(Vector.length(upper * (1 - v) + lower * v - middle) - 2.5, 1)
        let far = Vector.length(p - middle)
        return far <= reach ? point : (middle + (p - middle) * (reach / far)) * 1e-3
    }

    /// The share of the way from the crown to the rim; 1 and more are not covered.
    private func share(of p: SIMD3<Float>) -> Double {
        let place = Self.place(p)
        return (place.down - HeadChart.crown) / (rim(place.angle) - HeadChart.crown)
    }

    /// The average head's chart, in which a person's own head differs by a few millimetres.
    private static func place(_ p: SIMD3<Float>) -> ChartPoint {
        HeadChart.place(SIMD3<Double>(p - BuiltInHead.origin))
    }
}
