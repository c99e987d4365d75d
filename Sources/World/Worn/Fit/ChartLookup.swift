import Foundation

/// Finds the triangle of the skin that covers a place on the chart; made once a process.
struct ChartLookup: Sendable {
    /// A point of the skin: three vertices and their weights, whatever the face's shape.
    struct Spot: Sendable {
        var corners: SIMD3<Int32>
        var weights: SIMD3<Float>

        /// Blends a property of the vertices.
        func blend(_ values: [SIMD3<Float>]) -> SIMD3<Float> {
            weights.x * values[Int(corners.x)] + weights.y * values[Int(corners.y)]
                + weights.z * values[Int(corners.z)]
        }
    }

    static let shared = ChartLookup(.shared)

    private static let columns = 72
    private static let rows = 96
    /// Triangles that may hold a point of each cell.
    private var cells: [[Int32]]
    private let triangles: [SIMD3<Int32>]
    private let plane: [SIMD2<Double>]

    init(_ head: BuiltInHead) {
        let skin = head.mesh.topology
        triangles = skin.triangles
        plane = skin.places.map(HeadChart.plane)
        cells = Array(repeating: [], count: Self.columns * Self.rows)
        for (i, t) in triangles.enumerated() {
            let corners = [skin.places[Int(t.x)], skin.places[Int(t.y)], skin.places[Int(t.z)]]
            var low = SIMD2(Double.infinity, Double.infinity)
            var high = -low
            for c in corners {
                low = pointwiseMin(low, SIMD2(c.angle, c.down))
                high = pointwiseMax(high, SIMD2(c.angle, c.down))
            }
            // Sides are straight in the plane, not here.
            let margin = 0.2 * (high - low) + SIMD2(0.01, 1)
            // Around the crown angles say little.
            if low.y < HeadChart.crown + 14 { (low.x, high.x) = (-.pi, .pi) }
            let (a, b) = (Self.cell(low - margin), Self.cell(high + margin))
            for y in a.y...b.y {
                for x in a.x...b.x { cells[y * Self.columns + x].append(Int32(i)) }
            }
        }
    }

    private static func cell(_ p: SIMD2<Double>) -> (x: Int, y: Int) {
        let x = (p.x + .pi) / (2 * .pi) * Double(columns)
        let y = (p.y - HeadChart.crown) / (HeadChart.end - HeadChart.crown) * Double(rows)
        return (min(max(Int(x), 0), columns - 1), min(max(Int(y), 0), rows - 1))
    }

    /// The spot at a place; in the openings of eyes and mouth, the nearest one of their rims.
    func spot(angle: Double, down: Double) -> Spot {
        let turned = angle - 2 * .pi * (angle / (2 * .pi)).rounded()
        let place = ChartPoint(
            angle: turned, down: min(max(down, HeadChart.crown), HeadChart.end - 1e-6))
        let p = HeadChart.plane(place)
        let (x, y) = Self.cell(SIMD2(place.angle, place.down))
        var best = Spot(corners: triangles[0], weights: SIMD3(1, 0, 0))
        var inside = -Double.infinity
        for i in cells[y * Self.columns + x] {
            let t = triangles[Int(i)]
            let (a, b, c) = (plane[Int(t.x)], plane[Int(t.y)], plane[Int(t.z)])
            let area = Self.cross(b - a, c - a)
            let w = SIMD3(
                Self.cross(b - p, c - p), Self.cross(c - p, a - p), Self.cross(a - p, b - p))
            let weights = w / area
            guard weights.min() > inside else { continue }
            inside = weights.min()
            best = Spot(corners: t, weights: SIMD3<Float>(weights))
            if inside >= 0 { break }
        }
        if inside < 0 {
            let w = pointwiseMax(best.weights, .zero)
            best.weights = w / w.sum()
        }
        return best
    }

    private static func cross(_ a: SIMD2<Double>, _ b: SIMD2<Double>) -> Double {
        a.x * b.y - a.y * b.x
    }
}
