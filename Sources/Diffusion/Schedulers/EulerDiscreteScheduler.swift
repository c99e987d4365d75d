import Torch

/// Euler's method on the probability-flow equation in sigma.
///
/// Karras et al. 2022, algorithm 2 without churn and without the second-order correction. Draws no
/// noise. Works in `float32`; gives the dtype of the prediction.
struct EulerDiscreteScheduler: Scheduler {
    let steps: Int
    let timesteps: [Double]
    let initialNoiseScale: Double
    private let sigmas: [Float]
    private let predictionType: PredictionType

    init(_ configuration: SchedulerConfiguration, _ schedule: NoiseSchedule, steps: Int) throws {
        let ladder = try SigmaLadder(configuration, schedule, kind: .euler, steps: steps)
        self.steps = steps
        timesteps = ladder.timesteps
        sigmas = ladder.sigmas
        initialNoiseScale = ladder.initialNoiseScale(configuration)
        predictionType = schedule.predictionType
    }

    func scaledInput(_ sample: Tensor, at index: Int) throws -> Tensor {
        try checkIndex(index)
        return try sample / Double((sigmas[index] * sigmas[index] + 1).squareRoot())
    }

    mutating func step(_ output: Tensor, at index: Int, sample: Tensor, noise: Tensor?) throws
        -> SchedulerStep
    {
        _ = try checkStep(output, at: index, sample: sample, noise: nil)
        let sigma = sigmas[index]
        let sample = try sample.to(.float32)
        let x0 = try predictionType.clean(output, sample: sample, sigma: sigma)
        let derivative = try (sample - x0) / Double(sigma)
        let previous = try sample + derivative * Double(sigmas[index + 1] - sigma)
        return SchedulerStep(previous: try previous.to(output.dtype), predictedOriginal: x0)
    }

    func noised(_ sample: Tensor, noise: Tensor, at index: Int) throws -> Tensor {
        try checkIndex(index)
        return try sample + noise * sigmas[index].tensor(like: sample)
    }
}

extension SigmaLadder {
    /// What unit noise is multiplied by: the greatest sigma, or with leading spacing, which leaves a
    /// part of the schedule out, the deviation of a unit sample with that noise.
    func initialNoiseScale(_ configuration: SchedulerConfiguration) -> Double {
        let greatest = sigmas.max() ?? 0
        switch configuration.timestepSpacing ?? .linspace {
        case .linspace, .trailing: return Double(greatest)
        case .leading: return Double((greatest * greatest + 1).squareRoot())
        }
    }
}

extension Float {
    /// This number as `[1]`, rounded to the dtype of `sample`, on its device.
    func tensor(like sample: Tensor) throws -> Tensor {
        try Tensor([self], device: sample.device).to(sample.dtype)
    }
}
