import Torch

/// Denoising diffusion implicit models: deterministic at eta 0.
///
/// Song et al. 2021, eq. 12 and 16. Draws noise at every step where eta is more than 0.
struct DDIMScheduler: Scheduler {
    let steps: Int
    let timesteps: [Double]
    let initialNoiseScale = 1.0
    private let schedule: NoiseSchedule
    private let clip: Double?
    private let finalAlphaBar: Float
    private let eta: Float

    init(
        _ configuration: SchedulerConfiguration, _ schedule: NoiseSchedule, steps: Int, eta: Double
    ) throws {
        self.steps = steps
        self.schedule = schedule
        self.eta = Float(eta)
        timesteps = try SchedulerKind.ddim.timesteps(configuration, schedule, steps: steps)
            .map(Double.init)
        clip = configuration.clip
        finalAlphaBar = configuration.setAlphaToOne ?? true ? 1 : schedule.alphasCumprod[0]
    }

    func needsNoise(at index: Int) -> Bool { eta > 0 }

    mutating func step(_ output: Tensor, at index: Int, sample: Tensor, noise: Tensor?) throws
        -> SchedulerStep
    {
        let noise = try checkStep(output, at: index, sample: sample, noise: noise)
        let timestep = Int(timesteps[index])
        let before = timestep - schedule.trainTimesteps / steps
        let alphaBar = schedule.alphasCumprod[timestep]
        let alphaBarBefore = before >= 0 ? schedule.alphasCumprod[before] : finalAlphaBar
        let signal = alphaBar.squareRoot()
        let deviation = (1 - alphaBar).squareRoot()
        var x0 = try schedule.predictionType.clean(
            output, sample: sample, signal: signal, deviation: deviation)
        let predicted = try schedule.predictionType.noise(
            output, sample: sample, signal: signal, deviation: deviation)
        if let clip { x0 = try x0.clamped(min: -clip, max: clip) }

        let variance = (1 - alphaBarBefore) / (1 - alphaBar) * (1 - alphaBar / alphaBarBefore)
        let spread = eta * variance.squareRoot()
        let direction = (1 - alphaBarBefore - spread * spread).squareRoot()
        var previous = try x0 * Double(alphaBarBefore.squareRoot()) + predicted * Double(direction)
        if let noise { previous = try previous + noise * Double(spread) }
        return SchedulerStep(previous: previous, predictedOriginal: x0)
    }

    func noised(_ sample: Tensor, noise: Tensor, at index: Int) throws -> Tensor {
        try checkIndex(index)
        return try schedule.addNoise(sample, noise: noise, at: Tensor([Int(timesteps[index])]))
    }
}
