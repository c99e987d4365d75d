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

    /// Chart millimetres from the crown to the edge of the shell's square.
    static let span = Float(105 - HeadChart.crown)

    init(locks: Int, square: Int, detail: Detail) {
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
        let r = 0.49 * Float(place.down - HeadChart.crown) / Self.span
        let angle = Float(place.angle)
        let p = SIMD2(0.5 + r * sinf(angle), 0.5 + r * cosf(angle))
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
