import Torch

/// Multistep consistency sampling: each step jumps to the clean sample and adds fresh noise of the
/// next level.
///
/// Luo et al. 2023, "Latent Consistency Models", algorithm 3. Draws noise at every step but the last.
struct LCMScheduler: Scheduler {
    let steps: Int
    let timesteps: [Double]
    let initialNoiseScale = 1.0
    private let schedule: NoiseSchedule
    private let scaling: Double
    private let clip: Double?

    init(_ configuration: SchedulerConfiguration, _ schedule: NoiseSchedule, steps: Int) throws {
        self.steps = steps
        self.schedule = schedule
        timesteps = try ConsistencySteps.timesteps(
            configuration, kind: .lcm, train: schedule.trainTimesteps, steps: steps
        ).map(Double.init)
        scaling = configuration.timestepScaling ?? 10
        clip = configuration.clipSample == true ? configuration.clipSampleRange ?? 1 : nil
    }

    func needsNoise(at index: Int) -> Bool { index + 1 < timesteps.count }

    mutating func step(_ output: Tensor, at index: Int, sample: Tensor, noise: Tensor?) throws
        -> SchedulerStep
    {
        let noise = try checkStep(output, at: index, sample: sample, noise: noise)
        let alphaBar = schedule.alphasCumprod[Int(timesteps[index])]
        var x0 = try schedule.predictionType.clean(
            output, sample: sample, signal: alphaBar.squareRoot(),
            deviation: (1 - alphaBar).squareRoot())
        if let clip { x0 = try x0.clamped(min: -clip, max: clip) }
        // Boundary condition: without noise the sample itself; the data's deviation is 0.5.
        let scaled = timesteps[index] * scaling
        let power = scaled * scaled + 0.25
        let denoised = try x0 * (scaled / power.squareRoot()) + sample * (0.25 / power)
        guard let noise else { return SchedulerStep(previous: denoised, predictedOriginal: x0) }
        let next = schedule.alphasCumprod[Int(timesteps[index + 1])]
        let previous =
            try denoised * Double(next.squareRoot()) + noise * Double((1 - next).squareRoot())
        return SchedulerStep(previous: previous, predictedOriginal: x0)
    }

    func noised(_ sample: Tensor, noise: Tensor, at index: Int) throws -> Tensor {
        try checkIndex(index)
        return try schedule.addNoise(sample, noise: noise, at: Tensor([Int(timesteps[index])]))
    }
}
