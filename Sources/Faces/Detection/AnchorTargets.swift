import Torch

/// Which anchor belongs to which face, for a batch.
///
/// Each face takes the anchor that overlaps it most, if by at least a fifth; every other anchor goes
/// to the face that it overlaps most, if by at least a threshold. The last face wins where two take
/// one anchor.
struct AnchorTargets {
    /// Anchors of faces, counted through the batch: picture * P + anchor; ascending.
    private(set) var positive: [Int] = []
    /// Those among them whose face has points.
    private(set) var withPoints: [Int] = []
    private let total: Int
    private var boxes: [Float] = []
    private var points: [Float] = []

    /// Faces that no anchor overlaps by this much are too hard to learn from.
    private static let hardest: Float = 0.2

    init(_ faces: [[FaceTarget]], _ priors: PriorBoxes, overlap threshold: Float) throws {
        total = faces.count * priors.count
        let corners = try Self.corners(priors)
        for (picture, list) in faces.enumerated() {
            for face in list { try face.check(in: picture) }
            for (anchor, face) in Self.matched(list, corners, threshold).enumerated() {
                guard let face else { continue }
                let row = picture * priors.count + anchor
                positive.append(row)
                let box = list[face].box
                boxes += [box.x, box.y, box.z, box.w]
                if let five = list[face].points {
                    withPoints.append(row)
                    points += five
                }
            }
        }
    }

    /// 1 for anchors of faces, else 0: `[B * P]`, int64.
    func labels() throws -> Tensor {
        var labels = [Int](repeating: 0, count: total)
        for row in positive { labels[row] = 1 }
        return try Tensor(labels)
    }

    /// What the network should say for ``positive``, `[N, 4]`.
    func boxes(_ priors: PriorBoxes) throws -> Tensor {
        try priors.rows(positive).encode(boxes: Tensor(boxes, shape: [positive.count, 4]))
    }

    /// What the network should say for ``withPoints``, `[N, 10]`.
    func points(_ priors: PriorBoxes) throws -> Tensor {
        try priors.rows(withPoints).encode(points: Tensor(points, shape: [withPoints.count, 10]))
    }

    /// The face of each anchor; nil for background.
    private static func matched(
        _ faces: [FaceTarget], _ anchors: [SIMD4<Float>], _ threshold: Float
    ) -> [Int?] {
        var best = [(overlap: Float, face: Int)](repeating: (-1, 0), count: anchors.count)
        var favourite = [(overlap: Float, anchor: Int)](repeating: (-1, 0), count: faces.count)
        for (index, face) in faces.enumerated() {
            for (place, anchor) in anchors.enumerated() {
                let overlap = shared(face.box, anchor)
                if overlap > best[place].overlap { best[place] = (overlap, index) }
                if overlap > favourite[index].overlap { favourite[index] = (overlap, place) }
            }
        }
        guard favourite.contains(where: { $0.overlap >= hardest }) else {
            return Array(repeating: nil, count: anchors.count)
        }
        for (index, own) in favourite.enumerated() {
            best[own.anchor].face = index
            if own.overlap >= hardest { best[own.anchor].overlap = 2 }
        }
        return best.map { $0.overlap < threshold ? nil : $0.face }
    }

    private static func shared(_ a: SIMD4<Float>, _ b: SIMD4<Float>) -> Float {
        let low = pointwiseMax(a.lowHalf, b.lowHalf)
        let sides = pointwiseMax(SIMD2(), pointwiseMin(a.highHalf, b.highHalf) - low)
        let common = sides.x * sides.y
        return common / (area(a) + area(b) - common)
    }

    private static func area(_ box: SIMD4<Float>) -> Float {
        let sides = box.highHalf - box.lowHalf
        return sides.x * sides.y
    }

    private static func corners(_ priors: PriorBoxes) throws -> [SIMD4<Float>] {
        let numbers: [Float] = try priors.tensor.toArray()
        return (0..<priors.count).map { index in
            let at = 4 * index
            let centre = SIMD2(numbers[at], numbers[at + 1])
            let half = SIMD2(numbers[at + 2], numbers[at + 3]) / 2
            return SIMD4(lowHalf: centre - half, highHalf: centre + half)
        }
    }
}

extension FaceTarget {
    /// Throws for a box without a size, whose logarithm would be endless, and for missing points.
    fileprivate func check(in picture: Int) throws {
        let sides = box.highHalf - box.lowHalf
        guard sides.x > 0, sides.y > 0, sides.x.isFinite, sides.y.isFinite else {
            throw FaceError.argument(
                "box of a face in picture \(picture)",
                expected: "left < right and top < bottom",
                found: "\(box.x), \(box.y), \(box.z), \(box.w)")
        }
        guard points.map({ $0.count == 10 }) ?? true else {
            throw FaceError.argument(
                "points of a face in picture \(picture)", expected: "10 numbers or none",
                found: "\(points?.count ?? 0)")
        }
    }
}

extension PriorBoxes {
    /// Some anchors, which may repeat; rows count through a batch.
    fileprivate func rows(_ rows: [Int]) throws -> PriorBoxes {
        let chosen = rows.map { $0 % max(count, 1) }
        return PriorBoxes(self, try tensor.to(.cpu).indexSelected(0, Tensor(chosen)))
    }
}
