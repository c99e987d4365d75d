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
    /// The least share of the schedule, 0...1, that rounds of SDEdit from a stranger are taken to have
    /// gone back over; what such a start leaves in the noisy latents is then in training too. 1 for
    /// none of it, as in section 3.3. Without strangers it changes nothing.
    public var editFrom = 0.4
    /// What the distance from the person by a recogniser weighs, where one is at hand: see
    /// ``IdentityLoss``. 0 as in section 3.3.
    public var identity = 0.0
    /// The lowest timestep at which it is asked who it is: below, the noisy picture tells.
    public var identityFirst = 300
    /// One past the highest.
    public var identityEnd = 900
    /// How noise is drawn and errors are weighed.
    public var denoising = DenoisingSettings()

    /// What can be learned from anybody's photographs.
    public init() {}

    enum CodingKeys: String, CodingKey {
        case dropout, denoising
        case conditionStart = "condition_start"
        case standIns = "stand_ins"
        case editFrom = "edit_from"
        case identity
        case identityFirst = "identity_first"
        case identityEnd = "identity_end"
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
    private let edit: EditStart
    private let settings: ICPortraitSettings
    private let losses: AppearanceLossSettings
    private let identity: IdentityLoss?

    /// A copy of a base.
    ///
    /// - Parameters:
    ///   - base: the frozen base, whose parameters are copied.
    ///   - matching: the frozen matching net.
    ///   - schedule: of the base's noise.
    ///   - pairs: what a step learns from.
    ///   - settings: masks, matching and blending.
    ///   - losses: what is weighed how.
    ///   - identity: who tells people apart, if the losses ask for it.
    ///   - seed: of what is not copied.
    /// - Throws: ``ICPortraitError`` for losses that ask for what is not there; `ParameterError`,
    ///   `TorchError`.
    public init(
        base: FrozenBase, matching: LatentControlNet, schedule: NoiseSchedule,
        pairs: any BatchSource<PairBatch>, settings: ICPortraitSettings,
        losses: AppearanceLossSettings, identity: IdentityLoss? = nil, seed: UInt64
    ) throws {
        guard (0...1).contains(losses.editFrom) else {
            throw ICPortraitError(
                "losses.edit_from: expected a share of the schedule, 0 to 1, found "
                    + "\(losses.editFrom).")
        }
        guard losses.identity == 0 || losses.identity > 0 && identity != nil else {
            throw ICPortraitError(
                identity == nil
                    ? "losses.identity: expected 0, as nothing is known of the faces of these "
                        + "pictures, found \(losses.identity)."
                    : "losses.identity: expected a weight of 0 or more, found \(losses.identity).")
        }
        self.identity = identity
        let (network, store) = try base.copied(
            conditionStart: losses.conditionStart, seed: seed)
        self.store = store
        networks = ICPortraitNetworks(base: base.network, matching: matching, appearance: network)
        objective = DenoisingObjective(schedule, losses.denoising)
        edit = EditStart(from: losses.editFrom, schedule: schedule)
        (batches, self.settings, self.losses) = (pairs, settings, losses)
    }

    /// The loss of one batch; see the task.
    public func losses(_ batch: PairBatch, _ step: TrainingStep) throws -> LossTerms {
        let given = try PairConditioning(
            batch, keep: settings.trainingKeepRatio, dropout: losses.dropout, step)
        var draw = try objective.draw(given.clean.tensor, generator: step.generator("noise"))
        if batch.standIns != nil,
            let starts = try edit.starts(
                at: draw.timesteps.toArray(), generator: step.generator("edit"))
        {
            let noise = try edit.noise(
                draw.noise, clean: draw.x0, reference: given.reference.tensor, startedAt: starts)
            draw = try objective.draw(draw.x0, noise: noise, at: draw.timesteps)
        }
        let times = try draw.timesteps.to(step.device)
        let noisy = Canvas(draw.xt, targetOn: given.clean.targetSide)
        let match = try match(given, noisy, times)
        let said = try networks.noise(
            noisy, timestep: times, context: given.context, condition: given.condition,
            match: match, settings.blend)
        var terms = LossTerms()
        // Both halves are predicted: equation 3 is of the whole canvas.
        try terms.add("denoising", objective.loss(said, draw))
        if losses.identity > 0 {
            try terms.add(
                "identity",
                strangeness(
                    objective.schedule.clean(said, from: draw.xt, at: draw.timesteps),
                    on: given.clean.targetSide, at: draw.timesteps, batch.faces),
                weight: losses.identity)
        }
        return terms
    }

    /// How far the targets are from being the person, a scalar. Each counts by the share of the signal
    /// in what it was predicted from, so that all noise levels move the prediction alike.
    private func strangeness(
        _ clean: Tensor, on side: Canvas.Side, at timesteps: Tensor, _ faces: PairBatch.Faces?
    ) throws -> Tensor {
        guard let identity, let faces else {
            throw ICPortraitError(
                "losses.identity: expected the places of faces beside the pairs, found none.")
        }
        let times: [Int] = try timesteps.toArray()
        let chosen = times.indices.filter {
            losses.identityFirst <= times[$0] && times[$0] < losses.identityEnd
        }
        guard !chosen.isEmpty else { return try clean.sum() * 0 }
        let rows = try Tensor(chosen.map(Int64.init), device: clean.device)
        let (count, device) = (times.count, clean.device)
        let asked = try Tensor(
            faces.identities, shape: [count, faces.identities.count / count], device: device)
        let distances = try identity(
            Canvas(clean, targetOn: side).target.indexSelected(0, rows),
            points: chosen.map { faces.points[$0] }, identities: asked.indexSelected(0, rows))
        let bars = objective.schedule.alphasCumprod
        let weights = try Tensor(chosen.map { bars[times[$0]].squareRoot() }, device: device)
        return try (distances * weights).sum() / Double(count)
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
