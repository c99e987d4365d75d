#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// How far a body reaches around its vertical axis, height by height: enough to keep people out of
/// one another.
///
/// Heads, hair, hats and clothes are nearly star-shaped about the neck's axis. Each cell holds the
/// farthest vertex in it, so a body lies within its outline, and bodies whose outlines do not meet
/// do not meet either.
struct Outline {
    /// Height of a row, metres.
    private static let step: Float = 0.03
    private static let turns = 32

    /// Where the axis stands, x and z.
    private let axis: SIMD2<Float>
    private let bottom: Int
    /// `[rows * turns]`, metres from the axis; 0 where there is nothing.
    private var reach: [Float]

    /// The outline of meshes.
    ///
    /// - Parameters:
    ///   - surfaces: posed, metres.
    ///   - axis: x and z of the body's axis.
    init(of surfaces: [Surface], axis: SIMD2<Float>) {
        self.axis = axis
        var (low, high) = (Int.max, Int.min)
        for surface in surfaces {
            for p in surface.positions {
                let row = Self.row(p.y)
                (low, high) = (min(low, row), max(high, row))
            }
        }
        guard low <= high else {
            (bottom, reach) = (0, [])
            return
        }
        bottom = low
        reach = [Float](repeating: 0, count: (high - low + 1) * Self.turns)
        for surface in surfaces {
            for p in surface.positions {
                let (x, z) = (p.x - axis.x, p.z - axis.y)
                let cell = (Self.row(p.y) - low) * Self.turns + Self.turn(x, z)
                reach[cell] = max(reach[cell], (x * x + z * z).squareRoot())
            }
        }
        fill()
        widen()
    }

    private static func row(_ y: Float) -> Int { Int((y / step).rounded(.down)) }

    private static func turn(_ x: Float, _ z: Float) -> Int {
        let around = (atan2f(x, z) / (2 * .pi) + 1) * Float(turns)
        return Int(around) % turns
    }

    /// Triangles are taller than rows here and there: empty cells take the farther of the next cells
    /// above and below.
    private mutating func fill() {
        let rows = reach.count / Self.turns
        for turn in 0..<Self.turns {
            var below: Float = 0
            var filled = (0..<rows).map { row -> Float in
                let own = reach[row * Self.turns + turn]
                below = own > 0 ? own : below
                return below
            }
            var above: Float = 0
            for row in (0..<rows).reversed() {
                let own = reach[row * Self.turns + turn]
                above = own > 0 ? own : above
                if own == 0 {
                    filled[row] = above > 0 && filled[row] > 0 ? max(above, filled[row]) : 0
                }
            }
            for row in 0..<rows { reach[row * Self.turns + turn] = filled[row] }
        }
    }

    /// Triangles are wider than cells too: each cell takes the farthest of itself and its neighbours
    /// around.
    private mutating func widen() {
        let old = reach
        for cell in old.indices {
            let row = cell / Self.turns * Self.turns
            let turn = cell % Self.turns
            let before = old[row + (turn + Self.turns - 1) % Self.turns]
            let after = old[row + (turn + 1) % Self.turns]
            reach[cell] = max(old[cell], before, after)
        }
    }

    /// Whether two bodies meet when moved apart.
    ///
    /// - Parameters:
    ///   - other: the other body.
    ///   - offset: how it has moved against this one, metres.
    /// - Returns: whether any point of one outline lies in the other.
    func meets(_ other: Outline, movedBy offset: SIMD3<Float>) -> Bool {
        other.reaches(into: self, movedBy: offset) || reaches(into: other, movedBy: -offset)
    }

    private func reaches(into other: Outline, movedBy offset: SIMD3<Float>) -> Bool {
        for cell in reach.indices where reach[cell] > 0 {
            let y = (Float(bottom + cell / Self.turns) + 0.5) * Self.step + offset.y
            let angle = (Float(cell % Self.turns) + 0.5) / Float(Self.turns) * 2 * .pi
            let x = axis.x + reach[cell] * sinf(angle) + offset.x - other.axis.x
            let z = axis.y + reach[cell] * cosf(angle) + offset.z - other.axis.y
            let place = (Self.row(y) - other.bottom) * Self.turns + Self.turn(x, z)
            guard other.reach.indices.contains(place) else { continue }
            if x * x + z * z < other.reach[place] * other.reach[place] { return true }
        }
        return false
    }
}
