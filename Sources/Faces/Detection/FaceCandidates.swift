import Images
import Torch

/// What a detector says of a picture before boxes that overlap are told apart: those that may be
/// faces, the surest first, in pixels of the picture that the network saw.
struct FaceCandidates {
    /// 0...1, falling.
    private(set) var scores: [Float]
    /// Left, top, right, bottom; whole numbers are pixels' edges.
    private(set) var corners: [SIMD4<Float>]
    /// Five points each; whole numbers are pixels' centres.
    private(set) var points: [[SIMD2<Float>]]
    /// Which were seen in the mirror; empty if the picture alone was looked at.
    private var inMirror: [Bool] = []

    /// The anchors of a picture's output whose scores are high enough.
    ///
    /// - Parameters:
    ///   - output: of the network, for one picture, or the `picture`-th of a batch.
    ///   - priors: the anchors of the picture as the network saw it.
    ///   - options: the least score, the most candidates.
    ///   - picture: which of the batch.
    /// - Throws: `TorchError`.
    init(
        _ output: RetinaFace.Output, _ priors: PriorBoxes, _ options: FaceDetector.Options,
        picture: Int = 0
    ) throws {
        let all: [Float] = try output.scores()[picture].to(.float32).toArray()
        let sure = all.indices.filter { Double(all[$0]) > options.minimumScore }
            .sorted { (all[$0], $1) > (all[$1], $0) }.prefix(options.candidates)
        scores = sure.map { all[$0] }
        (corners, points) = ([], [])
        guard !sure.isEmpty else { return }
        let rows = try Tensor(Array(sure), device: output.boxes.device)
        func pixels(_ decoded: Tensor) throws -> [Float] {
            let places = try decoded.indexSelected(0, rows).reshaped([-1, 2])
            let sides = try Tensor(
                [Float(priors.width), Float(priors.height)], device: places.device)
            return try (places * sides).toArray()
        }
        let boxes = try pixels(priors.decode(boxes: output.boxes[picture].to(.float32)))
        let places = try pixels(priors.decode(points: output.landmarks[picture].to(.float32)))
        corners = sure.indices.map { i in
            SIMD4(boxes[4 * i], boxes[4 * i + 1], boxes[4 * i + 2], boxes[4 * i + 3])
        }
        points = sure.indices.map { i in
            (0..<5).map { SIMD2(places[10 * i + 2 * $0], places[10 * i + 2 * $0 + 1]) }
        }
    }

    /// The same of a picture that was mirrored, as they lie in the picture itself.
    func mirrored(width: Int) -> FaceCandidates {
        var result = self
        let edge = Float(width)
        result.corners = corners.map { SIMD4(edge - $0.z, $0.y, edge - $0.x, $0.w) }
        // The mirror's left eye is the right one; so are the mouth's corners.
        result.points = points.map { five in
            [1, 0, 2, 4, 3].map { SIMD2(edge - 1 - five[$0].x, five[$0].y) }
        }
        return result
    }

    /// These and those of the mirror, the surest first; of equal ones these.
    func joined(mirror others: FaceCandidates, limit: Int) -> FaceCandidates {
        var result = self
        let all = scores + others.scores
        let order = all.indices.sorted { (all[$0], $1) > (all[$1], $0) }.prefix(limit)
        let (boxes, places) = (corners + others.corners, points + others.points)
        result.inMirror = order.map { $0 >= scores.count }
        result.scores = order.map { all[$0] }
        result.corners = order.map { boxes[$0] }
        result.points = order.map { places[$0] }
        return result
    }

    /// One face of boxes that overlap, the surest first.
    ///
    /// With a mirror, a face's score is the mean of its best in both, 0 where one does not show it.
    func faces(_ options: FaceDetector.Options) -> [DetectedFace] {
        guard !inMirror.isEmpty else { return kept(options) }
        let found = kept(options).filter { $0.score > options.minimumScore }
        let order = found.indices.sorted { (found[$0].score, $1) > (found[$1].score, $0) }
        return order.map { found[$0] }
    }

    /// Scores of boxes that stay: the mean of the best in the picture and in the mirror among those
    /// that each suppresses.
    private func meanScores(_ kept: [Int], overlap: Float) -> [Double] {
        guard !inMirror.isEmpty else { return kept.map { Double(scores[$0]) } }
        let owners = NonMaximumSuppression.owners(corners, kept: kept, overlap: overlap)
        var best = kept.map { _ in (picture: Float(0), mirror: Float(0)) }
        for (index, owner) in owners.enumerated() {
            guard let owner else { continue }
            if inMirror[index] {
                best[owner].mirror = max(best[owner].mirror, scores[index])
            } else {
                best[owner].picture = max(best[owner].picture, scores[index])
            }
        }
        return best.map { Double($0.picture + $0.mirror) / 2 }
    }

    private func kept(_ options: FaceDetector.Options) -> [DetectedFace] {
        let kept = NonMaximumSuppression.kept(
            corners, overlap: Float(options.overlap), limit: options.limit)
        let sure = meanScores(kept, overlap: Float(options.overlap))
        return zip(kept, sure).map { index, score in
            let members =
                options.pooling.map {
                    NonMaximumSuppression.near(corners[index], corners, overlap: Float($0))
                } ?? [index]
            let total = members.reduce(0) { $0 + Double(scores[$1]) }
            func mean(_ value: (Int) -> Float) -> Double {
                members.reduce(0) { $0 + Double(value($1)) * Double(scores[$1]) } / total
            }
            return DetectedFace(
                box: FaceBox(
                    left: mean { corners[$0].x }, top: mean { corners[$0].y },
                    right: mean { corners[$0].z }, bottom: mean { corners[$0].w }),
                score: score,
                points: (0..<5).map { point in
                    Point(mean { points[$0][point].x }, mean { points[$0][point].y })
                })
        }
    }
}
