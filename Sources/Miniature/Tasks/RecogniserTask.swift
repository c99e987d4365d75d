import Checkpoints
import Evaluation
import Faces
import Images
import Layers
import Torch
import Training

/// How a recogniser is trained.
public struct RecogniserLossSettings: Settings {
    /// ArcFace's margin, radians.
    public var margin = 0.4
    /// The length that embeddings and centres are given together.
    public var scale = 32.0
    /// The step at which the margin starts to grow from zero: at once it would keep small networks
    /// from starting at all.
    public var marginFrom = 900
    /// Steps over which it grows.
    public var marginSteps = 900
    /// Weight of the term that tells the two pictures of a person from all others of the batch
    /// (van den Oord et al. 2018). Centres of thousands of people learn little from a few visits
    /// each; this needs none.
    public var contrast = 1.0
    /// What that term multiplies cosines by.
    public var contrastScale = 16.0
    /// Weight of the squared error of ``PersonTraits`` read off the embedding by one linear layer.
    public var traits = 30.0
    /// The largest turn of an aligned face, degrees.
    public var turnDegrees = 4.0
    /// The largest change of its size.
    public var growth = 0.06
    /// The largest shift, in sides.
    public var shift = 0.03
    /// The largest change of brightness and contrast.
    public var shade = 0.2

    /// As the miniature recognisers are trained.
    public init() {}

    enum CodingKeys: String, CodingKey {
        case margin, scale, growth, shift, shade
        case contrast, traits
        case marginFrom = "margin_from"
        case marginSteps = "margin_steps"
        case contrastScale = "contrast_scale"
        case turnDegrees = "turn_degrees"
    }
}

/// Trains an `ArcFace` on the world's people: Deng et al. 2019.
///
/// The centres are parameters under `head` and the layer that reads traits under `traits`; exports
/// leave both out.
public final class RecogniserTask: TrainingTask {
    /// Aligned faces and who they are.
    public struct Batch: Sendable {
        /// `[B, 3, S, S]`.
        public var faces: [UInt8]
        /// Person of each.
        public var labels: [Int64]
        /// `[B, T]`: what makes them who they are.
        public var traits: [Float]
        /// Pixels a side.
        public var side: Int
    }

    /// All parameters.
    public let store: ParameterStore
    /// What a step learns from.
    public let batches: any BatchSource<Batch>
    let network: ArcFace
    private let head: AdditiveAngularMargin
    private let traits: Linear
    private let settings: RecogniserLossSettings
    private let heldOut: PortraitData?

    /// A network with new parameters, on these people.
    ///
    /// - Parameters:
    ///   - configuration: of the network.
    ///   - data: pictures to learn from.
    ///   - heldOut: pictures of other people.
    ///   - losses: margins and changes.
    ///   - settings: the run's.
    /// - Throws: `TorchError`, `ParameterError`.
    public init(
        _ configuration: ArcFaceConfiguration, data: PortraitData, heldOut: PortraitData?,
        losses: RecogniserLossSettings, settings: TrainingSettings
    ) throws {
        store = try ParameterStore(generator: Generator(seed: settings.seed))
        network = ArcFace(store.root / "backbone", configuration)
        head = AdditiveAngularMargin(
            store.root / "head", classes: data.people, dimensions: configuration.embeddingSize,
            margin: losses.margin, scale: losses.scale)
        let known = PersonTraits(people: data.people, seed: data.seed)
        traits = Linear(
            store.root / "traits", in: configuration.embeddingSize, out: known.count)
        try store.finish()
        try store.train()
        for key in network.fixedKeys { try store.freeze(key) }
        (self.settings, self.heldOut) = (losses, heldOut)
        batches = AlignedFaces(
            data, size: configuration.inputSize, batchSize: settings.batchSize,
            seed: settings.seed, losses, known)
    }

    /// The loss of one batch; see the task.
    public func losses(_ batch: Batch, _ step: TrainingStep) throws -> LossTerms {
        let count = batch.labels.count
        let bytes = try Tensor(batch.faces, shape: [count, 3, batch.side, batch.side])
        var faces = try bytes.to(step.device).contiguous(.channelsLast).to(.float32) / 127.5 - 1
        if settings.shade > 0 {
            let generator = try step.generator("shade")
            let draws =
                try Tensor.rand([2, count, 1, 1, 1], generator: generator)
                .to(step.device) * (2 * settings.shade) - settings.shade
            faces = try faces * (draws[0] + 1) + draws[1]
        }
        let embeddings = try network(
            faces, training: true, generator: step.generator("dropout"))
        let labels = try Tensor(batch.labels, device: step.device)
        let way = Double(step.number - settings.marginFrom) / Double(max(settings.marginSteps, 1))
        let margin = settings.margin * min(max(way, 0), 1)
        let result = try head.with(margin: margin)(embeddings.to(.float32), labels)
        var terms = LossTerms()
        try terms.add("margin", result.loss)
        if settings.contrast > 0 {
            try terms.add("contrast", contrast(embeddings.to(.float32)), weight: settings.contrast)
        }
        if settings.traits > 0 {
            let truth = try Tensor(
                batch.traits, shape: [count, batch.traits.count / count], device: step.device)
            let error = try (traits(embeddings.to(.float32)) - truth).square().mean()
            try terms.add("traits", error, weight: settings.traits)
        }
        terms.report("accuracy", result.accuracy)
        terms.report("cosine", result.cosine)
        return terms
    }

    /// How surprising each picture's partner is among all other pictures of the batch.
    private func contrast(_ embeddings: Tensor) throws -> Tensor {
        let rows = try unitRows(embeddings)
        let count = rows.shape[0]
        let itself = try Tensor.eye(count, device: rows.device) * 1e4
        let logits = try rows.matmul(rows.transposed(0, 1)) * settings.contrastScale - itself
        let partners = (0..<Int64(count)).map { $0 ^ 1 }
        return try Operator.crossEntropy(logits, Tensor(partners, device: rows.device))
    }

    /// Figures on people that were never trained on.
    public func evaluate(_ step: TrainingStep) throws -> [String: Double] {
        guard let heldOut else { return [:] }
        let people = min(heldOut.people, 100)
        let indices = Array(0..<people * heldOut.views)
        let embeddings = try embed(heldOut, indices, on: step.device)
        let scores = try VerificationScores(
            allPairsOf: embeddings, identities: indices.map { $0 / heldOut.views })
        return ["heldout_true_accepts": scores.point(atFalseAcceptRate: 1e-3).trueAcceptRate]
    }

    /// Unit embeddings `[K, D]` of aligned pictures.
    func embed(_ data: PortraitData, _ indices: [Int], on device: Device) throws -> Tensor {
        let recogniser = FaceRecogniser(network, store: store)
        let faces = try alignedFaces(data, indices, size: network.configuration.inputSize)
        return try recogniser(faces.to(device)).to(.cpu)
    }
}

/// Aligned faces of some pictures, `[K, 3, S, S]` bytes.
public func alignedFaces(_ data: PortraitData, _ indices: [Int], size: Int) throws -> Tensor {
    let alignment = FaceAlignment(size: size)
    return try .stack(
        indices.map { index in
            let picture = try Tensor(data.pictures([index]), shape: [3, data.side, data.side])
            return try alignment.alignedTensor(picture, facePoints(data, index))
        })
}

/// Eyes, nose and corners of the mouth of a picture.
func facePoints(_ data: PortraitData, _ index: Int) -> [Point] {
    let numbers = data.points([index])
    return Swift.stride(from: 0, to: numbers.count, by: 2).map {
        // The world counts from a pixel's corner, pictures from its centre.
        Point(Double(numbers[$0]) - 0.5, Double(numbers[$0 + 1]) - 0.5)
    }
}

/// People in a new order every epoch, two pictures of each, every picture a little turned, grown,
/// shifted and perhaps mirrored.
private struct AlignedFaces: BatchSource {
    let data: PortraitData
    let size, batchSize: Int
    let order: SampleShuffle
    let seeds: StepSeed
    let losses: RecogniserLossSettings
    let traits: PersonTraits

    init(
        _ data: PortraitData, size: Int, batchSize: Int, seed: UInt64,
        _ losses: RecogniserLossSettings, _ traits: PersonTraits
    ) {
        (self.data, self.size, self.batchSize, self.losses) = (data, size, batchSize, losses)
        self.traits = traits
        order = SampleShuffle(count: data.people, seed: seed)
        seeds = StepSeed(seed)
    }

    func batch(at step: Int) throws -> RecogniserTask.Batch {
        var random = StepRandom(seed: seeds("jitter", step))
        let alignment = FaceAlignment(size: size)
        var batch = RecogniserTask.Batch(faces: [], labels: [], traits: [], side: size)
        let couples = max(batchSize / 2, 1)
        var chosen: [Int] = []
        for place in 0..<couples {
            let person = order[step * couples + place]
            let first = random.below(data.views)
            let second = (first + 1 + random.below(max(data.views - 1, 1))) % data.views
            chosen += [person * data.views + first, person * data.views + second]
        }
        for index in chosen {
            let jitter = AlignmentJitter.random(
                angleRadians: losses.turnDegrees * .pi / 180, growth: losses.growth,
                shift: losses.shift, mirrors: true, using: &random)
            let picture = try Tensor(data.pictures([index]), shape: [3, data.side, data.side])
            let face = try alignment.alignedTensor(
                picture, facePoints(data, index), jitter: jitter)
            batch.faces += try face.toArray(UInt8.self)
            batch.labels.append(Int64(index / data.views))
        }
        batch.traits = traits.of(chosen.map { $0 / data.views })
        return batch
    }
}
