import Checkpoints
import Evaluation
import Faces
import Images
import Layers
import Torch
import Training

/// What a detector's loss weighs, classes being 1. The published weights are 2 and 1.
public struct DetectorLossSettings: Settings {
    /// Of boxes.
    public var boxes = 2.0
    /// Of the five points: with 4 they were 3.0 % of the face off, with 2 and fewer steps 3.6 %.
    public var landmarks = 4.0
    /// Where the points' loss turns from squares to absolute differences; published: 1. With that,
    /// points stayed 3.8 % of the face off, whatever the picture's size.
    public var landmarkBeta = 0.1

    /// As the miniature detector is trained.
    public init() {}

    enum CodingKeys: String, CodingKey {
        case boxes, landmarks
        case landmarkBeta = "landmark_beta"
    }
}

/// Trains a `RetinaFace` on pictures of nobody to four people. Deng et al. 2020.
public final class DetectorTask: TrainingTask {
    /// Pictures with their faces.
    public struct Batch: Sendable {
        /// `[B, 3, H, W]`.
        public var pictures: [UInt8]
        /// Pixels.
        public var width, height: Int
        /// Of each picture, in parts of it.
        public var faces: [[FaceTarget]]
        /// Whether the batch is mirrored.
        public var isMirrored: Bool
    }

    /// Faces of which less is seen are neither looked for nor counted.
    static let leastVisible: Float = 0.4

    /// All parameters.
    public let store: ParameterStore
    /// What a step learns from.
    public let batches: any BatchSource<Batch>
    let network: RetinaFace
    private let losses: DetectorLossSettings
    private let heldOut: GroupData?

    /// A new detector, for these pictures.
    ///
    /// - Parameters:
    ///   - configuration: of the network.
    ///   - scenes: pictures of groups to learn from.
    ///   - portraits: pictures of one person each.
    ///   - heldOut: groups of other people.
    ///   - losses: what is weighed how.
    ///   - settings: the run's.
    /// - Throws: `TorchError`, `ParameterError`.
    public init(
        _ configuration: RetinaFaceConfiguration, scenes: GroupData, portraits: PortraitData,
        heldOut: GroupData?, losses: DetectorLossSettings = .init(), settings: TrainingSettings
    ) throws {
        store = try ParameterStore(generator: Generator(seed: settings.seed))
        network = RetinaFace(store.root, configuration)
        try store.finish()
        try store.train()
        (self.losses, self.heldOut) = (losses, heldOut)
        batches = DetectorPictures(scenes: scenes, portraits: portraits, settings)
    }

    /// The loss of one batch; see the task.
    public func losses(_ batch: Batch, _ step: TrainingStep) throws -> LossTerms {
        let shape = [batch.faces.count, 3, batch.height, batch.width]
        var bytes = try Tensor(batch.pictures, shape: shape).to(step.device)
        if batch.isMirrored { bytes = try bytes.flipped([3]) }
        // Brightness and contrast, for faces under light that was never rendered.
        let draws = try Tensor.rand([2, shape[0], 1, 1, 1], generator: step.generator("shade"))
            .to(step.device)
        let input = try RetinaFace.input(bytes)
        let output = try network(
            input * (draws[0] * 0.5 + 0.75) + (draws[1] * 40 - 20), training: true)
        let priors = try network.priors(
            width: batch.width, height: batch.height, device: step.device)
        let found = try MultiBoxLoss(landmarkBeta: losses.landmarkBeta)(
            output, priors, batch.faces)
        var terms = LossTerms()
        try terms.add("boxes", found.boxes, weight: losses.boxes)
        try terms.add("classes", found.classes)
        try terms.add("landmarks", found.landmarks, weight: losses.landmarks)
        return terms
    }

    /// Figures on people that were never trained on.
    public func evaluate(_ step: TrainingStep) throws -> [String: Double] {
        guard let heldOut else { return [:] }
        let scores = try DetectorTask.scores(network, heldOut, limit: 200, .init(), on: step.device)
        return [
            "heldout_average_precision": scores.averagePrecision,
            "heldout_landmark_error": scores.landmarkSummary.median,
        ]
    }

    /// How well a detector finds the faces of a set.
    static func scores(
        _ network: RetinaFace, _ data: GroupData, limit: Int, _ options: FaceDetector.Options,
        on device: Device
    ) throws -> DetectionScores {
        var options = options
        options.minimumScore = 0.02

        var found: [[ScoredBox]] = []
        var truths: [[TruthBox]] = []
        for index in 0..<min(limit, data.count) {
            let bytes = try Tensor(data.pictures([index]), shape: [1, 3, data.height, data.width])
            let input = try RetinaFace.input(bytes.to(device))
            found.append(
                try FaceDetector.faces(network, input, options).map { face in
                    ScoredBox(
                        Box(
                            left: face.box.left, top: face.box.top, right: face.box.right,
                            bottom: face.box.bottom), score: face.score, landmarks: face.points)
                })
            truths.append(data.faces(index).map(truth))
        }
        return try DetectionScores(found: found, truths: truths)
    }

    private static func truth(_ face: GroupData.Face) -> TruthBox {
        let points = Swift.stride(from: 0, to: 10, by: 2).map {
            // The world counts from a pixel's corner, pictures from its centre.
            Point(Double(face.points[$0]) - 0.5, Double(face.points[$0 + 1]) - 0.5)
        }
        return TruthBox(
            Box(
                left: Double(face.box[0]), top: Double(face.box[1]), right: Double(face.box[2]),
                bottom: Double(face.box[3])), landmarks: points,
            isIgnored: face.visibleShare < leastVisible)
    }
}
