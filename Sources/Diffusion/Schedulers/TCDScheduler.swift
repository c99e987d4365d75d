import Torch

/// Strategic stochastic sampling: each step goes beyond the next level without noise, then back up to
/// it with fresh noise.
///
/// Zheng et al. 2024, "Trajectory Consistency Distillation", algorithm 4; `eta` is the paper's gamma.
/// Draws noise at every step but the last where eta is more than 0.
struct TCDScheduler: Scheduler {
    let steps: Int
    let timesteps: [Double]
    let initialNoiseScale = 1.0
    private let schedule: NoiseSchedule
    private let eta: Double

    init(
        _ configuration: SchedulerConfiguration, _ schedule: NoiseSchedule, steps: Int, eta: Double
    ) throws {
        self.steps = steps
        self.schedule = schedule
        self.eta = eta
        timesteps = try ConsistencySteps.timesteps(
            configuration, kind: .tcd, train: schedule.trainTimesteps, steps: steps
        ).map(Double.init)
    }

    func needsNoise(at index: Int) -> Bool { eta > 0 && index + 1 < timesteps.count }

    mutating func step(_ output: Tensor, at index: Int, sample: Tensor, noise: Tensor?) throws
        -> SchedulerStep
    {
        let noise = try checkStep(output, at: index, sample: sample, noise: noise)
        let alphaBar = schedule.alphasCumprod[Int(timesteps[index])]
        let next = index + 1 < timesteps.count ? Int(timesteps[index + 1]) : 0
        let beyond = schedule.alphasCumprod[Int(Float((1 - eta) * Double(next)).rounded(.down))]
        let (signal, deviation) = (alphaBar.squareRoot(), (1 - alphaBar).squareRoot())
        let type = schedule.predictionType
        let x0 = try type.clean(output, sample: sample, signal: signal, deviation: deviation)
        let predicted = try type.noise(
            output, sample: sample, signal: signal, deviation: deviation)
        var previous =
            try x0 * Double(beyond.squareRoot()) + predicted * Double((1 - beyond).squareRoot())
        if let noise {
            let share = schedule.alphasCumprod[next] / beyond
            previous =
                try previous * Double(share.squareRoot())
                + noise * Double((1 - share).squareRoot())
        }
        return SchedulerStep(previous: previous, predictedOriginal: x0)
    }

    func noised(_ sample: Tensor, noise: Tensor, at index: Int) throws -> Tensor {
        try checkIndex(index)
        return try schedule.addNoise(sample, noise: noise, at: Tensor([Int(timesteps[index])]))
    }
}
