import Images

/// How much of each pixel in a rectangle a shape covers.
///
/// A pixel keeps the largest share that any part of the shape gave it: joints of a translucent line
/// do not darken.
struct Coverage {
    let bounds: PixelRect
    private let opacity: Float
    private var values: [Float]

    /// Nothing covered yet.
    init(_ bounds: PixelRect, opacity: Double) {
        self.bounds = bounds
        self.opacity = Float(opacity)
        values = [Float](repeating: 0, count: bounds.width * bounds.height)
    }

    /// The shares as a mask; nil for an empty rectangle.
    func mask() throws -> Mask? {
        guard !values.isEmpty else { return nil }
        return try Mask(
            width: bounds.width, height: bounds.height, values: values.map { $0 * opacity })
    }

    /// A line through points with round joints and ends; one point makes a dot.
    mutating func stroke(_ points: [Point], thickness: Double) {
        guard let first = points.first else { return }
        if points.count == 1 { segment(first, first, thickness) }
        for (start, end) in zip(points, points.dropFirst()) { segment(start, end, thickness) }
    }

    private mutating func segment(_ start: Point, _ end: Point, _ thickness: Double) {
        let reach = thickness / 2 + 0.5
        let (dx, dy) = (end.x - start.x, end.y - start.y)
        let length = dx * dx + dy * dy
        let rows = span(
            min(start.y, end.y) - reach, max(start.y, end.y) + reach, bounds.y, bounds.height)
        for row in rows {
            // Only the pixels beside this row's part of the segment.
            let y = Double(row)
            var (low, high) = (min(start.x, end.x), max(start.x, end.x))
            if abs(dy) > 1e-9 {
                let a = start.x + (y - reach - start.y) / dy * dx
                let b = start.x + (y + reach - start.y) / dy * dx
                (low, high) = (max(low, min(a, b)), min(high, max(a, b)))
            }
            for column in span(low - reach, high + reach, bounds.x, bounds.width) {
                let (px, py) = (Double(column) - start.x, y - start.y)
                let t = length > 0 ? min(max((px * dx + py * dy) / length, 0), 1) : 0
                let (ex, ey) = (px - t * dx, py - t * dy)
                raise(column, row, reach - (ex * ex + ey * ey).squareRoot())
            }
        }
    }

    /// What lies between joined points, whose x does not decrease, and the row `base`.
    mutating func fill(under points: [Point], to base: Double) {
        for (start, end) in zip(points, points.dropFirst()) where end.x > start.x {
            for column in span(start.x, end.x, bounds.x, bounds.width) {
                // The part of this pixel's column that the segment spans.
                let from = max(start.x, Double(column) - 0.5)
                let to = min(end.x, Double(column) + 0.5)
                guard to > from else { continue }
                let t = ((from + to) / 2 - start.x) / (end.x - start.x)
                let edge = start.y + t * (end.y - start.y)
                let (top, bottom) = (min(edge, base), max(edge, base))
                for row in span(top, bottom, bounds.y, bounds.height) {
                    let inside = min(Double(row) + 0.5, bottom) - max(Double(row) - 0.5, top)
                    add(column, row, (to - from) * max(inside, 0))
                }
            }
        }
    }

    private mutating func raise(_ column: Int, _ row: Int, _ share: Double) {
        let index = (row - bounds.y) * bounds.width + column - bounds.x
        values[index] = max(values[index], Float(min(max(share, 0), 1)))
    }

    private mutating func add(_ column: Int, _ row: Int, _ share: Double) {
        let index = (row - bounds.y) * bounds.width + column - bounds.x
        values[index] = min(values[index] + Float(share), 1)
    }

    /// The pixels that two places touch, clipped to `start ..< start + count`.
    private func span(_ low: Double, _ high: Double, _ start: Int, _ count: Int) -> Range<Int> {
        let (first, last) = (Double(start), Double(start + count - 1))
        guard count > 0, low <= high, high >= first - 0.5, low <= last + 0.5 else { return 0..<0 }
        let begin = Int(min(max((low - 0.5).rounded(.up), first), last))
        let end = Int(min(max((high + 0.5).rounded(.down), first), last))
        return begin..<max(end + 1, begin)
    }
}
