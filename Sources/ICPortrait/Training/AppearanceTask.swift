import Diffusion
import Layers
import Torch
import Training

/// How the appearance net is trained.
public struct AppearanceLossSettings: Settings {
    /// The share of samples without a token.
    public var dropout = 0.1
    /// Deviation of the condition's first convolution when training starts, in units of its usual
    /// one; 0 for zeros, as ControlNets start.
    public var conditionStart = 1.0
    /// The share of pairs whose style reference is a stranger in the target's place, which the world
    /// can render; 0 as in section 3.3, where the reference is the target itself.
    public var standIns = 0.0
    /// How noise is drawn and errors are weighed.
    public var denoising = DenoisingSettings()

    /// As the miniature net is trained.
    public init() {}

    enum CodingKeys: String, CodingKey {
        case dropout, denoising
        case conditionStart = "condition_start"
        case standIns = "stand_ins"
    }
}

/// Trains the appearance net with the frozen base and the frozen matching net: IC-Portrait, section
/// 3.3, equations 3 and 7.
public final class AppearanceTask: TrainingTask {
    /// The net's parameters.
    public let store: ParameterStore
    /// What a step learns from.
    public let batches: any BatchSource<PairBatch>
    /// All three networks, this task's among them.
    public let networks: ICPortraitNetworks
    private let objective: DenoisingObjective
    private let settings: ICPortraitSettings
    private let losses: AppearanceLossSettings

    /// A copy of a base.
    ///
    /// - Parameters:
    ///   - base: the frozen base, whose parameters are copied.
    ///   - matching: the frozen matching net.
    ///   - schedule: of the base's noise.
    ///   - pairs: what a step learns from.
    ///   - settings: masks, matching and blending.
    ///   - losses: what is weighed how.
    ///   - seed: of what is not copied.
    /// - Throws: `ParameterError`, `TorchError`.
    public init(
        base: FrozenBase, matching: LatentControlNet, schedule: NoiseSchedule,
        pairs: any BatchSource<PairBatch>, settings: ICPortraitSettings,
        losses: AppearanceLossSettings, seed: UInt64
    ) throws {
        let (network, store) = try base.copied(
            conditionStart: losses.conditionStart, seed: seed)
        self.store = store
        networks = ICPortraitNetworks(base: base.network, matching: matching, appearance: network)
        objective = DenoisingObjective(schedule, losses.denoising)
        (batches, self.settings, self.losses) = (pairs, settings, losses)
    }

    /// The loss of one batch; see the task.
    public func losses(_ batch: PairBatch, _ step: TrainingStep) throws -> LossTerms {
        let given = try PairConditioning(
            batch, keep: settings.trainingKeepRatio, dropout: losses.dropout, step)
        let draw = try objective.draw(given.clean.tensor, generator: step.generator("noise"))
        let times = try draw.timesteps.to(step.device)
        let noisy = Canvas(draw.xt, targetOn: given.clean.targetSide)
        let match = try match(given, noisy, times)
        let said = try networks.noise(
            noisy, timestep: times, context: given.context, condition: given.condition,
            match: match, settings.blend)
        var terms = LossTerms()
        // Both halves are predicted: equation 3 is of the whole canvas.
        try terms.add("denoising", objective.loss(said, draw))
        return terms
    }

    private func match(_ given: PairConditioning, _ noisy: Canvas, _ times: Tensor) throws
        -> PortraitMatch?
    {
        try noGrad {
            switch settings.matching.moment {
            case .never: return nil
            case .clean:
                let time = try Tensor(
                    [Int64(settings.matching.timestep)], device: times.device)
                return try networks.matching.match(
                    given.reference, timestep: time, context: given.context,
                    condition: given.condition, settings.matching)
            case .current:
                return try networks.matching.match(
                    noisy, timestep: times, context: given.context, condition: given.condition,
                    settings.matching)
            }
        }
    }
}
