import Diffusion
import Images
import Layers
import Torch
import Training
import World

/// What the base sees while it trains.
public struct BaseDataSettings: Settings {
    /// The share of batches that are side-by-side canvases, as a web-scale base has seen them.
    public var canvases = 0.5
    /// The share of canvases with one person in both halves.
    public var samePerson = 0.7
    /// The share of canvases one half of which is clean or less noisy, so that looking across is
    /// rewarded.
    public var unequalNoise = 0.6
    /// The share of batches conditioned on the image embedding, not on text.
    public var imageTokens = 0.4
    /// The share of samples whose condition is hidden.
    public var dropout = 0.1
    /// How noise is drawn and errors are weighed.
    public var denoising = DenoisingSettings()
    /// Whether blocks are computed again for the gradients: less memory, a third more time.
    public var gradientCheckpointing = false

    /// As the miniature base is trained.
    public init() {}

    enum CodingKeys: String, CodingKey {
        case canvases, dropout, denoising
        case samePerson = "same_person"
        case unequalNoise = "unequal_noise"
        case imageTokens = "image_tokens"
        case gradientCheckpointing = "gradient_checkpointing"
    }
}

/// Trains a `UNet2DConditionModel` on portraits and pairs of them, with text or with one image
/// token. Rombach et al. 2022; the image token as in diffusers' image-variation pipeline: the
/// projected CLIP embedding is the whole context, zeros stand for none.
public final class BaseTask: TrainingTask {
    /// Latents and what is said of them.
    public struct Batch: Sendable {
        /// float16 bits `[B, C, H, W]`, or `[B, 2, C, H, W]` of canvases.
        public var latents: [UInt16]
        /// Halves of a sample: 1 or 2.
        public var halves: Int
        /// Samples.
        public var count: Int
        /// Token ids `[B, length]`; empty if the condition is the image's.
        public var ids: [Int64]
        /// `[B, D]`; empty if the condition is text.
        public var embeddings: [Float]
    }

    /// All parameters.
    public let store: ParameterStore
    /// What a step learns from.
    public let batches: any BatchSource<Batch>
    let unet: UNet2DCondition
    private let text: CLIPText
    private let autoencoder: AutoencoderKL
    private let scheduler: SchedulerConfiguration
    private let objective: DenoisingObjective
    private let settings: BaseDataSettings
    private let shape: [Int]
    private let noText: Tensor
    private let probe: BaseProbe?
    private let pairs: MatchingPairs?
    /// Made when it is first asked for, where the networks are by then.
    private var matching: BaseMatching?

    /// A new UNet, on these latents.
    ///
    /// - Parameters:
    ///   - unet: its configuration.
    ///   - text: the frozen text encoder.
    ///   - tokenizer: of the text encoder.
    ///   - autoencoder: for sample pictures.
    ///   - scheduler: the schedule of noise.
    ///   - data: who is in the pictures.
    ///   - latents: of the same pictures.
    ///   - probe: prompts for samples.
    ///   - pairs: pictures that the base's own features are matched on.
    ///   - sees: what is shown how often.
    ///   - settings: the run's.
    /// - Throws: `DiffusionError`, `TorchError`, `ParameterError`.
    public init(
        _ unet: UNet2DConditionConfiguration, text: CLIPText, tokenizer: CLIPTokenizer,
        autoencoder: AutoencoderKL, scheduler: SchedulerConfiguration, data: PortraitData,
        latents: LatentData, probe: BaseProbe?, pairs: MatchingPairs? = nil,
        sees: BaseDataSettings, settings: TrainingSettings
    ) throws {
        store = try ParameterStore(generator: Generator(seed: settings.seed))
        var network = UNet2DCondition(store.root, unet)
        network.checkpoints = sees.gradientCheckpointing
        self.unet = network
        try store.finish()
        try store.train()
        (self.text, self.autoencoder, self.probe, self.settings) = (text, autoencoder, probe, sees)
        self.pairs = pairs
        self.scheduler = scheduler
        objective = try DenoisingObjective(NoiseSchedule(scheduler), sees.denoising)
        shape = latents.shape
        let length = text.configuration.maxPositionEmbeddings
        noText = try noGrad {
            try text(tokenizer.encode([""], length: length).ids).lastHiddenState
        }
        batches = BasePairs(
            data: data, latents: latents, tokenizer: tokenizer, length: length, sees: sees,
            batchSize: settings.batchSize, seed: settings.seed)
    }

    /// The loss of one batch; see the task.
    public func losses(_ batch: Batch, _ step: TrainingStep) throws -> LossTerms {
        let x0 = try clean(batch, step.device)
        var draw = try objective.draw(x0, generator: step.generator("noise"))
        var mask: Tensor?
        if batch.halves == 2 { mask = try unequal(&draw, step) }
        let context = try context(batch, step)
        let said = try unet(
            draw.xt, timestep: draw.timesteps.to(step.device), context: context)
        var terms = LossTerms()
        try terms.add("denoising", objective.loss(said, draw, mask: mask))
        return terms
    }

    /// `[B, C, H, W]`, or `[B, C, H, 2 W]` of canvases.
    private func clean(_ batch: Batch, _ device: Device) throws -> Tensor {
        let bits = try Tensor(batch.latents, shape: [batch.count, batch.halves] + shape)
        let latents = try bits.view(as: .float16).to(device).to(.float32)
        let (high, wide) = (shape[1], shape[2])
        return try latents.permuted([0, 2, 3, 1, 4])
            .reshaped([batch.count, shape[0], high, batch.halves * wide])
    }

    /// Gives one half of some canvases less noise than the other, and says which cells count: the
    /// noisier half's twice there, so that every sample weighs the same.
    private func unequal(_ draw: inout DenoisingObjective.Draw, _ step: TrainingStep) throws
        -> Tensor
    {
        var random = step.random("halves")
        let (count, wide) = (draw.x0.shape[0], draw.x0.shape[3])
        let times: [Int] = try draw.timesteps.toArray()
        var lower = times
        var left: [Float] = []  // 1 where the left half is the noisier one
        var equal: [Float] = []
        for index in 0..<count {
            let isUnequal = random.unit() < settings.unequalNoise
            equal.append(isUnequal ? 0 : 1)
            left.append(random.below(2) == 0 ? 1 : 0)
            // Half of them clean but for a breath of noise, the others anywhere below.
            if isUnequal {
                lower[index] = random.below(2) == 0 ? 0 : random.below(times[index] + 1)
            }
        }
        let device = draw.x0.device
        let lessNoisy = try objective.schedule.addNoise(
            draw.x0, noise: draw.noise, at: Tensor(lower))
        let isLeft = try (Tensor.arange(0..<wide, device: device).to(.float32) .< Double(wide / 2))
            .to(.float32).reshaped([1, 1, 1, wide])
        let shape = [count, 1, 1, 1]
        let chosen = try Tensor(left, shape: shape, device: device)
        let noisier = try isLeft * chosen + (1 - isLeft) * (1 - chosen)
        let same = try Tensor(equal, shape: shape, device: device)
        let counts = try same + (1 - same) * noisier * 2
        draw.xt = try draw.xt * noisier + lessNoisy * (1 - noisier)
        return counts
    }

    private func context(_ batch: Batch, _ step: TrainingStep) throws -> Tensor {
        let dropout = ConditioningDropout(settings.dropout)
        let generator = try step.generator("condition")
        guard batch.ids.isEmpty else {
            let ids = try Tensor(
                batch.ids, shape: [batch.count, batch.ids.count / batch.count]
            ).to(step.device)
            let states = try noGrad { try text(ids).lastHiddenState }
            return try dropout(states, absent: noText.to(step.device), generator: generator).mixed
        }
        let token = try Tensor(
            batch.embeddings, shape: [batch.count, 1, batch.embeddings.count / batch.count],
            device: step.device)
        return try dropout(token, absent: token.zerosLike(), generator: generator).mixed
    }

    /// How well the base's own features match two pictures of people never trained on.
    public func evaluate(_ step: TrainingStep) throws -> [String: Double] {
        guard let pairs else { return [:] }
        let matching =
            try self.matching
            ?? BaseMatching(pairs, autoencoder: autoencoder, noText: noText, device: step.device)
        self.matching = matching
        return try matching.scores(unet).figures
    }

    /// Pictures that show what has been learned.
    public func pictures(_ step: TrainingStep) throws -> [(name: String, image: Image)] {
        guard let probe else { return [] }
        return try probe.pictures(
            unet, text: text, autoencoder: autoencoder, configuration: scheduler, shape: shape,
            noText: noText, seed: 1, on: step.device)
    }
}

/// Latents with captions or embeddings, single or side by side.
private struct BasePairs: BatchSource {
    let data: PortraitData
    let latents: LatentData
    let tokenizer: CLIPTokenizer
    let length: Int
    let sees: BaseDataSettings
    let batchSize: Int
    let order: SampleShuffle
    let seeds: StepSeed

    init(
        data: PortraitData, latents: LatentData, tokenizer: CLIPTokenizer, length: Int,
        sees: BaseDataSettings, batchSize: Int, seed: UInt64
    ) {
        (self.data, self.latents, self.tokenizer) = (data, latents, tokenizer)
        (self.length, self.sees, self.batchSize) = (length, sees, batchSize)
        order = SampleShuffle(count: data.count, seed: seed)
        seeds = StepSeed(seed)
    }

    func batch(at step: Int) throws -> BaseTask.Batch {
        var random = StepRandom(seed: seeds("base", step))
        let isCanvas = random.unit() < sees.canvases
        let isText = random.unit() >= sees.imageTokens
        // A canvas costs twice the work.
        let count = isCanvas ? max(batchSize / 2, 1) : batchSize
        let first = (0..<count).map { order[step * batchSize + $0] }
        var (indices, captions): ([Int], [String]) = ([], [])
        for index in first {
            guard isCanvas else {
                indices.append(index)
                let length = Caption.Length.allCases[random.below(3)]
                if isText {
                    captions.append(data.caption(index, length, variant: random.below(1000)))
                }
                continue
            }
            let other = partner(of: index, &random)
            indices += [index, other]
            if isText { captions.append(caption(index, other, variant: random.below(1000))) }
        }
        return BaseTask.Batch(
            latents: latents.latents(indices), halves: isCanvas ? 2 : 1, count: count,
            ids: isText ? try tokenizer.encode(captions, length: length).ids.toArray() : [],
            // Of a canvas the right half's: in IC-Portrait it is the profile.
            embeddings: isText
                ? [] : latents.embeddings(isCanvas ? oddPlaces(indices) : indices))
    }

    private func oddPlaces(_ indices: [Int]) -> [Int] {
        Swift.stride(from: 1, to: indices.count, by: 2).map { indices[$0] }
    }

    /// Another view of the same person, or anybody.
    private func partner(of index: Int, _ random: inout StepRandom) -> Int {
        let views = data.views
        guard random.unit() < sees.samePerson, views > 1 else { return random.below(data.count) }
        let view = (index % views + 1 + random.below(views - 1)) % views
        return index / views * views + view
    }

    private func caption(_ left: Int, _ right: Int, variant: Int) -> String {
        let (a, b) = (data.look(left), data.look(right))
        if left / data.views == right / data.views {
            return CaptionPair(of: data.person(left), a, b, variant: variant).text
        }
        return CaptionPair(
            left: (data.person(left), a), right: (data.person(right), b), variant: variant
        ).text
    }
}
