import Diffusion
import Layers
import Torch
import Training

/// How the matching net is trained.
public struct MatchingLossSettings: Settings {
    /// What it learns by.
    public enum Kind: String, Codable, CaseIterable, Sendable {
        /// The base's own loss with the net's residuals added: the paper's.
        case denoising
        /// True correspondence.
        case correspondence
    }

    /// What it learns by. True correspondence where it is known: on a small base denoising alone
    /// taught no matching in 200 steps.
    public var kind = Kind.correspondence
    /// Of ``CorrespondenceLoss``.
    public var temperature = 0.05
    /// Of ``CorrespondenceLoss``.
    public var bothWays = true
    /// The share of samples without a token.
    public var dropout = 0.1
    /// Deviation of the condition's first convolution when training starts, in units of its usual
    /// one; 0 for zeros, as ControlNets start.
    public var conditionStart = 1.0
    /// How noise is drawn and errors are weighed.
    public var denoising = DenoisingSettings()

    /// As the miniature net is trained.
    public init() {}

    enum CodingKeys: String, CodingKey {
        case kind, temperature, dropout, denoising
        case bothWays = "both_ways"
        case conditionStart = "condition_start"
    }
}

/// Trains the matching net: IC-Portrait, section 3.3.
public final class MatchingTask: TrainingTask {
    /// The net's parameters.
    public let store: ParameterStore
    /// What a step learns from.
    public let batches: any BatchSource<PairBatch>
    /// The net.
    public let network: LatentControlNet
    private let base: UNet2DCondition
    private let objective: DenoisingObjective
    private let settings: ICPortraitSettings
    private let losses: MatchingLossSettings
    /// Figures on held-out pairs, by whoever has some.
    public var evaluation: ((LatentControlNet, TrainingStep) throws -> [String: Double])?

    /// A copy of a base.
    ///
    /// - Parameters:
    ///   - base: the frozen base, whose parameters are copied.
    ///   - schedule: of its noise.
    ///   - pairs: what a step learns from.
    ///   - settings: masks and matching.
    ///   - losses: what it learns by.
    ///   - seed: of what is not copied.
    /// - Throws: `ParameterError`, `TorchError`.
    public init(
        base: FrozenBase, schedule: NoiseSchedule, pairs: any BatchSource<PairBatch>,
        settings: ICPortraitSettings, losses: MatchingLossSettings, seed: UInt64
    ) throws {
        (network, store) = try base.copied(conditionStart: losses.conditionStart, seed: seed)
        self.base = base.network
        objective = DenoisingObjective(schedule, losses.denoising)
        (batches, self.settings, self.losses) = (pairs, settings, losses)
    }

    /// How well it matches pairs that it never saw.
    public func evaluate(_ step: TrainingStep) throws -> [String: Double] {
        try evaluation?(network, step) ?? [:]
    }

    /// The loss of one batch; see the task.
    public func losses(_ batch: PairBatch, _ step: TrainingStep) throws -> LossTerms {
        let given = try PairConditioning(
            batch, keep: settings.trainingKeepRatio, dropout: losses.dropout, step)
        var terms = LossTerms()
        switch losses.kind {
        case .denoising:
            let draw = try objective.draw(
                given.clean.tensor, generator: step.generator("noise"))
            let times = try draw.timesteps.to(step.device)
            let output = try network(
                draw.xt, timestep: times, context: given.context, condition: given.condition)
            let said = try base(
                draw.xt, timestep: times, context: given.context, residuals: output.residuals)
            try terms.add("denoising", objective.loss(said, draw))
        case .correspondence:
            guard let truth = batch.truth else {
                throw ICPortraitError(
                    "losses.kind: expected pairs whose correspondence is known, found none; choose "
                        + "denoising.")
            }
            let time = try Tensor(
                [Int64(settings.matching.timestep)], device: step.device)
            let output = try network(
                given.reference.tensor, timestep: time, context: given.context,
                condition: given.condition)
            let found = Canvas(
                try network.descriptors(output.features, settings.matching.blocks),
                targetOn: given.clean.targetSide)
            let flow = try truth.flow(batch.count, on: step.device)
            let visible = try truth.visible(batch.count, on: step.device)
            let loss = CorrespondenceLoss(
                temperature: losses.temperature, bothWays: losses.bothWays)
            try terms.add(
                "correspondence",
                loss(target: found.target, source: found.profile, flow: flow, visible: visible))
        }
        return terms
    }
}
