/// One octave of ``ValueNoise`` over the rows of a canvas, bit for bit what ``ValueNoise/at(_:_:_:)``
/// gives, with everything that columns or rows share worked out once.
struct NoiseOctave {
    private let seed: UInt32
    /// For each column its cell, counted from the first one's, and how far it has gone in it.
    private var cells: [Int]
    private var shares: [Float]
    private let first: Int32
    /// Hashes of the cells' corners above and below the row.
    private var above: [Float]
    private var below: [Float]
    private var row: Int32?
    private var share: Float = 0

    /// - Parameters:
    ///   - places: each column's, in cells.
    ///   - seed: as of ``ValueNoise``.
    init(_ places: [Float], _ seed: UInt32) {
        self.seed = seed
        let floors = places.map { $0.rounded(.down) }
        first = Int32(floors.min() ?? 0)
        let last = Int32(floors.max() ?? 0)
        cells = []
        shares = []
        for (x, floor) in zip(places, floors) {
            let t = x - floor
            cells.append(Int(Int32(floor) - first))
            shares.append(t * t * (3 - 2 * t))
        }
        above = [Float](repeating: 0, count: Int(last - first) + 2)
        below = above
    }

    /// Goes to a row; `y` in cells.
    mutating func go(to y: Float) {
        let floor = y.rounded(.down)
        let t = y - floor
        share = t * t * (3 - 2 * t)
        let cell = Int32(floor)
        guard cell != row else { return }
        row = cell
        for i in above.indices {
            above[i] = ValueNoise.hash(first + Int32(i), cell, seed)
            below[i] = ValueNoise.hash(first + Int32(i), cell + 1, seed)
        }
    }

    /// The noise at a column of the present row.
    @inline(__always)
    func at(_ column: Int) -> Float {
        let i = cells[column]
        let tx = shares[column]
        let (a, b, c, d) = (above[i], above[i + 1], below[i], below[i + 1])
        let top = a + (b - a) * tx
        let bottom = c + (d - c) * tx
        return 2 * (top + (bottom - top) * share) - 1
    }
}

/// Three octaves, as ``ValueNoise/layered(_:_:_:)`` has them.
struct LayeredNoise {
    private var first, second, third: NoiseOctave

    /// - Parameters:
    ///   - places: each column's, in cells of the first octave.
    ///   - seed: as of ``ValueNoise``.
    init(_ places: [Float], _ seed: UInt32) {
        first = NoiseOctave(places, seed)
        second = NoiseOctave(places.map { 2.03 * $0 }, seed &+ 1)
        third = NoiseOctave(places.map { 4.1 * $0 }, seed &+ 2)
    }

    /// Goes to a row; `y` in cells of the first octave.
    mutating func go(to y: Float) {
        first.go(to: y)
        second.go(to: 2.03 * y)
        third.go(to: 4.1 * y)
    }

    /// The noise at a column of the present row.
    @inline(__always)
    func at(_ column: Int) -> Float {
        (first.at(column) + 0.5 * second.at(column) + 0.25 * third.at(column)) / 1.75
    }
}
