import Foundation
import Torch

/// Stochastic DPM-Solver++ of second order: half a step for a better look, then the whole step, each
/// with fresh noise.
///
/// Crowson, k-diffusion, `sample_dpmpp_sde` with r 1/2; noise of different looks is independent, as
/// there by default. Asks the network twice a step but the last, which draws no noise. Works in
/// `float32`; gives the dtype of the prediction.
struct DPMSolverSDEScheduler: Scheduler {
    let steps: Int
    let timesteps: [Double]
    let initialNoiseScale: Double
    let evaluationsPerStep = 2
    /// One a step, then the last.
    private let sigmas: [Float]
    private let predictionType: PredictionType
    /// Where the step began, between its two looks.
    private var first: Tensor?

    init(_ configuration: SchedulerConfiguration, _ schedule: NoiseSchedule, steps: Int) throws {
        let ladder = try SigmaLadder(configuration, schedule, kind: .dpmppSDE, steps: steps)
        self.steps = steps
        let between = zip(ladder.sigmas, ladder.sigmas.dropFirst()).dropLast().map { now, next in
            ladder.timestep(of: exp((log(Double(now)) + log(Double(next))) / 2))
        }
        timesteps = ladder.timesteps.enumerated().flatMap { index, timestep in
            index < between.count ? [timestep, between[index]] : [timestep]
        }
        sigmas = ladder.sigmas
        initialNoiseScale = ladder.initialNoiseScale(configuration)
        predictionType = schedule.predictionType
    }

    func needsNoise(at index: Int) -> Bool { index + 1 < timesteps.count }

    /// The noise level of what the network sees at an index.
    private func level(_ index: Int) -> Float {
        let (now, next) = (sigmas[index / 2], sigmas[index / 2 + 1])
        return index % 2 == 0 ? now : exp((log(now) + log(next)) / 2)
    }

    func scaledInput(_ sample: Tensor, at index: Int) throws -> Tensor {
        try checkIndex(index)
        let sigma = level(index)
        return try sample / Double((sigma * sigma + 1).squareRoot())
    }

    mutating func step(_ output: Tensor, at index: Int, sample: Tensor, noise: Tensor?) throws
        -> SchedulerStep
    {
        let noise = try checkStep(output, at: index, sample: sample, noise: noise)
        let isSecond = try checkHalf(index, hasFirst: first != nil)
        let sample = try sample.to(.float32)
        let x0 = try predictionType.clean(output, sample: sample, sigma: level(index))
        let (from, last) = (sigmas[index / 2], sigmas[index / 2 + 1])
        guard let noise else {
            // Nothing of the noise is left: Euler's step goes all the way.
            let derivative = try (sample - x0) / Double(from)
            let previous = try sample + derivative * Double(last - from)
            return SchedulerStep(previous: try previous.to(output.dtype), predictedOriginal: x0)
        }
        // Half the way at first; from where the step began in the end.
        let to = isSecond ? last : level(index + 1)
        let up = min(to, (to * to * (from * from - to * to) / (from * from)).squareRoot())
        let down = (to * to - up * up).squareRoot()
        let kept = down / from
        var previous = try (first ?? sample) * Double(kept) + x0 * Double(1 - kept)
        previous = try previous + noise.to(.float32) * Double(up)
        first = isSecond ? nil : sample
        return SchedulerStep(previous: try previous.to(output.dtype), predictedOriginal: x0)
    }

    func noised(_ sample: Tensor, noise: Tensor, at index: Int) throws -> Tensor {
        try checkIndex(index)
        return try sample + noise * level(index).tensor(like: sample)
    }

    var state: [String: Tensor] { first.map { ["sample": $0] } ?? [:] }

    mutating func restore(_ state: [String: Tensor], at index: Int) throws {
        guard state.isEmpty || state.count == 1 && state["sample"] != nil else {
            throw foreignState(state)
        }
        first = state["sample"]
    }
}
