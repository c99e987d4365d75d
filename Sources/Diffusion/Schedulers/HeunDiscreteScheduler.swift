import Torch

/// Heun's method: an Euler step, a second look where it leads, and the mean of both directions.
///
/// Karras et al. 2022, algorithm 2 without churn. Asks the network twice a step but the last; draws
/// no noise. Works in `float32`; gives the dtype of the prediction.
struct HeunDiscreteScheduler: Scheduler {
    let steps: Int
    let timesteps: [Double]
    let initialNoiseScale: Double
    let evaluationsPerStep = 2
    /// One an evaluation, then the last: every level but the first and the last twice.
    private let sigmas: [Float]
    private let predictionType: PredictionType
    private let clip: Double?
    /// Between the two looks of a step: where it began, and the direction there.
    private var first: (sample: Tensor, derivative: Tensor)?

    init(_ configuration: SchedulerConfiguration, _ schedule: NoiseSchedule, steps: Int) throws {
        let ladder = try SigmaLadder(configuration, schedule, kind: .heun, steps: steps)
        self.steps = steps
        timesteps = ladder.twice(ladder.timesteps)
        sigmas = ladder.twice(ladder.sigmas.dropLast()) + ladder.sigmas.suffix(1)
        initialNoiseScale = ladder.initialNoiseScale(configuration)
        predictionType = schedule.predictionType
        clip = configuration.clipSample == true ? configuration.clipSampleRange ?? 1 : nil
    }

    func scaledInput(_ sample: Tensor, at index: Int) throws -> Tensor {
        try checkIndex(index)
        return try sample / Double((sigmas[index] * sigmas[index] + 1).squareRoot())
    }

    mutating func step(_ output: Tensor, at index: Int, sample: Tensor, noise: Tensor?) throws
        -> SchedulerStep
    {
        _ = try checkStep(output, at: index, sample: sample, noise: nil)
        let isSecond = try checkHalf(index, hasFirst: first != nil)
        let sample = try sample.to(.float32)
        let sigma = sigmas[index]
        var x0 = try predictionType.clean(output, sample: sample, sigma: sigma)
        if let clip { x0 = try x0.clamped(min: -clip, max: clip) }
        let derivative = try (sample - x0) / Double(sigma)
        let previous: Tensor
        if isSecond, let first {
            let mean = try (first.derivative + derivative) / 2
            previous = try first.sample + mean * Double(sigma - sigmas[index - 1])
            self.first = nil
        } else {
            previous = try sample + derivative * Double(sigmas[index + 1] - sigma)
            // The last step ends at the level where nothing is left to look at.
            first = index + 1 < timesteps.count ? (sample, derivative) : nil
        }
        return SchedulerStep(previous: try previous.to(output.dtype), predictedOriginal: x0)
    }

    func noised(_ sample: Tensor, noise: Tensor, at index: Int) throws -> Tensor {
        try checkIndex(index)
        return try sample + noise * sigmas[index].tensor(like: sample)
    }

    var state: [String: Tensor] {
        first.map { ["sample": $0.sample, "derivative": $0.derivative] } ?? [:]
    }

    mutating func restore(_ state: [String: Tensor], at index: Int) throws {
        first = nil
        if let sample = state["sample"], let derivative = state["derivative"], state.count == 2 {
            first = (sample, derivative)
        } else if !state.isEmpty {
            throw foreignState(state)
        }
    }
}

extension SigmaLadder {
    /// The first once, the others twice: a step's second look is at the next step's level.
    func twice<Value>(_ values: some Sequence<Value>) -> [Value] {
        Array(values.flatMap { [$0, $0] }.dropFirst())
    }
}

extension Scheduler {
    /// Whether this is the second look of a step; looks come in turn.
    func checkHalf(_ index: Int, hasFirst: Bool) throws -> Bool {
        let isSecond = index % 2 == 1
        guard isSecond == hasFirst else {
            throw DiffusionError(
                isSecond
                    ? "Expected step \(index - 1), found \(index): a step's second look needs its first."
                    : "Expected a step's second look, found step \(index); make a scheduler a run.")
        }
        return isSecond
    }
}
