import Layers
import Torch

/// The loss that ``RetinaFace`` is trained with: each anchor is a face or not, and those that are
/// learn a box and five points.
///
/// Liu et al. 2016 ("SSD"), section 2.2, as biubug6's `MultiBoxLoss` has it: anchors that overlap a
/// face by 0.35 or best are its own; of the rest the seven worst for each of those count as
/// background. All sums are divided by the number of faces' anchors in the batch.
public struct MultiBoxLoss: Sendable {
    /// Overlap (intersection over union) from which an anchor belongs to a face.
    public var overlap: Double
    /// Anchors of the background that count, for each that belongs to a face.
    public var negatives: Int
    /// Factor of the boxes' loss in ``Losses/total``.
    public var boxWeight: Double
    /// Factor of the points' loss in ``Losses/total``.
    public var landmarkWeight: Double
    /// Where the points' loss turns from squares to absolute differences, in a tenth of an anchor.
    /// Below it errors hardly pull.
    public var landmarkBeta: Double

    /// The published settings, or others.
    public init(
        overlap: Double = 0.35, negatives: Int = 7, boxWeight: Double = 2,
        landmarkWeight: Double = 1, landmarkBeta: Double = 1
    ) {
        self.overlap = overlap
        self.negatives = negatives
        self.boxWeight = boxWeight
        self.landmarkWeight = landmarkWeight
        self.landmarkBeta = landmarkBeta
    }

    /// The parts of the loss, each a scalar.
    public struct Losses {
        /// Smooth L1 of the boxes.
        public let boxes: Tensor
        /// Cross-entropy of face against background.
        public let classes: Tensor
        /// Smooth L1 of the points of faces that have them.
        public let landmarks: Tensor
        /// What to minimise.
        public let total: Tensor
    }

    /// The loss of a batch.
    ///
    /// - Parameters:
    ///   - output: of the network, for B pictures.
    ///   - priors: the anchors of these pictures.
    ///   - faces: those of each picture, B lists; an empty list is a picture without faces, which
    ///     then counts for nothing, as it has no anchor of a face to weigh negatives against.
    /// - Returns: the parts and their weighted sum.
    /// - Throws: ``FaceError`` if the counts differ; `TorchError`.
    public func callAsFunction(
        _ output: RetinaFace.Output, _ priors: PriorBoxes, _ faces: [[FaceTarget]]
    ) throws -> Losses {
        let sizes = Array(output.logits.shape.prefix(2))
        guard sizes == [faces.count, priors.count] else {
            throw FaceError.shape(
                of: "the detector's output", expected: "[\(faces.count), \(priors.count), ...]",
                found: output.logits.shape)
        }
        let device = output.logits.device
        let targets = try AnchorTargets(faces, priors, overlap: Float(overlap))
        let count = Double(max(targets.positive.count, 1))
        let pointCount = Double(max(targets.withPoints.count, 1))
        let boxes =
            try smoothL1(
                output.boxes, at: targets.positive, targets.boxes(priors)) / count
        let landmarks =
            try smoothL1(
                output.landmarks, at: targets.withPoints, targets.points(priors),
                beta: landmarkBeta) / pointCount

        let logits = try output.logits.reshaped([-1, 2]).to(.float32)
        let labels = try targets.labels().to(device)
        let losses = try Operator.crossEntropy(logits, labels, Tensor?.none, 0)
        let chosen = try chosen(losses.detached(), labels, batch: faces.count)
        let classes = try (losses * chosen).sum() / count
        return Losses(
            boxes: boxes, classes: classes, landmarks: landmarks,
            total: try boxes * boxWeight + classes + landmarks * landmarkWeight)
    }

    /// 1 for anchors of faces and for the hardest of the background, else 0; `[B * P]`.
    private func chosen(_ losses: Tensor, _ labels: Tensor, batch: Int) throws -> Tensor {
        let positive = try labels.reshaped([batch, -1]).to(.bool)
        let mining = try losses.reshaped([batch, -1]).maskedFilled(positive, 0)
        let order = try mining.sorted(along: 1, descending: true).indices
        let rank = try order.sorted(along: 1).indices
        let limit = try (positive.to(.int64).sum([1], keepDims: true) * negatives)
            .clamped(max: Double(positive.shape[1] - 1))
        return try Operator.logicalOr(positive, rank .< limit).to(losses.dtype).reshaped([-1])
    }

    /// The sum over some rows of `[B, P, N]`, counted through the batch; 0 for no rows.
    private func smoothL1(_ x: Tensor, at rows: [Int], _ target: Tensor, beta: Double = 1) throws
        -> Tensor
    {
        let flat = try x.flattened(from: 0, to: 1).to(.float32)
        let picked = try flat.indexSelected(0, Tensor(rows, device: x.device))
        return try Operator.smoothL1(picked, target.to(x.device), 2, beta)
    }
}

/// One face of a picture to learn from.
public struct FaceTarget: Hashable, Sendable {
    /// Left, top, right, bottom in parts of the picture; of some size.
    public var box: SIMD4<Float>
    /// Five points, x and y in turn, in parts of the picture; nil for a face of which they are not
    /// known, which then trains the box alone.
    public var points: [Float]?

    /// A face.
    public init(box: SIMD4<Float>, points: [Float]?) {
        self.box = box
        self.points = points
    }
}

extension Operator {
    static let logicalOr = Operator("aten::logical_or")
    static let smoothL1 = Operator("aten::smooth_l1_loss")
}
