/// How a model learns one subject. Ruiz et al. 2023, "DreamBooth".
public struct DreamBoothSettings: Settings {
    /// Which square of a photo is seen, once its shorter side has the resolution.
    public enum Crop: String, Codable, CaseIterable, Sendable {
        case centre
        /// Another one every time.
        case random
    }

    /// What stands for a photo among its latents' distribution.
    public enum Latents: String, Codable, CaseIterable, Sendable {
        /// Drawn anew every time, as diffusers does.
        case sampled
        case mean
    }

    /// What the photos show, with a rare word for the subject: `a photo of sks person`.
    public var prompt = ""
    /// What its like are: `a photo of a person`. With it the model's own pictures of those are
    /// learned beside the photos, so that the word for them keeps its meaning (section 3.2, "prior
    /// preservation"); empty for none.
    public var classPrompt = ""
    /// Pictures of the class; the model makes what is missing.
    public var classCount = 200
    /// Lambda: what the class pictures' loss is multiplied by; 0 for none of it.
    public var priorWeight = 1.0
    /// Denoising steps of a made picture.
    public var classSteps = 50
    /// Guidance of a made picture.
    public var classGuidance = 7.5

    /// Side of the pictures, pixels.
    public var resolution = 512
    /// Which square of a photo is seen.
    public var crop = Crop.centre
    /// Whether every other view is a mirror image; faces are not symmetric.
    public var flips = false
    /// What stands for a photo.
    public var latents = Latents.sampled
    /// Whether distributions of latents are kept wherever the same view comes again: always for
    /// centred crops and square photos.
    public var cachesLatents = true

    /// Low-rank adapters instead of the whole UNet.
    public var adapters = AdapterSettings()
    /// Only `false` is offered: the text encoder stays as it is.
    public var trainsTextEncoder = false
    /// Computes each block of the UNet again for its gradients, to save memory.
    public var gradientCheckpointing = false
    /// How noise is drawn and errors are weighed, those of class pictures likewise.
    public var denoising = DenoisingSettings()
    /// Sample pictures at a time; none at 0.
    public var sampleCount = 4
    /// Denoising steps of a sample.
    public var sampleSteps = 30
    /// Guidance of a sample.
    public var sampleGuidance = 7.5
    /// Steps, rates and so on.
    public var training = TrainingSettings()

    /// As ``dreambooth``.
    public init() {
        training.steps = 800
        training.batchSize = 4
        training.optimizer.learningRate = 5e-6
        training.saveEvery = 200
        training.sampleEvery = 200
        training.evaluateEvery = 0
        training.logEvery = 10
    }

    /// The defaults of diffusers' example, but for the crop, which is the centre: photos of faces
    /// are about their middles. That example counts epochs; 800 steps are what its readers take.
    public static let dreambooth = DreamBoothSettings()

    /// IC-Portrait's: the whole UNet at 2e-6, one photo at a time. The paper does not say how long;
    /// 100 steps a photo within 800...1500 stand here.
    public static func icPortrait(photos: Int) -> DreamBoothSettings {
        var settings = DreamBoothSettings()
        settings.training.batchSize = 1
        settings.training.optimizer.learningRate = 2e-6
        settings.training.steps = min(max(100 * photos, 800), 1500)
        return settings
    }

    enum CodingKeys: String, CodingKey {
        case prompt, resolution, crop, flips, latents, adapters, denoising, training
        case classPrompt = "class_prompt"
        case classCount = "class_count"
        case priorWeight = "prior_weight"
        case classSteps = "class_steps"
        case classGuidance = "class_guidance"
        case cachesLatents = "cache_latents"
        case trainsTextEncoder = "train_text_encoder"
        case gradientCheckpointing = "gradient_checkpointing"
        case sampleCount = "sample_count"
        case sampleSteps = "sample_steps"
        case sampleGuidance = "sample_guidance"
    }

    /// Whether class pictures are learned beside the photos.
    public var preservesPrior: Bool { !classPrompt.isEmpty && priorWeight > 0 }

    /// Refuses what no run can have.
    ///
    /// - Throws: ``TrainingError``.
    public func check() throws {
        try training.check()
        guard !prompt.isEmpty else {
            throw TrainingError(
                "prompt: expected what the photos show, such as 'a photo of sks person', found "
                    + "nothing.")
        }
        guard !trainsTextEncoder else {
            throw TrainingError(
                "train_text_encoder: expected false, found true; the text encoder is not trained "
                    + "here.")
        }
        let counts = [
            ("resolution", resolution, 8), ("class_count", classCount, 1),
            ("class_steps", classSteps, 1), ("sample_count", sampleCount, 0),
            ("sample_steps", sampleSteps, 1), ("adapters.rank", adapters.rank, 0),
        ]
        for (name, value, least) in counts where value < least {
            throw TrainingError("\(name): expected at least \(least), found \(value).")
        }
        guard priorWeight >= 0, priorWeight.isFinite else {
            throw TrainingError("prior_weight: expected 0 or more, found \(priorWeight).")
        }
    }
}

/// Low-rank adapters in place of a whole network. Hu et al. 2022.
public struct AdapterSettings: Settings {
    /// Channels of their middles; 0 for no adapters.
    public var rank = 0
    /// Results are multiplied by alpha / rank; 0 for the rank.
    public var alpha = 0.0
    /// Whether feed-forward layers get one too.
    public var feedForward = false
    /// Whether convolutions get one too.
    public var convolutions = false

    /// None.
    public init() {}

    enum CodingKeys: String, CodingKey {
        case rank, alpha, convolutions
        case feedForward = "feed_forward"
    }
}
