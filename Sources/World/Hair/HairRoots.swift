import Foundation

/// Places of roots, strewn evenly over the scalp; every first so many of them are even, too.
enum HairRoots {
    /// In the order in which they are used.
    static let places: [ChartPoint] = spread(candidates(), count: 720)

    private static func candidates() -> [ChartPoint] {
        var random = SplitMix64(state: 0x4A12)
        let scalp = Hairline(masculinity: 0.5, recession: 0)
        var result: [ChartPoint] = []
        while result.count < 3000 {
            let z = 2 * random.unit() - 1
            let angle = .pi * (2 * random.unit() - 1)
            let down = z > 0 ? -HeadChart.radius * asin(z) : -z * 110
            let place = ChartPoint(angle: angle, down: down)
            if scalp.density(at: place) > 0.3 { result.append(place) }
        }
        return result
    }

    /// The first `count` of the candidates in farthest-point order: each is as far as can be from
    /// all before it.
    static func spread(_ candidates: [ChartPoint], count: Int) -> [ChartPoint] {
        let points = candidates.map { SIMD3<Float>(HeadChart.capsule($0)) }
        var nearest = [Float](repeating: .infinity, count: points.count)
        var result: [ChartPoint] = []
        var next = 0
        for _ in 0..<min(count, candidates.count) {
            result.append(candidates[next])
            var best: Float = -1
            let chosen = points[next]
            for i in points.indices {
                let d = points[i] - chosen
                nearest[i] = min(nearest[i], Vector.dot(d, d))
                if nearest[i] > best {
                    best = nearest[i]
                    next = i
                }
            }
        }
        return result
    }
}
