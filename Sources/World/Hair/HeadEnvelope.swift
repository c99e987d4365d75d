import Foundation

/// How far the skin of one head at rest reaches in every direction: what hair collides with.
///
/// Places are those of ``HeadChart`` by position: an angle about the vertical axis and millimetres
/// down. Every ray from the axis meets the skin once (over the skull: from the ring's centre), so one
/// number a place is enough. Reaches are parts of the chart's ellipsoid: about 1 on the skull.
package struct HeadEnvelope {
    /// A point by direction and reach.
    package struct Place {
        package var angle: Float
        /// Millimetres below the widest ring of the skull; negative on the vault.
        package var down: Float
        /// 1 on the chart's ellipsoid.
        package var reach: Float
    }

    static let columns = 96
    static let rows = 96
    /// Millimetres from row to row.
    static let step: Float = 5
    static let top = Float(HeadChart.crown)
    /// Millimetres of one unit of reach, on average.
    package static let unit: Float = 86
    private static let axes = SIMD3<Float>(75, 88, 97)
    private static let ring = Float(HeadChart.ring)
    private static let radius = Float(HeadChart.radius)

    private var skin = [Float](repeating: 0, count: columns * rows)
    private var withEars = [Float](repeating: 0, count: columns * rows)

    /// - Parameters:
    ///   - positions: `[V]` of a head at rest, metres.
    ///   - head: its topology.
    package init(_ positions: [SIMD3<Float>], head: BuiltInHead) {
        guard let piece = head.pieces.first(where: { $0.part == .head }) else { return }
        let places = positions[piece.vertices].map { Self.place(BuiltInHead.millimetres($0)) }
        var ears: [SIMD3<UInt32>] = []
        for t in head.triangles[piece.triangles] {
            switch head.kinds[Int(t.x)] {
            case .skin: Self.draw(t, places, into: &skin)
            case .ear: ears.append(t)
            default: break
            }
        }
        Self.fill(&skin)
        withEars = skin
        for t in ears { Self.draw(t, places, into: &withEars) }
        // Hair spans the hollow between ear and head, and no part of the ear shows through.
        let ear = withEars
        Self.spread(&withEars)
        for _ in 0..<3 { Self.soften(&withEars, least: ear) }
    }

    /// Where a point lies, millimetres.
    @inline(__always)
    package static func place(_ p: SIMD3<Float>) -> Place {
        let q = (p - SIMD3(0, ring, -8)) / axes
        let angle = atan2f(q.x, q.z)
        let level = (q.x * q.x + q.z * q.z).squareRoot()
        guard q.y > 0 else { return Place(angle: angle, down: -q.y * axes.y, reach: level) }
        return Place(
            angle: angle, down: -radius * atan2f(q.y, level),
            reach: (level * level + q.y * q.y).squareRoot())
    }

    /// The point at a place, millimetres.
    @inline(__always)
    static func point(_ c: Place) -> SIMD3<Float> {
        var q = SIMD3<Float>(sinf(c.angle), 0, cosf(c.angle))
        if c.down < 0 {
            let latitude = -c.down / radius
            q *= cosf(latitude)
            q.y = sinf(latitude)
            return q * c.reach * axes + SIMD3(0, ring, -8)
        }
        return q * c.reach * axes + SIMD3(0, ring - c.down, -8)
    }

    /// Away from the axis, unit length: the skin's normal without its details.
    @inline(__always)
    static func outward(_ p: SIMD3<Float>) -> SIMD3<Float> {
        var q = (p - SIMD3(0, ring, -8)) / (axes * axes)
        if q.y < 0 { q.y = 0 }
        return Vector.direction(q, or: SIMD3(0, 1, 0))
    }

    /// Reach of the skin at a place.
    ///
    /// - Parameters:
    ///   - angle: about the axis, -pi...pi.
    ///   - down: millimetres below the ring.
    ///   - ears: 0 for the skin alone ... 1 for what lies over the ears.
    /// - Returns: the reach, about 1 on the skull.
    @inline(__always)
    package func reach(_ angle: Float, _ down: Float, ears: Float) -> Float {
        let x = (angle / (2 * .pi) + 0.5) * Float(Self.columns)
        let y = min(max((down - Self.top) / Self.step, 0), Float(Self.rows) - 1.001)
        let x0 = x.rounded(.down)
        let column = (Int(x0) + Self.columns) % Self.columns
        let next = column + 1 == Self.columns ? 0 : column + 1
        let row = Int(y) * Self.columns
        let (fx, fy) = (x - x0, y - y.rounded(.down))
        func look(_ map: [Float]) -> Float {
            let a = map[row + column] + fx * (map[row + next] - map[row + column])
            let below = row + Self.columns
            let b = map[below + column] + fx * (map[below + next] - map[below + column])
            return a + fy * (b - a)
        }
        let bare = look(skin)
        return ears > 0 ? bare + ears * (look(withEars) - bare) : bare
    }

    /// Moves a point out of the head, and no further than it must.
    ///
    /// - Parameters:
    ///   - p: millimetres.
    ///   - clearance: what is kept from the skin, millimetres.
    ///   - ears: 0...1, how much the ears count.
    /// - Returns: the point, or the nearest that is clear of the head.
    @inline(__always)
    func push(_ p: SIMD3<Float>, clearance: Float, ears: Float) -> SIMD3<Float> {
        var c = Self.place(p)
        let least = reach(c.angle, c.down, ears: ears) + clearance / Self.unit
        guard c.reach < least else { return p }
        if c.down > 150 {
            // Shoulders: up along their slope rather than out.
            let below = reach(c.angle, c.down + 6, ears: ears)
            let slope = (below - least + clearance / Self.unit) * Self.unit / 6
            let depth = (least - c.reach) * Self.unit / (1 + slope * slope)
            c.reach += depth / Self.unit
            c.down -= min(depth * slope, 25)
        } else {
            c.reach = least
        }
        return Self.point(c)
    }

    private static func draw(
        _ t: SIMD3<UInt32>, _ places: [Place], into map: inout [Float]
    ) {
        var c = (places[Int(t.x)], places[Int(t.y)], places[Int(t.z)])
        let high = max(c.0.angle, c.1.angle, c.2.angle)
        if high - min(c.0.angle, c.1.angle, c.2.angle) > .pi {
            if c.0.angle < 0 { c.0.angle += 2 * .pi }
            if c.1.angle < 0 { c.1.angle += 2 * .pi }
            if c.2.angle < 0 { c.2.angle += 2 * .pi }
        }
        func cell(_ p: Place) -> SIMD2<Float> {
            SIMD2((p.angle / (2 * .pi) + 0.5) * Float(columns), (p.down - top) / step)
        }
        let (p0, p1, p2) = (cell(c.0), cell(c.1), cell(c.2))
        let low = pointwiseMin(p0, pointwiseMin(p1, p2))
        let far = pointwiseMax(p0, pointwiseMax(p1, p2))
        guard far.x - low.x < 40 else { return }
        let area = (p1.x - p0.x) * (p2.y - p0.y) - (p1.y - p0.y) * (p2.x - p0.x)
        guard abs(area) > 1e-6, far.y > 0 else { return }
        // Half a cell beyond, so that slim triangles leave no hole.
        for y in max(0, Int(low.y.rounded(.up)))..<max(1, min(rows, Int(far.y) + 1)) {
            for x in Int(low.x.rounded(.up))..<max(Int(low.x.rounded(.up)), Int(far.x) + 1) {
                let q = SIMD2(Float(x), Float(y))
                let a = ((p1.x - q.x) * (p2.y - q.y) - (p1.y - q.y) * (p2.x - q.x)) / area
                let b = ((p2.x - q.x) * (p0.y - q.y) - (p2.y - q.y) * (p0.x - q.x)) / area
                guard a >= -0.01, b >= -0.01, a + b <= 1.01 else { continue }
                let value = a * c.0.reach + b * c.1.reach + (1 - a - b) * c.2.reach
                let i = y * columns + (x + columns) % columns
                map[i] = max(map[i], value)
            }
        }
    }

    /// Holes (about the crown) take the nearest value below, then above.
    private static func fill(_ map: inout [Float]) {
        for x in 0..<columns {
            for y in stride(from: rows - 2, through: 0, by: -1) where map[y * columns + x] == 0 {
                map[y * columns + x] = map[(y + 1) * columns + x]
            }
            for y in 1..<rows where map[y * columns + x] == 0 {
                map[y * columns + x] = map[(y - 1) * columns + x]
            }
        }
    }

    /// The largest of each cell and its neighbours.
    private static func spread(_ map: inout [Float]) {
        let old = map
        for y in 16..<56 {
            for x in 0..<columns {
                var most: Float = 0
                for dy in -1...1 {
                    let row = (y + dy) * columns
                    most = max(most, old[row + (x + columns - 1) % columns], old[row + x])
                    most = max(most, old[row + (x + 1) % columns])
                }
                map[y * columns + x] = most
            }
        }
    }

    /// Means of neighbours, but nowhere less than `least`.
    private static func soften(_ map: inout [Float], least: [Float]) {
        let old = map
        for y in 16..<56 {
            for x in 0..<columns {
                var sum: Float = 0
                for dy in -1...1 {
                    let row = (y + dy) * columns
                    sum += old[row + (x + columns - 1) % columns] + old[row + x]
                    sum += old[row + (x + 1) % columns]
                }
                let i = y * columns + x
                map[i] = max(sum / 9, least[i])
            }
        }
    }
}
