/// The pixels of a picture along one side, in image coordinates.
struct PixelAxis {
    /// Where the pixels' centres are, ascending.
    let centres: [Float]
    /// Where the picture ends; it begins at minus this.
    private let edge: Float

    /// -1...1 along the shorter side, proportionally more along the longer.
    ///
    /// - Parameters:
    ///   - count: pixels along this side.
    ///   - other: pixels along the other.
    init(_ count: Int, against other: Int) {
        let range: Float = count > other ? Float(count) / Float(other) * 2 : 2
        let edge = range / 2
        self.edge = edge
        centres = (0..<count).map { -edge + (range * Float($0) + edge) / Float(count) }
    }

    /// No corner is further than this from any pixel or other corner.
    func reach(of corners: SIMD3<Float>) -> Double {
        Double(edge) + 2 * Double(max(abs(corners.min()), abs(corners.max())))
    }

    /// The pixels from a little before a triangle to a little after.
    ///
    /// - Parameters:
    ///   - corners: where the triangle's corners are.
    ///   - stretch: how much that is, in parts of the triangle's extent.
    /// - Returns: numbers of pixels; empty if the triangle lies outside the picture.
    func pixels(around corners: SIMD3<Float>, stretch: Double) -> Range<Int> {
        guard stretch.isFinite else { return centres.indices }
        let (low, high) = (Double(corners.min()), Double(corners.max()))
        let margin = (high - low) * stretch
        // The number, with a fraction, of the pixel whose centre is there.
        func place(_ x: Double) -> Double {
            let count = Double(centres.count)
            let place = ((x / Double(edge) + 1) * count - 1) / 2
            return min(max(place, -1), count)
        }
        let first = max(Int(place(low - margin).rounded(.down)), 0)
        let last = min(Int(place(high + margin).rounded(.up)), centres.count - 1)
        return first..<max(last + 1, first)
    }
}
