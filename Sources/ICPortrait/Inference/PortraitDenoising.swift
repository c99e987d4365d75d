import Diffusion
import Torch
import Training

/// One step of a portrait.
public struct PortraitStep {
    /// Which round, from 0.
    public let round: Int
    /// Which step of all rounds together, from 0.
    public let index: Int
    /// How many there are in all.
    public let count: Int
    /// Whether a round ended with it: ``PortraitDenoising/portrait`` is then that round's.
    public let endsRound: Bool
    /// The clean portrait as the networks see it now, `[1, C, H, W]`: decode it for a preview.
    public let predicted: Tensor
}

/// A portrait in progress: IC-Portrait's "iterative dual condition inference" (section 4.3).
///
/// Each round noises what it starts from, at first the style reference, as far as its strength says,
/// and denoises it beside the profile photo. The condition is the reference's at every round. A
/// sequence of steps, as `Denoising` is: leave the loop to cancel, ``state()`` to go on later with
/// the same bytes.
public final class PortraitDenoising: Sequence, IteratorProtocol {
    private let networks: ICPortraitNetworks
    private let conditions: PortraitConditions
    private let configuration: SchedulerConfiguration
    private let kind: SchedulerKind
    private let settings: ICPortraitSettings
    private let seeds: StepSeed
    private let firstIndices: [Int]
    private var scheduler: any Scheduler
    /// The noisy canvas, `[1, C, H, 2 W]`.
    private var canvas: Tensor
    /// What the round's start was noised by.
    private var roundNoise: Tensor
    private var round: Int
    private var index: Int
    private var failed = false
    /// The halves' match: of the clean pictures, once they are matched, or of the last step's canvas.
    public private(set) var match: PortraitMatch?
    /// A match that was given stays.
    private let isMatchGiven: Bool
    private let guide: IdentityGuide?
    private let schedule: NoiseSchedule
    /// What the last round made, `[1, C, H, W]`; the style reference before the first ends.
    public private(set) var portrait: Tensor

    /// A run before its first step.
    ///
    /// - Parameters:
    ///   - networks: of one base.
    ///   - conditions: of one portrait.
    ///   - scheduler: the base's.
    ///   - kind: the sampler.
    ///   - settings: rounds, guidance, matching and blending.
    ///   - seed: of each round's noise.
    ///   - match: the halves' correspondence, if it is known; by the matching net if nil.
    ///   - guide: who tells people apart; without one nothing is moved.
    /// - Throws: ``ICPortraitError`` for strengths that leave nothing to do; `DiffusionError` for a
    ///   sampler that is not offered; `TorchError`.
    public init(
        _ networks: ICPortraitNetworks, _ conditions: PortraitConditions,
        scheduler: SchedulerConfiguration, kind: SchedulerKind = .ddim,
        settings: ICPortraitSettings, seed: UInt64, match: PortraitMatch? = nil,
        guide: IdentityGuide? = nil
    ) throws {
        schedule = try NoiseSchedule(scheduler)
        self.guide = settings.identity.weight > 0 ? guide : nil
        (self.match, isMatchGiven) = (match, match != nil)
        (self.networks, self.conditions, configuration) = (networks, conditions, scheduler)
        (self.kind, self.settings, seeds) = (kind, settings, StepSeed(seed))
        // PNDM's first steps need one another: a round that starts among them ends with noise.
        guard kind != .pndm else {
            throw ICPortraitError(
                "pndm: expected a sampler that can start anywhere, such as ddim or euler, found one "
                    + "that cannot.")
        }
        let first = try makeScheduler(scheduler, kind: kind, steps: settings.steps)
        let indices = settings.strengths.map { first.startIndex(strength: $0) }
        firstIndices = indices
        guard !indices.isEmpty, indices.allSatisfy({ $0 < first.timesteps.count }),
            settings.strengths.allSatisfy({ $0 > 0 && $0 <= 1 })
        else {
            throw ICPortraitError(
                "strengths: expected one or more numbers above 0, of which \(settings.steps) steps "
                    + "leave one or more, up to 1; found \(settings.strengths).")
        }
        self.scheduler = first
        (round, index) = (0, indices[0])
        portrait = conditions.reference
        (canvas, roundNoise) = (conditions.condition, conditions.condition)
        try noGrad { try startRound() }
    }

    /// Steps of all rounds.
    public var count: Int {
        firstIndices.reduce(0) { $0 + scheduler.timesteps.count - $1 }
    }

    /// Does the next step; nil when there is none.
    public func next() -> Result<PortraitStep, any Error>? {
        guard round < firstIndices.count, !failed else { return nil }
        let result = Result { try noGrad { try step() } }
        if case .failure = result { failed = true }
        return result
    }

    /// Noises what the round starts from.
    private func startRound() throws {
        scheduler = try makeScheduler(configuration, kind: kind, steps: settings.steps)
        index = firstIndices[round]
        roundNoise = try noise("noise", round)
        let clean = try Canvas(target: portrait, profile: conditions.profile).tensor
        canvas = try scheduler.noised(clean, noise: roundNoise, at: index)
    }

    /// Drawn by name, so that no generator's state needs keeping.
    private func noise(_ purpose: String, _ number: Int) throws -> Tensor {
        let shape = conditions.condition.shape
        return try Tensor.randn(shape, generator: Torch.Generator(seed: seeds(purpose, number)))
            .to(conditions.reference.device).to(conditions.reference.dtype)
    }

    private func step() throws -> PortraitStep {
        if settings.replacesProfile {
            let profile = try scheduler.noised(
                conditions.profile, noise: Canvas(roundNoise).profile, at: index)
            canvas = try Canvas(target: Canvas(canvas).target, profile: profile).tensor
        }
        let output = try guided(prediction())
        let place = done
        let fresh = try scheduler.needsNoise(at: index) ? noise("step", place) : nil
        let result = try scheduler.step(output, at: index, sample: canvas, noise: fresh)
        canvas = result.previous
        index += 1
        let (ended, own) = (index == scheduler.timesteps.count, round)
        if ended {
            portrait = try Canvas(canvas).target
            round += 1
            if round < firstIndices.count { try startRound() }
        }
        return PortraitStep(
            round: own, index: place, count: count, endsRound: ended,
            predicted: try Canvas(result.predictedOriginal).target)
    }

    /// Steps behind the run.
    private var done: Int {
        let before = firstIndices[0..<Swift.min(round, firstIndices.count)]
            .reduce(0) { $0 + scheduler.timesteps.count - $1 }
        return round < firstIndices.count ? before + index - firstIndices[round] : before
    }

    /// The guided noise of the canvas.
    private func prediction() throws -> Tensor {
        let input = try scheduler.scaledInput(canvas, at: index)
        let time = try Tensor([Float(scheduler.timesteps[index])], device: canvas.device)
        let match = try matched(input, time)
        func noise(_ context: Tensor) throws -> Tensor {
            try networks.noise(
                Canvas(input), timestep: time, context: context, condition: conditions.condition,
                match: match, settings.blend)
        }
        let token = conditions.token
        let share = scheduler.timesteps[index] / Double(configuration.trainTimesteps ?? 1000)
        guard settings.guidance > 1, settings.guidanceFrom <= share, share <= settings.guidanceTo
        else { return try noise(token) }
        // One canvas under two contexts: the networks double it where they begin to differ.
        let both = try noise(.cat([token.zerosLike(), token])).chunked(2)
        return try both[0] + (both[1] - both[0]) * settings.guidance
    }

    /// A prediction whose portrait is nearer to the person.
    private func guided(_ output: Tensor) throws -> Tensor {
        let share = scheduler.timesteps[index] / Double(schedule.trainTimesteps)
        let moves = settings.identity.moveCount(at: index, of: scheduler.timesteps.count)
        guard let guide, moves > 0, settings.identity.from <= share, share <= settings.identity.to
        else { return output }
        // Samplers on sigmas stand between two timesteps.
        let place = Swift.min(
            Int(scheduler.timesteps[index].rounded()), schedule.trainTimesteps - 1)
        let time = try Tensor([Int64(place)], device: canvas.device)
        let clean = try schedule.clean(
            output, from: scheduler.scaledInput(canvas, at: index), at: time)
        let target = try Canvas(clean).target
        let moved = try guide(
            target, settings.identity, moves: moves, seed: seeds("looks", done))
        let shift = try moved - target
        return try schedule.prediction(
            output, movedBy: Canvas(target: shift, profile: shift.zerosLike()).tensor, at: time)
    }

    private func matched(_ input: Tensor, _ time: Tensor) throws -> PortraitMatch? {
        if isMatchGiven { return match }
        switch settings.matching.moment {
        case .never: return nil
        case .current:
            let own = try networks.matching.match(
                Canvas(input), timestep: time, context: conditions.token,
                condition: conditions.condition, settings.matching)
            match = own
            return own
        case .clean:
            if let match { return match }
            let time = try Tensor([Int64(settings.matching.timestep)], device: input.device)
            let own = try networks.matching.match(
                Canvas(target: conditions.reference, profile: conditions.profile),
                timestep: time, context: conditions.token, condition: conditions.condition,
                settings.matching)
            match = own
            return own
        }
    }

    /// All that goes on from here: save it as safetensors, if you like.
    ///
    /// - Returns: the canvas, the last round's portrait, the place and the sampler's state.
    /// - Throws: `TorchError`.
    public func state() throws -> [String: Tensor] {
        var state = ["canvas": canvas, "portrait": portrait]
        state["place"] = try Tensor([Int64(round), Int64(index)])
        for (name, tensor) in scheduler.state { state["scheduler.\(name)"] = tensor }
        return state
    }

    /// Goes on from a state of an equal run.
    ///
    /// - Throws: ``ICPortraitError`` if the state is of another run; `DiffusionError`, `TorchError`.
    public func restore(_ state: [String: Tensor]) throws {
        guard let canvas = state["canvas"], let portrait = state["portrait"],
            let place: [Int] = try state["place"]?.toArray().map({ (x: Int64) in Int(x) }),
            place.count == 2, canvas.shape == self.canvas.shape,
            portrait.shape == self.portrait.shape, (0...firstIndices.count).contains(place[0]),
            (0...scheduler.timesteps.count).contains(place[1])
        else {
            throw ICPortraitError(
                "expected the state of a run of \(self.canvas.shape) latents, found "
                    + state.keys.sorted().joined(separator: ", ") + ".")
        }
        var own: [String: Tensor] = [:]
        for (name, tensor) in state where name.hasPrefix("scheduler.") {
            own[String(name.dropFirst("scheduler.".count))] = tensor
        }
        scheduler = try makeScheduler(configuration, kind: kind, steps: settings.steps)
        try scheduler.restore(own, at: place[1])
        (self.canvas, self.portrait) = (canvas, portrait)
        (round, index) = (place[0], place[1])
        roundNoise = try noise("noise", round)
    }
}
