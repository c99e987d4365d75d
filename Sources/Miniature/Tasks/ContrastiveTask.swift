import Checkpoints
import Diffusion
import Foundation
import Layers
import Torch
import Training
import World

/// What CLIP learns from beside strangers' captions.
public struct ContrastiveSettings: Settings {
    /// Captions that are wrong in one thing, as a share of the batch: more texts that no picture of
    /// the batch may choose (Yuksekgonul et al. 2023).
    public var swaps = 0.5
    /// Weight of the squared error of ``PictureTraits`` read off images' embeddings by one linear
    /// layer, and of those read off captions' by the same.
    public var traits = 10.0
    /// Weight of a ``ClipQuestion`` that the pictures of a batch answer by the nearer captions, as they
    /// are measured; hair's colour, hats and others that are hard come more often.
    public var questions = 1.0

    /// As the miniature CLIP is trained.
    public init() {}
}

/// Trains CLIP's two encoders on pictures and what is said of them. Radford et al. 2021.
///
/// Parameters lie under `text` and `vision` with the published keys, and `logit_scale`; the layer that
/// reads traits lies under `traits`, and exports leave it out.
public final class ContrastiveTask: TrainingTask {
    /// Pictures with a caption each.
    public struct Batch: Sendable {
        /// The pictures.
        public var pictures: PictureBatch
        /// `B + K`: a caption of each picture, then those that fit none.
        public var captions: CaptionGroups
        /// K.
        public var wrong: Int
        /// `[B + K, T]`: what can be seen in each picture, and in those that the wrong captions
        /// would fit.
        public var traits: [Float]
        /// A question and its captions; nil if none is asked.
        var asked: (question: AskedQuestion, captions: CaptionGroups)?
    }

    /// All parameters.
    public let store: ParameterStore
    /// What a step learns from.
    public let batches: any BatchSource<Batch>
    let text: CLIPText
    let vision: CLIPVision
    let tokenizer: CLIPTokenizer
    private let logitScale: Tensor
    private let traits: Linear
    private let losses: ContrastiveSettings
    private let heldOut: PortraitData?

    /// New encoders, for these pictures.
    ///
    /// - Parameters:
    ///   - text: the text encoder's `config.json`.
    ///   - vision: the image encoder's.
    ///   - tokenizer: learned from the world's captions.
    ///   - data: pictures to learn from.
    ///   - heldOut: pictures of other people.
    ///   - losses: what it learns from.
    ///   - settings: the run's.
    /// - Throws: `DiffusionError`, `TorchError`, `ParameterError`.
    public init(
        text: CLIPTextConfiguration, vision: CLIPVisionConfiguration, tokenizer: CLIPTokenizer,
        data: PortraitData, heldOut: PortraitData?, losses: ContrastiveSettings = .init(),
        settings: TrainingSettings
    ) throws {
        store = try ParameterStore(generator: Generator(seed: settings.seed))
        let textScope = store.root / "text"
        self.text = CLIPText(textScope / "text_model", text, projection: textScope)
        self.vision = CLIPVision(store.root / "vision", vision)
        // exp of it multiplies cosines; starts at 1 / 0.07 as in the paper.
        logitScale = store.root.parameter("logit_scale", [], .constant(log(1 / 0.07)))
        let known = PictureTraits(data)
        traits = Linear(store.root / "traits", in: vision.projectionDim, out: known.count)
        try store.finish()
        try CLIPStart.initialise(store, text: text, seed: settings.seed)
        try store.train()
        (self.tokenizer, self.heldOut, self.losses) = (tokenizer, heldOut, losses)
        batches = CaptionedPictures(
            data, tokenizer, known, length: text.maxPositionEmbeddings, losses, settings)
    }

    /// The loss of one batch; see the task.
    public func losses(_ batch: Batch, _ step: TrainingStep) throws -> LossTerms {
        let count = batch.pictures.indices.count
        let pixels = try CLIPPixels.normalised(batch.pictures.tensor(on: step.device))
        let embeds = try vision(pixels, training: true).imageEmbeds.to(.float32)
        let pictures = try unitRows(embeds)
        let said = try batch.captions.encoded(by: text, on: step.device).to(.float32)
        let texts = try unitRows(said)
        // The paper's bound keeps the temperature from running away.
        let scale = try logitScale.clamped(max: log(100)).exp()
        let logits = try pictures.matmul(texts.transposed(0, 1)) * scale  // [B, B + K]
        let labels = try Tensor.arange(0..<count, device: step.device)
        var terms = LossTerms()
        let picks = try Operator.crossEntropy(logits, labels)
        let named = try Operator.crossEntropy(
            logits[.all, 0..<count].transposed(0, 1), labels)
        try terms.add("contrastive", (picks + named) * 0.5)
        if losses.traits > 0 {
            let rows = count + batch.wrong
            let truth = try Tensor(
                batch.traits, shape: [rows, batch.traits.count / rows], device: step.device)
            let seen = try traits(embeds) - truth[0..<count]
            try terms.add("traits", seen.square().mean(), weight: losses.traits)
            try terms.add(
                "said_traits", (traits(said) - truth).square().mean(), weight: losses.traits)
        }
        if let asked = batch.asked {
            let right = asked.question.truths.map { Int64($0 ?? -100) }  // -100: not counted
            // [B, answers]: the mean cosine with the captions of an answer.
            let told = try unitRows(
                asked.captions.encoded(by: text, on: step.device).to(.float32))
            let near = try pictures.matmul(told.transposed(0, 1))
                .reshaped([count, -1, asked.question.people]).mean([2])
            let ways = near.shape[1]
            let means = try Tensor(
                asked.question.means, shape: [ways, asked.question.means.count / ways],
                device: step.device)
            try terms.add(
                "questions",
                Operator.crossEntropy(
                    near.matmul(means) * scale, Tensor(right).to(step.device),
                    Tensor(asked.question.weights, device: step.device)),
                weight: losses.questions)
        }
        terms.report(
            "batch_recall", try logits.detached().argmax(along: 1).equal(labels).to(.float32).mean()
        )
        terms.report("logit_scale", try scale.detached())
        return terms
    }

    /// Figures on people that were never trained on.
    public func evaluate(_ step: TrainingStep) throws -> [String: Double] {
        guard let heldOut else { return [:] }
        let found = try ContrastiveModel(
            text: text, vision: vision, tokenizer: tokenizer, device: step.device
        ).retrieval(heldOut)
        return [
            "heldout_recall_1": found.forwardRecall(at: 1),
            "heldout_recall_10": found.forwardRecall(at: 10),
        ]
    }
}

/// How CLIP's image encoder takes its pictures.
enum CLIPPixels {
    static let mean = [0.48145466, 0.4578275, 0.40821073]
    static let deviation = [0.26862954, 0.26130258, 0.27577711]

    /// `[B, 3, S, S]` in -1...1 to the published normalisation.
    static func normalised(_ x: Tensor) throws -> Tensor {
        let shape = [1, 3, 1, 1]
        let middle = try Tensor(mean, shape: shape, device: x.device).to(x.dtype)
        let spread = try Tensor(deviation, shape: shape, device: x.device).to(x.dtype)
        return try (x * 0.5 + 0.5 - middle) / spread
    }

    /// The same in the size that an encoder takes.
    static func normalised(_ x: Tensor, for encoder: CLIPVision) throws -> Tensor {
        let side = encoder.configuration.imageSize
        guard x.shape[2] != side || x.shape[3] != side else { return try normalised(x) }
        return try normalised(
            interpolate(x, size: [side, side], mode: .bicubic, antialias: x.shape[2] > side))
    }
}

/// How CLIP's parameters start: section 2.4 of the paper, as transformers draws the text encoder's.
/// The image encoder's residual branches start at half weight and its places in the grid at the size
/// of what is seen there, where the published start is zero and a tenth of that.
private enum CLIPStart {
    static func initialise(
        _ store: ParameterStore, text: CLIPTextConfiguration, seed: UInt64
    ) throws {
        let generator = try Generator(seed: seed &+ 1)
        try noGrad {
            for entry in store.entries where entry.name != "logit_scale" {
                let name = entry.name
                if name.hasPrefix("vision") {
                    try startVision(name, entry.tensor)
                    continue
                }
                guard name.hasPrefix("text") else { continue }
                let width = Double(text.hiddenSize)
                let std: Double
                if name.hasSuffix("bias") {
                    std = 0
                } else if name.contains("position_embedding") || name.contains("token_embedding") {
                    std = 0.02
                } else if name.contains("projection") {
                    std = 1 / width.squareRoot()
                } else if name.contains("out_proj") || name.hasSuffix("fc2.weight") {
                    std = 0.5 / width.squareRoot()
                } else if name.contains("_proj.weight") || name.hasSuffix("fc1.weight") {
                    std = 1 / width.squareRoot()
                } else {
                    continue  // norms stay at 1
                }
                let start = try Initializer.normal(std: std)
                    .tensor(entry.tensor.shape, generator: generator)
                try entry.tensor.copy(from: start)
            }
        }
    }

    private static func startVision(_ name: String, _ tensor: Tensor) throws {
        if name.hasSuffix("positional_embedding") {
            try tensor.copy(from: tensor * 10)
        } else if name.contains("layer"), name.hasSuffix("bn3.weight") {
            try tensor.fill(0.5)
        }
    }
}

/// Pictures in a new order every epoch, each time with another caption.
private struct CaptionedPictures: BatchSource {
    let data: PortraitData
    let tokenizer: CLIPTokenizer
    let traits: PictureTraits
    let length, batchSize, wrong: Int
    /// Captions of each way of a question; none if no questions are asked.
    let asking: Int
    let order: SampleShuffle
    let seeds: StepSeed

    init(
        _ data: PortraitData, _ tokenizer: CLIPTokenizer, _ traits: PictureTraits, length: Int,
        _ losses: ContrastiveSettings, _ settings: TrainingSettings
    ) {
        (self.data, self.tokenizer, self.traits, self.length) = (data, tokenizer, traits, length)
        batchSize = settings.batchSize
        wrong = Int(min(max(losses.swaps, 0), 1) * Double(settings.batchSize))
        asking = losses.questions > 0 ? 4 : 0
        order = SampleShuffle(count: data.count, seed: settings.seed)
        seeds = StepSeed(settings.seed)
    }

    func batch(at step: Int) throws -> ContrastiveTask.Batch {
        var random = StepRandom(seed: seeds("captions", step))
        let indices = (0..<batchSize).map { order[step * batchSize + $0] }
        // Long captions name what tells pictures apart; short ones are what users type.
        let told = indices.map { _ in
            let lengths = Caption.Length.allCases
            let length = random.below(2) == 0 ? .long : lengths[random.below(lengths.count)]
            return (length: length, variant: random.below(1000))
        }
        let captions = zip(indices, told).map {
            data.caption($0, $1.length, variant: $1.variant)
        }
        let right: [Int64] = try tokenizer.encode(captions, length: length).ids.toArray()
        let swaps = (0..<wrong).map { place in
            CaptionSwap.caption(
                indices[place], told[place].length, variant: told[place].variant, data, &random)
        }
        var ids = right
        var seen = traits.of(indices)
        for (place, swap) in swaps.enumerated() {
            guard let swap else { continue }
            let changed: [Int64] = try tokenizer.encode([swap.caption], length: length).ids
                .toArray()
            // What was changed may lie beyond the last token.
            if changed.elementsEqual(right[place * length..<(place + 1) * length]) { continue }
            ids += changed
            seen += traits.of(swap.person, swap.look)
        }
        let rows = ids.count / length
        return try .init(
            pictures: PictureBatch(data, indices), captions: CaptionGroups(ids, rows: rows),
            wrong: rows - batchSize, traits: seen, asked: asked(indices, at: step))
    }

    private func asked(_ indices: [Int], at step: Int) throws -> (AskedQuestion, CaptionGroups)? {
        guard asking > 0 else { return nil }
        var random = StepRandom(seed: seeds("questions", step))
        let question = AskedQuestion(indices, data, people: asking, &random)
        guard question.truths.contains(where: { $0 != nil }) else { return nil }
        let ids: [Int64] = try tokenizer.encode(question.captions, length: length).ids.toArray()
        return (question, CaptionGroups(ids, rows: question.captions.count))
    }
}

/// Rows of length 1.
func unitRows(_ x: Tensor) throws -> Tensor {
    try x / x.norm([-1], keepDims: true).clamped(min: 1e-12)
}

extension Tensor? {
    /// The tensor of an encoder that was built with a projection.
    func orThrow() throws -> Tensor {
        guard let self else {
            throw MiniatureError("expected a text encoder with a projection, found one without.")
        }
        return self
    }
}

extension Operator {
    static let crossEntropy = Operator("aten::cross_entropy_loss")
}
