import ICPortrait
import Training

/// Everything that the miniature models follow from.
public struct MiniatureSettings: Settings {
    /// Their sizes.
    public var sizes = MiniatureSizes()
    /// The world they learn.
    public var world = WorldSettings()
    /// The recogniser that conditions and trains.
    public var recogniserA = RecogniserSettings(seed: 11)
    /// The recogniser that only scores.
    public var recogniserB = RecogniserSettings(seed: 23, steps: 6000)
    /// The autoencoder.
    public var autoencoder = AutoencoderSettings()
    /// CLIP's encoders.
    public var clip = ClipSettings()
    /// The face detector.
    public var detector = DetectorSettings()
    /// The base UNet.
    public var base = BaseSettings()
    /// What IC-Portrait leaves to numbers.
    public var portrait = MiniatureSettings.portraitDefaults
    /// IC-Portrait's matching net.
    public var matching = MatchingRunSettings()
    /// IC-Portrait's appearance net.
    public var appearance = MiniatureSettings.appearanceDefaults
    /// DreamBooth of one person, a baseline: the miniature base at a rate of its own size.
    public var dreamBooth = MiniatureSettings.dreamBoothDefaults
    /// Where the models are written.
    public var bundle = "Models/miniature"

    /// As the shipped models were made.
    public init() {}

    enum CodingKeys: String, CodingKey {
        case sizes, world, autoencoder, clip, detector, base, bundle
        case portrait, matching, appearance
        case dreamBooth = "dreambooth"
        case recogniserA = "recogniser_a"
        case recogniserB = "recogniser_b"
    }

    /// What only a world knows is learned from too: strangers in the targets' places, and who is who.
    private static var appearanceDefaults: AppearanceRunSettings {
        var settings = AppearanceRunSettings()
        settings.losses.standIns = 0.7
        settings.losses.identity = 0.05
        (settings.losses.denoising.snrGamma, settings.losses.denoising.snrFloor) = (5, 0.25)
        return settings
    }

    /// Recogniser A, which took part in training, guides, and shallower rounds keep the reference's pose and
    /// light: by measurement, Docs/ic-portrait.md.
    private static var portraitDefaults: ICPortraitSettings {
        var settings = ICPortraitSettings()
        settings.identity.weight = 0.05
        (settings.identity.moves, settings.identity.looks) = (40, 2)
        settings.guidance = 2
        (settings.strengths, settings.steps) = ([0.55, 0.4], 20)
        return settings
    }

    private static var dreamBoothDefaults: DreamBoothSettings {
        var settings = DreamBoothSettings()
        (settings.prompt, settings.classPrompt) = ("A portrait of sks.", "A portrait of a person.")
        settings.classCount = 64
        settings.latents = .mean
        settings.training.seed = 91
        settings.training.steps = 400
        settings.training.optimizer.learningRate = 5e-5
        (settings.training.saveEvery, settings.training.sampleEvery) = (200, 0)
        settings.training.keep = 1
        return settings
    }
}

/// The people that the models learn from and are measured on.
public struct WorldSettings: Settings {
    /// People to learn from.
    public var identities = 3000
    /// Other people, to measure on.
    public var heldOutIdentities = 500
    /// Pictures of each.
    public var views = 8
    /// Pictures of several people to learn from.
    public var groups = 3000
    /// Pictures of several of the other people.
    public var heldOutGroups = 300
    /// Pairs of pictures of each person whose correspondence is found.
    public var flows = 4
    /// Pictures in whose places strangers are rendered, for IC-Portrait's appearance net.
    public var standIns = 6000
    /// Pictures of yet other people, one each, that sets of samples are compared with.
    public var references = 5000
    /// The world of those to learn from; the others come from the next two.
    public var seed: UInt64 = 1

    /// As the shipped models were made.
    public init() {}

    enum CodingKeys: String, CodingKey {
        case identities, views, seed, groups, references, flows
        case standIns = "stand_ins"
        case heldOutGroups = "held_out_groups"
        case heldOutIdentities = "held_out_identities"
    }
}

/// A recogniser's run.
public struct RecogniserSettings: Settings {
    /// Steps, rates and so on.
    public var training = TrainingSettings()
    /// Margins and changes.
    public var losses = RecogniserLossSettings()

    /// Its defaults.
    public init() { self.init(seed: 11) }

    init(seed: UInt64, steps: Int = 4500) {
        training.seed = seed
        training.steps = steps
        training.batchSize = 64
        training.optimizer.learningRate = 2e-3
        training.optimizer.weightDecay = 0.05
        training.optimizer.decaysVectors = false
        training.optimizer.schedule = .cosine
        training.optimizer.warmupSteps = 100
        training.optimizer.maxGradNorm = 5
        training.saveEvery = 500
        training.sampleEvery = 0
        training.evaluateEvery = 500
    }
}

/// The autoencoder's run.
public struct AutoencoderSettings: Settings {
    /// Steps, rates and so on.
    public var training = TrainingSettings()
    /// What the loss weighs.
    public var losses = AutoencoderLossSettings()

    /// Its defaults.
    public init() {
        training.seed = 31
        training.steps = 10000
        training.batchSize = 8
        training.optimizer.learningRate = 1e-3
        training.optimizer.weightDecay = 0
        training.optimizer.schedule = .cosine
        training.optimizer.finalShare = 0.02
        training.optimizer.warmupSteps = 100
        training.averageDecay = 0.998
        training.evaluateEvery = 500
    }
}

/// CLIP's run.
public struct ClipSettings: Settings {
    /// Steps, rates and so on.
    public var training = TrainingSettings()
    /// What it learns from.
    public var losses = ContrastiveSettings()

    /// Its defaults.
    public init() {
        training.seed = 41
        training.steps = 2400
        training.batchSize = 128
        training.optimizer.learningRate = 1.5e-3
        training.optimizer.beta2 = 0.98
        training.optimizer.epsilon = 1e-6
        training.optimizer.weightDecay = 0.1
        training.optimizer.decaysVectors = false
        training.optimizer.schedule = .cosine
        training.optimizer.warmupSteps = 100
        training.saveEvery = 150
        training.sampleEvery = 0
        training.evaluateEvery = 150
    }
}

/// The detector's run.
public struct DetectorSettings: Settings {
    /// Steps, rates and so on.
    public var training = TrainingSettings()
    /// What the loss weighs.
    public var losses = DetectorLossSettings()

    /// Its defaults.
    public init() {
        training.seed = 61
        training.steps = 16000
        training.batchSize = 16
        training.optimizer.learningRate = 2e-3
        training.optimizer.weightDecay = 5e-4
        training.optimizer.schedule = .cosine
        training.optimizer.warmupSteps = 100
        training.optimizer.maxGradNorm = 10
        training.averageDecay = 0.995
        training.saveEvery = 250
        training.sampleEvery = 0
        training.evaluateEvery = 250
    }
}

/// The base's run.
public struct BaseSettings: Settings {
    /// Steps, rates and so on.
    public var training = TrainingSettings()
    /// What it sees.
    public var data = BaseDataSettings()

    /// Its defaults.
    public init() {
        training.seed = 51
        training.steps = 20000
        training.batchSize = 16
        training.optimizer.learningRate = 5e-4
        training.optimizer.weightDecay = 0.01
        training.optimizer.schedule = .constant
        training.optimizer.warmupSteps = 200
        training.averageDecay = 0.999
        data.denoising.snrGamma = 5
        training.saveEvery = 500
        training.sampleEvery = 500
        training.evaluateEvery = 1000
    }
}
