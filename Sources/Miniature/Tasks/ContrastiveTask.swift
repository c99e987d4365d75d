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

    /// As the miniature CLIP is trained.
    public init() {}
}

/// Trains CLIP's two encoders on pictures and what is said of them. Radford et al. 2021.
///
/// Parameters lie under `text` and `vision` with the published keys, and `logit_scale`.
public final class ContrastiveTask: TrainingTask {
    /// Pictures with a caption each.
    public struct Batch: Sendable {
        /// The pictures.
        public var pictures: PictureBatch
        /// Token ids `[B + K, length]`: a caption of each picture, then those that fit none.
        public var ids: [Int64]
        /// K.
        public var wrong: Int
    }

    /// All parameters.
    public let store: ParameterStore
    /// What a step learns from.
    public let batches: any BatchSource<Batch>
    let text: CLIPText
    let vision: CLIPVision
    let tokenizer: CLIPTokenizer
    private let logitScale: Tensor
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
        try store.finish()
        try CLIPStart.initialise(store, text: text, vision: vision, seed: settings.seed)
        try store.train()
        (self.tokenizer, self.heldOut) = (tokenizer, heldOut)
        batches = CaptionedPictures(
            data, tokenizer, length: text.maxPositionEmbeddings, swaps: losses.swaps, settings)
    }

    /// The loss of one batch; see the task.
    public func losses(_ batch: Batch, _ step: TrainingStep) throws -> LossTerms {
        let count = batch.pictures.indices.count
        let pixels = try CLIPPixels.normalised(batch.pictures.tensor(on: step.device))
        let rows = count + batch.wrong
        let ids = try Tensor(batch.ids, shape: [rows, batch.ids.count / rows]).to(step.device)
        let pictures = try unitRows(vision(pixels).imageEmbeds.to(.float32))
        let texts = try unitRows(text(ids).textEmbeds.orThrow().to(.float32))
        // The paper's bound keeps the temperature from running away.
        let scale = try logitScale.clamped(max: log(100)).exp()
        let logits = try pictures.matmul(texts.transposed(0, 1)) * scale  // [B, B + K]
        let labels = try Tensor.arange(0..<count, device: step.device)
        var terms = LossTerms()
        let picks = try Operator.crossEntropy(logits, labels)
        let named = try Operator.crossEntropy(
            logits[.all, 0..<count].transposed(0, 1), labels)
        try terms.add("contrastive", (picks + named) * 0.5)
        terms.report(
            "batch_recall", try logits.detached().argmax(along: 1).equal(labels).to(.float32).mean()
        )
        terms.report("logit_scale", try scale.detached())
        return terms
    }

    /// Figures on people that were never trained on.
    public func evaluate(_ step: TrainingStep) throws -> [String: Double] {
        guard let heldOut else { return [:] }
        // One picture a person: a caption must find its own among strangers.
        let indices = (0..<min(heldOut.people, 500)).map { $0 * heldOut.views }
        let (pictures, texts) = try embeddings(heldOut, indices, on: step.device)
        let order = try texts.matmul(pictures.transposed(0, 1)).topK(min(10, indices.count))
            .indices
        let own = try Tensor.arange(0..<indices.count).unsqueezed(1)
        let hits = try order.equal(own).to(.float32)
        return [
            "heldout_recall_1": try hits[.all, 0].mean().item(),
            "heldout_recall_10": try hits.sum([1]).mean().item(),
        ]
    }

    /// Unit embeddings of pictures and of one long caption each, on the CPU.
    func embeddings(
        _ data: PortraitData, _ indices: [Int], on device: Device
    ) throws -> (pictures: Tensor, texts: Tensor) {
        let length = text.configuration.maxPositionEmbeddings
        var (pictures, texts): ([Tensor], [Tensor]) = ([], [])
        for start in Swift.stride(from: 0, to: indices.count, by: 50) {
            let part = Array(indices[start..<min(start + 50, indices.count)])
            let pixels = try CLIPPixels.normalised(PictureBatch(data, part).tensor(on: device))
            pictures.append(try unitRows(vision(pixels).imageEmbeds).to(.cpu))
            let captions = part.map { data.caption($0, .long, variant: 1000) }
            let ids = try tokenizer.encode(captions, length: length).ids.to(device)
            texts.append(try unitRows(text(ids).textEmbeds.orThrow()).to(.cpu))
        }
        return (try .cat(pictures), try .cat(texts))
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
}

/// How CLIP's parameters start: section 2.4 of the paper, as transformers draws them.
private enum CLIPStart {
    static func initialise(
        _ store: ParameterStore, text: CLIPTextConfiguration, vision: CLIPVisionConfiguration,
        seed: UInt64
    ) throws {
        let generator = try Generator(seed: seed &+ 1)
        try noGrad {
            for entry in store.entries where entry.name != "logit_scale" {
                let name = entry.name
                let width = Double(name.hasPrefix("text") ? text.hiddenSize : vision.hiddenSize)
                let std: Double
                if name.hasSuffix("bias") {
                    std = 0
                } else if name.contains("position_embedding") || name.contains("token_embedding") {
                    std = 0.02
                } else if name.contains("class_embedding") || name.contains("projection") {
                    std = 1 / width.squareRoot()
                } else if name.contains("out_proj") || name.hasSuffix("fc2.weight") {
                    std = 0.5 / width.squareRoot()
                } else if name.contains("_proj.weight") || name.hasSuffix("fc1.weight") {
                    std = 1 / width.squareRoot()
                } else if name.contains("patch_embedding") {
                    std = 0.02
                } else {
                    continue  // norms stay at 1
                }
                let start = try Initializer.normal(std: std)
                    .tensor(entry.tensor.shape, generator: generator)
                try entry.tensor.copy(from: start)
            }
        }
    }
}

/// Pictures in a new order every epoch, each time with another caption.
private struct CaptionedPictures: BatchSource {
    let data: PortraitData
    let tokenizer: CLIPTokenizer
    let length, batchSize, wrong: Int
    let order: SampleShuffle
    let seeds: StepSeed

    init(
        _ data: PortraitData, _ tokenizer: CLIPTokenizer, length: Int, swaps: Double,
        _ settings: TrainingSettings
    ) {
        (self.data, self.tokenizer, self.length) = (data, tokenizer, length)
        batchSize = settings.batchSize
        wrong = Int(min(max(swaps, 0), 1) * Double(settings.batchSize))
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
        var captions = zip(indices, told).map {
            data.caption($0, $1.length, variant: $1.variant)
        }
        for place in 0..<wrong {
            let (length, variant) = told[place]
            let swapped = CaptionSwap.caption(
                indices[place], length, variant: variant, data, &random)
            // A stranger's, where nothing that a short caption tells could be changed.
            captions.append(
                swapped ?? data.caption(random.below(data.count), length, variant: variant))
        }
        var ids: [Int64] = try tokenizer.encode(captions, length: length).ids.toArray()
        for place in 0..<wrong {
            // What was changed may lie beyond the last token: then a stranger's caption again.
            let own = place * length..<(place + 1) * length
            let changed = (batchSize + place) * length..<(batchSize + place + 1) * length
            let next = (place + 1) % batchSize
            if ids[own] == ids[changed] {
                ids.replaceSubrange(changed, with: ids[next * length..<(next + 1) * length])
            }
        }
        return .init(
            pictures: PictureBatch(data, indices), ids: trimmed(ids, rows: captions.count),
            wrong: wrong)
    }
}

/// Columns of `[rows, length]` ids up to the last that any row needs: tokens after a caption's end
/// change nothing before it, because every token sees only those to its left.
package func trimmed(_ ids: [Int64], rows: Int) -> [Int64] {
    let length = ids.count / max(rows, 1)
    // A row ends with its first end token, and goes on with the same.
    let needed = (0..<rows).map { row -> Int in
        let own = ids[row * length..<(row + 1) * length]
        guard let end = own.last, let first = own.firstIndex(of: end) else { return length }
        return first - own.startIndex + 1
    }.max()
    let kept = needed ?? length
    return (0..<rows).flatMap { ids[$0 * length..<$0 * length + kept] }
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
