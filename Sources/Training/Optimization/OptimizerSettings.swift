/// Which optimizer, and its numbers.
public struct OptimizerSettings: Settings {
    /// The rule by which weights follow gradients.
    public enum Kind: String, Codable, CaseIterable, Sendable {
        /// Loshchilov and Hutter 2019.
        case adamw
        /// Kingma and Ba 2015.
        case adam
        /// With momentum.
        case sgd
    }

    /// Which one.
    public var kind = Kind.adamw
    /// The highest rate of the schedule.
    public var learningRate = 1e-4
    /// Adam's decay of the first moment.
    public var beta1 = 0.9
    /// Adam's decay of the second moment.
    public var beta2 = 0.999
    /// Adam's guard against division by zero.
    public var epsilon = 1e-8
    /// Pull towards zero.
    public var weightDecay = 0.01
    /// Whether biases, scales and other vectors are pulled too, as PyTorch's default does.
    public var decaysVectors = true
    /// SGD's share of the old direction in the new.
    public var momentum = 0.9
    /// SGD that looks ahead.
    public var nesterov = false
    /// The longest gradient, all parameters as one vector; 0 for no limit.
    public var maxGradNorm = 1.0
    /// How the rate changes.
    public var schedule = LearningRateCurve.constant
    /// Steps over which it rises from zero.
    public var warmupSteps = 0
    /// What the curve ends at, as a share of the highest rate.
    public var finalShare = 0.0

    /// AdamW at 1e-4.
    public init() {}

    enum CodingKeys: String, CodingKey {
        case kind, epsilon, momentum, nesterov, schedule, beta1, beta2
        case learningRate = "learning_rate"
        case weightDecay = "weight_decay"
        case decaysVectors = "decays_vectors"
        case maxGradNorm = "max_grad_norm"
        case warmupSteps = "warmup_steps"
        case finalShare = "final_share"
    }
}
