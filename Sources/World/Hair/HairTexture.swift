import Foundation

/// Where locks and shell lie in the texture of hair, and what it shows.
///
/// The shell's square comes first, a polar map of the chart with the crown in its middle; then, in
/// rows, one strip a lock: texel columns are strands, rows run from root to tip.
struct HairTexture {
    let square: Int
    let cellWidth: Int
    let cellHeight: Int
    let rows: Int
    let columns: Int
    let width: Int
    let height: Int

    /// What the shell's square maps.
    let chart: SquareChart

    init(locks: Int, square: Int, detail: Detail, chart: SquareChart = .scalp) {
        self.chart = chart
        cellWidth = detail == .full ? 8 : 6
        cellHeight = detail == .full ? 32 : 20
        self.square = square
        rows = max(1, square / cellHeight)
        columns = (locks + rows - 1) / rows
        width = square + columns * cellWidth
        height = max(square, rows * cellHeight)
    }

    /// Texture coordinates of a place of the shell.
    func shell(_ place: ChartPoint) -> SIMD2<Float> {
        let p = chart.square(place)
        return p * Float(square) / SIMD2(Float(width), Float(height))
    }

    /// Texture coordinates in a lock's strip, half a texel inside of it.
    func strip(_ lock: Int, _ across: Float, _ along: Float) -> SIMD2<Float> {
        let x = square + lock / rows * cellWidth
        let y = lock % rows * cellHeight
        return SIMD2(
            (Float(x) + 0.5 + across * Float(cellWidth - 1)) / Float(width),
            (Float(y) + 0.5 + along * Float(cellHeight - 1)) / Float(height))
    }
}

/// How the shell's places of the head's chart lie in its square, 0...1.
enum SquareChart {
    /// Polar, the crown in the middle.
    case scalp
    /// Angle across, down along.
    case beard

    /// Chart millimetres from the crown to the edge of the scalp's square.
    private static let span = Float(105 - HeadChart.crown)

    func square(_ place: ChartPoint) -> SIMD2<Float> {
        let (angle, down) = (Float(place.angle), Float(place.down))
        switch self {
        case .scalp:
            let r = 0.49 * (down - Float(HeadChart.crown)) / Self.span
            return SIMD2(0.5 + r * sinf(angle), 0.5 + r * cosf(angle))
        case .beard:
            let p = SIMD2(0.5 + angle / 3.4, (down - 5) / 175)
            return pointwiseMin(pointwiseMax(p, SIMD2(0.002, 0.002)), SIMD2(0.998, 0.998))
        }
    }

    func place(_ p: SIMD2<Float>) -> ChartPoint {
        switch self {
        case .scalp:
            let q = p - 0.5
            let r = (q.x * q.x + q.y * q.y).squareRoot()
            return ChartPoint(
                angle: Double(atan2f(q.x, q.y)),
                down: Double(r / 0.49 * Self.span + Float(HeadChart.crown)))
        case .beard:
            return ChartPoint(angle: Double(3.4 * (p.x - 0.5)), down: Double(5 + 175 * p.y))
        }
    }

    /// Constant along a strand, 0 ..< 1.
    func strand(_ p: SIMD2<Float>) -> Float {
        switch self {
        case .scalp: min(atan2f(p.x - 0.5, p.y - 0.43) / (2 * .pi) + 0.5, 0.999)
        case .beard: min(max(p.x + 0.01 * sinf(40 * p.y), 0), 0.999)
        }
    }
}
