import Training

/// A run of the matching net.
public struct MatchingRunSettings: Settings {
    /// Steps, rates and so on.
    public var training = TrainingSettings()
    /// What it learns by.
    public var losses = MatchingLossSettings()

    /// As the miniature net is trained.
    public init() {
        training.seed = 71
        training.steps = 500
        training.batchSize = 16
        training.optimizer.learningRate = 1e-3
        training.optimizer.schedule = .constant
        training.optimizer.warmupSteps = 10
        training.averageDecay = 0.97
        (training.saveEvery, training.evaluateEvery, training.sampleEvery) = (50, 50, 0)
    }

    /// The paper's (section 4.1): 200 steps of denoising at 1e-5, 16 pairs each, from a ControlNet's
    /// start.
    public static var paper: MatchingRunSettings {
        var settings = MatchingRunSettings()
        settings.training.steps = 200
        settings.training.optimizer.learningRate = 1e-5
        settings.training.optimizer.warmupSteps = 0
        settings.training.averageDecay = 0
        settings.losses.kind = .denoising
        settings.losses.conditionStart = 0
        return settings
    }
}

/// A run of the appearance net.
public struct AppearanceRunSettings: Settings {
    /// Steps, rates and so on.
    public var training = TrainingSettings()
    /// What is weighed how.
    public var losses = AppearanceLossSettings()

    /// At the miniature net's rates; what only a world knows is added by `MiniatureSettings`.
    public init() {
        training.seed = 81
        training.steps = 4000
        training.batchSize = 16
        training.optimizer.learningRate = 5e-4
        training.optimizer.schedule = .cosine
        training.optimizer.finalShare = 0.05
        training.optimizer.warmupSteps = 100
        training.averageDecay = 0.998
        (training.saveEvery, training.evaluateEvery, training.sampleEvery) = (250, 0, 1000)
    }

    /// The paper's (section 4.1): 20,000 steps at 1e-5, 16 pairs each, from a ControlNet's start.
    public static var paper: AppearanceRunSettings {
        var settings = AppearanceRunSettings()
        settings.training.steps = 20000
        settings.training.optimizer.learningRate = 1e-5
        settings.training.optimizer.schedule = .constant
        settings.training.optimizer.warmupSteps = 0
        settings.training.averageDecay = 0
        settings.losses.conditionStart = 0
        return settings
    }
}
