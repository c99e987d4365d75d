import Foundation

/// Finds the skin at a place of the chart, on any face and in any pose.
///
/// For every node of a grid over (angle, down) it holds the triangle there and the weights of its
/// corners; what lies between four nodes is blended. Made once: topology and chart never change.
struct SkinChart: Sendable {
    private static let columns = 181
    private static let rows = 119
    /// Millimetres from row to row.
    private static let step = 4.0

    private struct Node: Sendable {
        var corners = SIMD3<Int32>(repeating: -1)
        var weights = SIMD3<Float>.zero
    }

    private var nodes = [Node](repeating: Node(), count: columns * rows)

    static let shared = SkinChart(.shared)

    init(_ head: BuiltInHead) {
        guard let piece = head.pieces.first(where: { $0.part == .head }) else { return }
        for t in head.triangles[piece.triangles] where head.kinds[Int(t.x)] == .skin {
            draw(t, head.places)
        }
        // Openings and the cap about the crown take their neighbours' skin.
        for row in stride(from: Self.rows - 2, through: 0, by: -1) {
            for i in row * Self.columns..<(row + 1) * Self.columns where nodes[i].corners.x < 0 {
                nodes[i] = nodes[i + Self.columns]
            }
        }
        for i in Self.columns..<nodes.count where nodes[i].corners.x < 0 {
            nodes[i] = nodes[i - Self.columns]
        }
    }

    private mutating func draw(_ t: SIMD3<UInt32>, _ places: [ChartPoint]) {
        let c = (0..<3).map { places[Int(t[$0])] }
        let p = c.map {
            SIMD2(
                ($0.angle / (2 * .pi) + 0.5) * Double(Self.columns - 1),
                ($0.down - HeadChart.crown) / Self.step)
        }
        let low = pointwiseMin(p[0], pointwiseMin(p[1], p[2]))
        let far = pointwiseMax(p[0], pointwiseMax(p[1], p[2]))
        let area =
            (p[1].x - p[0].x) * (p[2].y - p[0].y) - (p[1].y - p[0].y) * (p[2].x - p[0].x)
        guard far.x - low.x < 60, abs(area) > 1e-9 else { return }
        for y in max(0, Int(low.y))...max(0, min(Self.rows - 1, Int(far.y) + 1)) {
            for x in max(0, Int(low.x))...min(Self.columns - 1, Int(far.x) + 1) {
                let q = SIMD2(Double(x), Double(y))
                let a =
                    ((p[1].x - q.x) * (p[2].y - q.y) - (p[1].y - q.y) * (p[2].x - q.x)) / area
                let b =
                    ((p[2].x - q.x) * (p[0].y - q.y) - (p[2].y - q.y) * (p[0].x - q.x)) / area
                guard a >= -1e-6, b >= -1e-6, a + b <= 1 + 1e-6 else { continue }
                nodes[y * Self.columns + x] = Node(
                    corners: SIMD3<Int32>(truncatingIfNeeded: t),
                    weights: SIMD3(Float(a), Float(b), Float(1 - a - b)))
            }
        }
    }

    /// The values of `field` `[V]` (positions, normals) blended at a place.
    func value(_ field: [SIMD3<Float>], at place: ChartPoint) -> SIMD3<Float> {
        let x = min(
            max((place.angle / (2 * .pi) + 0.5) * Double(Self.columns - 1), 0),
            Double(Self.columns) - 1.001)
        let y = min(max((place.down - HeadChart.crown) / Self.step, 0), Double(Self.rows) - 1.001)
        let (fx, fy) = (Float(x - x.rounded(.down)), Float(y - y.rounded(.down)))
        let i = Int(y) * Self.columns + Int(x)
        func look(_ i: Int) -> SIMD3<Float> {
            let n = nodes[i]
            return field[Int(n.corners.x)] * n.weights.x + field[Int(n.corners.y)] * n.weights.y
                + field[Int(n.corners.z)] * n.weights.z
        }
        let above = look(i) * (1 - fx) + look(i + 1) * fx
        let below = look(i + Self.columns) * (1 - fx) + look(i + Self.columns + 1) * fx
        return above * (1 - fy) + below * fy
    }
}
