import Foundation

/// The lips of the average head, left half, millimetres: borders, bodies and the line between.
enum Mouth {
    /// Height of the line between the lips.
    static let line = -70.3
    static let corner = SIMD3<Double>(25.5, -70.3, 84.2)
    /// In the chart the lips are parted by twice this, so that the mesh can open.
    static let chartGap = 1.0

    private static let upperBorder: [SIMD3<Double>] = [
        [0, -62.8, 97.8], [5, -61, 97.6], [10, -62.2, 95.8], [15, -64.4, 92.8],
        [20.5, -67.5, 88.5],
    ]
    private static let upperBody: [SIMD3<Double>] = [
        [0, -66.9, 99.9], [5, -66.2, 99.6], [10, -66.6, 97.5], [15, -67.7, 94.1],
        [20.5, -69.2, 89],
    ]
    private static let upperInner: [SIMD3<Double>] = [
        [0, -71, 97.2], [5, -70.8, 97], [10, -70.7, 95.2], [15, -70.7, 92], [20.5, -70.6, 87.7],
    ]
    private static let lowerInner: [SIMD3<Double>] = [
        [0, -70, 96.2], [5, -69.8, 96], [10, -69.7, 94.2], [15, -69.8, 91.1], [20.5, -70.1, 87.1],
    ]
    private static let lowerBody: [SIMD3<Double>] = [
        [0, -75.3, 98.6], [5, -75.2, 98.3], [10, -74.7, 96.4], [15, -73.8, 93.1],
        [20.5, -72.2, 88.2],
    ]
    private static let lowerBorder: [SIMD3<Double>] = [
        [0, -81.2, 95], [5, -81, 94.8], [10, -80, 93.5], [15, -77.9, 90.8], [20.5, -74.4, 86.8],
    ]

    static func landmarks() -> [HeadLandmarks.Landmark] {
        var result: [HeadLandmarks.Landmark] = []
        for p in upperBorder + upperBody + upperInner {
            result.append(.init(place: place(p, upper: true), position: p))
        }
        for p in lowerBorder + lowerBody + lowerInner {
            result.append(.init(place: place(p, upper: false), position: p))
        }
        result.append(.init(place: HeadChart.place(corner), position: corner))
        return result
    }

    /// The chart as if the lips were parted.
    private static func place(_ p: SIMD3<Double>, upper: Bool) -> ChartPoint {
        var place = HeadChart.place(p)
        let fromLine = upper ? max(0, p.y - line - 0.2) : max(0, line - p.y - 0.2)
        place.down =
            HeadChart.ring - line + (upper ? -1 : 1) * (gap(place.angle) + fromLine)
        return place
    }

    /// Chart of the hole's edge; `turn` 0 ..< 1 from the left corner over the upper lip.
    static func edge(_ turn: Double) -> ChartPoint {
        let upper = turn < 0.5
        let t = upper ? turn * 2 : 2 - turn * 2
        let angle = HeadChart.place(corner).angle * cos(.pi * t)
        return ChartPoint(
            angle: angle, down: HeadChart.ring - line + (upper ? -1 : 1) * gap(angle))
    }

    /// Half the gap in the chart; it closes towards the corners.
    private static func gap(_ angle: Double) -> Double {
        chartGap * min(1, 3.5 * (1 - abs(angle) / HeadChart.place(corner).angle))
    }

    /// How far a place lies within the lips, by its chart: 1 inside, 0 outside, softly.
    static func border(angle: Double) -> (upper: Double, lower: Double) {
        func look(_ points: [SIMD3<Double>]) -> Double {
            let upper = points[0].y > line
            let places = points.map { place($0, upper: upper) } + [HeadChart.place(corner)]
            let a = abs(angle)
            for i in 1..<places.count where a <= places[i].angle {
                let t = (a - places[i - 1].angle) / (places[i].angle - places[i - 1].angle)
                return places[i - 1].down + t * (places[i].down - places[i - 1].down)
            }
            return HeadChart.ring - line
        }
        return (look(upperBorder), look(lowerBorder))
    }
}
