import Torch

/// Ancestral sampling: each step draws from the posterior q(x_{t-1} | x_t, x0).
///
/// Ho et al. 2020, eq. 6 and 7, and algorithm 2. Draws noise at every step but that at timestep 0.
struct DDPMScheduler: Scheduler {
    let steps: Int
    let timesteps: [Double]
    let initialNoiseScale = 1.0
    private let schedule: NoiseSchedule
    private let clip: Double?
    private let varianceType: String

    init(_ configuration: SchedulerConfiguration, _ schedule: NoiseSchedule, steps: Int) throws {
        self.steps = steps
        self.schedule = schedule
        timesteps = try SchedulerKind.ddpm.timesteps(configuration, schedule, steps: steps)
            .map(Double.init)
        clip = configuration.clip
        varianceType = configuration.varianceType ?? "fixed_small"
    }

    func needsNoise(at index: Int) -> Bool {
        timesteps.indices.contains(index) && timesteps[index] > 0
    }

    mutating func step(_ output: Tensor, at index: Int, sample: Tensor, noise: Tensor?) throws
        -> SchedulerStep
    {
        let noise = try checkStep(output, at: index, sample: sample, noise: noise)
        let alphaBar = schedule.alphasCumprod[Int(timesteps[index])]
        let alphaBarBefore =
            index + 1 < timesteps.count ? schedule.alphasCumprod[Int(timesteps[index + 1])] : 1
        let alpha = alphaBar / alphaBarBefore
        let beta = 1 - alpha
        var x0 = try schedule.predictionType.clean(
            output, sample: sample, signal: alphaBar.squareRoot(),
            deviation: (1 - alphaBar).squareRoot())
        if let clip { x0 = try x0.clamped(min: -clip, max: clip) }

        let weightOfX0 = (alphaBarBefore.squareRoot() * beta) / (1 - alphaBar)
        let weightOfSample = alpha.squareRoot() * (1 - alphaBarBefore) / (1 - alphaBar)
        var previous = try x0 * Double(weightOfX0) + sample * Double(weightOfSample)
        if let noise {
            let small = max((1 - alphaBarBefore) / (1 - alphaBar) * beta, 1e-20)
            let variance = varianceType == "fixed_large" ? beta : small
            previous = try previous + noise * Double(variance.squareRoot())
        }
        return SchedulerStep(previous: previous, predictedOriginal: x0)
    }

    func noised(_ sample: Tensor, noise: Tensor, at index: Int) throws -> Tensor {
        try checkIndex(index)
        return try schedule.addNoise(sample, noise: noise, at: Tensor([Int(timesteps[index])]))
    }
}

extension SchedulerConfiguration {
    /// Bound of the predicted x0, for DDPM and DDIM.
    var clip: Double? { clipSample ?? true ? clipSampleRange ?? 1 : nil }
}
