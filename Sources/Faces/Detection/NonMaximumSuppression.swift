/// Keeps the best of boxes that overlap.
enum NonMaximumSuppression {
    /// Which boxes stay, best first.
    ///
    /// Greedy, with sides counted as right - left + 1, as detectors of this family were measured.
    ///
    /// - Parameters:
    ///   - boxes: left, top, right, bottom, pixels, best first.
    ///   - overlap: boxes that share more than this part of their union with a better one go.
    ///   - limit: how many may stay.
    /// - Returns: indices, ascending.
    static func kept(_ boxes: [SIMD4<Float>], overlap: Float, limit: Int) -> [Int] {
        var kept: [Int] = []
        for (index, box) in boxes.enumerated() {
            guard kept.count < limit else { break }
            if kept.allSatisfy({ !(shared(boxes[$0], box) > overlap) }) { kept.append(index) }
        }
        return kept
    }

    /// The box that each went for, itself for one that stays: a place among `kept`; nil where the
    /// limit was reached before.
    static func owners(_ boxes: [SIMD4<Float>], kept: [Int], overlap: Float) -> [Int?] {
        boxes.enumerated().map { index, box in
            kept.firstIndex { $0 == index || ($0 < index && shared(boxes[$0], box) > overlap) }
        }
    }

    /// Which boxes share more than a part of their union with one.
    static func near(_ box: SIMD4<Float>, _ boxes: [SIMD4<Float>], overlap: Float) -> [Int] {
        boxes.indices.filter { boxes[$0] == box || shared(box, boxes[$0]) > overlap }
    }

    private static func shared(_ a: SIMD4<Float>, _ b: SIMD4<Float>) -> Float {
        let low = pointwiseMax(a.lowHalf, b.lowHalf)
        let high = pointwiseMin(a.highHalf, b.highHalf)
        let sides = pointwiseMax(SIMD2(), high - low + 1)
        let common = sides.x * sides.y
        return common / (area(a) + area(b) - common)
    }

    private static func area(_ box: SIMD4<Float>) -> Float {
        let sides = box.highHalf - box.lowHalf + 1
        return sides.x * sides.y
    }
}
