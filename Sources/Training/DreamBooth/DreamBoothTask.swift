import Diffusion
import Images
import Layers
import Torch

/// Teaches an SD1.5-shaped UNet, or adapters in it, one subject. Ruiz et al. 2023.
///
/// The loss is the photos' squared error plus ``DreamBoothSettings/priorWeight`` times that of class
/// pictures, which pass the network in the same batch. Autoencoder and text encoder stay as they
/// are.
public final class DreamBoothTask: TrainingTask {
    /// What the network is told of a picture, by its place in the set: `[1, M,
    /// cross_attention_dim]`. A prompt's states, or whatever stands for one.
    public typealias Context = (Int) throws -> Tensor

    /// Views of one step.
    public struct Batch: Sendable {
        /// Of the subject.
        public var photos: [PhotoSet.View]
        /// Of its class; empty without prior preservation.
        public var classes: [PhotoSet.View]
    }

    /// The UNet's parameters, or the adapters'.
    public let store: ParameterStore
    /// Random views.
    public let batches: any BatchSource<Batch>
    /// The adapters, if they learn and not the whole UNet.
    public let adapters: LowRankAdapters?
    private let model: StableDiffusion
    private let unet: UNet2DCondition
    private let settings: DreamBoothSettings
    private let objective: DenoisingObjective
    private let photoLatents: PhotoLatents
    private let classLatents: PhotoLatents?
    private let context, classContext: Context

    /// A task.
    ///
    /// - Parameters:
    ///   - model: in float32; its UNet learns in place.
    ///   - photos: of the subject.
    ///   - classes: of its class; nil without prior preservation.
    ///   - settings: the run's.
    ///   - context: what is said of a photo; the states of the prompt if nil.
    ///   - classContext: what is said of a class picture; the states of the class prompt if nil.
    /// - Throws: ``TrainingError`` for a model that cannot learn this way; `AdapterError`,
    ///   `DiffusionError`, `TorchError`.
    public init(
        _ model: StableDiffusion, photos: PhotoSet, classes: PhotoSet? = nil,
        _ settings: DreamBoothSettings, context: Context? = nil, classContext: Context? = nil
    ) throws {
        try Self.check(model.unet.network.configuration, model.unet.path)
        let factor = model.autoencoder.network.configuration.downFactor
        guard settings.resolution.isMultiple(of: factor) else {
            throw TrainingError(
                "resolution: expected a multiple of \(factor), found \(settings.resolution).")
        }
        (self.model, self.settings) = (model, settings)
        var unet = model.unet.network
        unet.checkpoints = settings.gradientCheckpointing
        self.unet = unet
        adapters = try Self.adapters(model, settings)
        store = adapters?.store ?? model.unet.store
        try store.train()
        objective = DenoisingObjective(try NoiseSchedule(model.scheduler), settings.denoising)
        let classes = settings.preservesPrior ? classes : nil
        batches = DreamBoothBatches(photos, classes: classes, settings)
        let autoencoder = model.autoencoder.network
        photoLatents = PhotoLatents(photos, autoencoder, settings, device: model.device)
        classLatents = classes.map {
            PhotoLatents($0, autoencoder, settings, device: model.device)
        }
        func states(_ prompt: String) throws -> Context {
            let states = try noGrad { try model.context(of: prompt) }
            return { _ in states }
        }
        self.context = try context ?? states(settings.prompt)
        self.classContext = try classContext ?? states(settings.classPrompt)
    }

    /// Refuses, before anything is loaded, models that this does not train.
    ///
    /// - Parameters:
    ///   - configuration: of the UNet.
    ///   - path: what the sentence calls it.
    /// - Throws: ``TrainingError``.
    public static func check(_ configuration: UNet2DConditionConfiguration, _ path: String) throws {
        guard !configuration.takesAddedConditions else {
            throw TrainingError(
                "\(path): expected an SD1.5-shaped UNet, found SDXL's; DreamBooth of SDXL is not "
                    + "offered.")
        }
        guard configuration.inChannels == 4 else {
            throw TrainingError(
                "\(path): expected a UNet of 4 input channels, found \(configuration.inChannels); "
                    + "take the base model, not the one for inpainting.")
        }
    }

    private static func adapters(_ model: StableDiffusion, _ settings: DreamBoothSettings) throws
        -> LowRankAdapters?
    {
        let own = settings.adapters
        guard own.rank > 0 else { return nil }
        let layers =
            AdaptedNetwork.attention + (own.feedForward ? AdaptedNetwork.feedForward : [])
            + (own.convolutions ? AdaptedNetwork.convolutions : [])
        let seed = StepSeed(settings.training.seed)("adapters", 0)
        let adapters = try LowRankAdapters(
            into: [AdaptedNetwork("unet", model.unet.store, layers: layers)], rank: own.rank,
            alpha: own.alpha > 0 ? own.alpha : nil, generator: Generator(seed: seed),
            device: model.device)
        try adapters.apply()
        // The trainer lays out only what it trains.
        try model.unet.store.layOut(.channelsLast)
        return adapters
    }

    /// The photos' error as `denoising`, the class pictures' as `prior`.
    public func losses(_ batch: Batch, _ step: TrainingStep) throws -> LossTerms {
        let draw = try objective.draw(
            photoLatents(batch.photos, generator: step.generator("latents")),
            generator: step.generator("noise"))
        var contexts = try batch.photos.map { try context($0.index) }
        var prior: DenoisingObjective.Draw?
        if let classLatents, !batch.classes.isEmpty {
            prior = try objective.draw(
                classLatents(batch.classes, generator: step.generator("class latents")),
                generator: step.generator("class noise"))
            contexts += try batch.classes.map { try classContext($0.index) }
        }
        let xt = try prior.map { try Tensor.cat([draw.xt, $0.xt]) } ?? draw.xt
        let times = try prior.map { try Tensor.cat([draw.timesteps, $0.timesteps]) }
        let said = try unet(
            xt, timestep: (times ?? draw.timesteps).to(step.device),
            context: Tensor.cat(contexts).to(step.device))
        var terms = LossTerms()
        guard let prior else {
            try terms.add("denoising", objective.loss(said, draw))
            return terms
        }
        let count = batch.photos.count
        try terms.add("denoising", objective.loss(said[0..<count], draw))
        try terms.add(
            "prior", objective.loss(said[count..<said.shape[0]], prior),
            weight: settings.priorWeight)
        return terms
    }

    /// Pictures of the prompt.
    public func pictures(_ step: TrainingStep) throws -> [(name: String, image: Image)] {
        try (0..<settings.sampleCount).map { index in
            var request = ImageRequest(prompt: settings.prompt)
            (request.width, request.height) = (settings.resolution, settings.resolution)
            request.steps = settings.sampleSteps
            request.guidanceScale = settings.sampleGuidance
            // The same noise every time, so that the pictures show what changed.
            request.seed = UInt64(index)
            return ("sample-\(index)", try model.picture(request))
        }
    }
}

extension StableDiffusion {
    /// The one picture of a request.
    func picture(_ request: ImageRequest) throws -> Image {
        let run = try denoising(request)
        for step in run { _ = try step.get() }
        guard let image = try run.images().first else {
            throw TrainingError("expected a picture, found none.")
        }
        return image
    }
}
