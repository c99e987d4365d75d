import Torch

/// Euler steps that go further down and come back up with fresh noise.
///
/// Crowson, k-diffusion; the split of the noise is that of ancestral sampling. Draws noise at every
/// step, the last included, where its weight is 0. Works in `float32`; gives the prediction's dtype.
struct EulerAncestralScheduler: Scheduler {
    let steps: Int
    let timesteps: [Double]
    let initialNoiseScale: Double
    private let sigmas: [Float]
    private let predictionType: PredictionType

    init(_ configuration: SchedulerConfiguration, _ schedule: NoiseSchedule, steps: Int) throws {
        let ladder = try SigmaLadder(configuration, schedule, kind: .eulerAncestral, steps: steps)
        self.steps = steps
        timesteps = ladder.timesteps
        sigmas = ladder.sigmas
        initialNoiseScale = ladder.initialNoiseScale(configuration)
        predictionType = schedule.predictionType
    }

    func needsNoise(at index: Int) -> Bool { true }

    func scaledInput(_ sample: Tensor, at index: Int) throws -> Tensor {
        try checkIndex(index)
        return try sample / Double((sigmas[index] * sigmas[index] + 1).squareRoot())
    }

    mutating func step(_ output: Tensor, at index: Int, sample: Tensor, noise: Tensor?) throws
        -> SchedulerStep
    {
        let noise = try checkStep(output, at: index, sample: sample, noise: noise)
        let sigma = sigmas[index]
        let to = sigmas[index + 1]
        let up = (to * to * (sigma * sigma - to * to) / (sigma * sigma)).squareRoot()
        let down = (to * to - up * up).squareRoot()
        let sample = try sample.to(.float32)
        let x0 = try predictionType.clean(output, sample: sample, sigma: sigma)
        let derivative = try (sample - x0) / Double(sigma)
        var previous = try sample + derivative * Double(down - sigma)
        if let noise { previous = try previous + noise * Double(up) }
        return SchedulerStep(previous: try previous.to(output.dtype), predictedOriginal: x0)
    }

    func noised(_ sample: Tensor, noise: Tensor, at index: Int) throws -> Tensor {
        try checkIndex(index)
        return try sample + noise * sigmas[index].tensor(like: sample)
    }
}
