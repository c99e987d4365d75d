import Foundation
import Torch

/// Multistep DPM-Solver++ of order 1 to 3, and its stochastic form.
///
/// Lu et al. 2022, "DPM-Solver++", algorithm 2 and appendix. `sde-dpmsolver++` draws noise at every
/// step, `dpmsolver++` none. Works in `float32`; gives the dtype of the prediction.
struct DPMSolverMultistepScheduler: Scheduler {
    let steps: Int
    let timesteps: [Double]
    let initialNoiseScale = 1.0
    private let sigmas: [Float]
    private let predictionType: PredictionType
    private let solverOrder: Int
    private let isHeun, isStochastic, lowersLast, isEulerLast: Bool
    /// Predicted x0 of the last steps, newest first.
    private var outputs: [Tensor] = []
    private var order = StepOrder()

    init(_ configuration: SchedulerConfiguration, _ schedule: NoiseSchedule, steps: Int) throws {
        let ladder = try SigmaLadder(configuration, schedule, kind: .dpmpp2M, steps: steps)
        self.steps = steps
        timesteps = ladder.timesteps
        sigmas = ladder.sigmas
        predictionType = schedule.predictionType
        solverOrder = configuration.solverOrder ?? 2
        isHeun = configuration.solverType == "heun"
        isStochastic = configuration.algorithmType == "sde-dpmsolver++"
        lowersLast = (configuration.lowerOrderFinal ?? true) && ladder.timesteps.count < 15
        isEulerLast = configuration.eulerAtFinal == true || configuration.finalSigma != .smallest
    }

    func needsNoise(at index: Int) -> Bool { isStochastic }

    mutating func step(_ output: Tensor, at index: Int, sample: Tensor, noise: Tensor?) throws
        -> SchedulerStep
    {
        let noise = try checkStep(output, at: index, sample: sample, noise: noise)
        try order.advance(to: index)
        let level = NoiseLevel(sigmas[index])
        let x0 = try predictionType.clean(
            output, sample: sample, signal: level.alpha, deviation: level.sigma)
        outputs = [x0] + outputs.prefix(solverOrder - 1)

        let weights = self.weights(order: orderOfStep(index), at: index)
        var previous = try sample.to(.float32) * Double(weights.sample)
        for (weight, difference) in zip(weights.differences, try differences(weights.ratios)) {
            previous = try previous + difference * Double(weight)
        }
        if let noise {
            previous = try previous + noise.to(.float32) * Double(weights.noise)
        }
        return SchedulerStep(previous: try previous.to(x0.dtype), predictedOriginal: x0)
    }

    /// As high as the history allows; lower in the last two steps.
    private func orderOfStep(_ index: Int) -> Int {
        let left = timesteps.count - index
        if left == 1 && (isEulerLast || lowersLast) { return 1 }
        return min(outputs.count, left == 2 && lowersLast ? 2 : 3)
    }

    /// The Taylor coefficients of x0 in lambda, of order 0, 1, ...; `ratios` are past steps over
    /// this one.
    private func differences(_ ratios: [Float]) throws -> [Tensor] {
        guard let r0 = ratios.first else { return [outputs[0]] }
        let newer = try (outputs[0] - outputs[1]) * Double(1 / r0)
        guard ratios.count > 1 else { return [outputs[0], newer] }
        let r1 = ratios[1]
        let older = try (outputs[1] - outputs[2]) * Double(1 / r1)
        let change = try newer - older
        return [
            outputs[0], try newer + change * Double(r0 / (r0 + r1)),
            try change * Double(1 / (r0 + r1)),
        ]
    }

    /// Weights of the sample, the differences and the noise in one step.
    private struct Weights {
        var sample: Float
        var differences: [Float]
        var noise: Float
        var ratios: [Float]
    }

    private func weights(order: Int, at index: Int) -> Weights {
        let now = NoiseLevel(sigmas[index])
        let next = NoiseLevel(sigmas[index + 1])
        let h = next.lambda - now.lambda
        let lambdas = (0..<order).map { NoiseLevel(sigmas[index - $0]).lambda }
        let ratios = zip(lambdas, lambdas.dropFirst()).map { ($0 - $1) / h }
        // phi: exp of minus the step, less 1; the stochastic form decays twice as fast.
        let rate: Float = isStochastic ? 2 : 1
        let phi = exp(-rate * h) - 1
        let first = -next.alpha * phi
        var differences = [first]
        if order > 1 {
            let usesMidpoint = order == 2 && !isHeun
            differences.append(
                usesMidpoint ? 0.5 * first : next.alpha * (phi / (rate * h) + 1))
        }
        if order > 2 {
            let square = rate * h * (rate * h)
            let curvature =
                isStochastic ? (-phi - rate * h) / square - 0.5 : -((phi + h) / square - 0.5)
            differences.append(next.alpha * curvature)
        }
        let carried = next.sigma / now.sigma
        return Weights(
            sample: isStochastic ? carried * exp(-h) : carried, differences: differences,
            noise: isStochastic ? next.sigma * (-phi).squareRoot() : 0, ratios: ratios)
    }

    func noised(_ sample: Tensor, noise: Tensor, at index: Int) throws -> Tensor {
        try checkIndex(index)
        return try sigmas[index].mixed(sample, noise)
    }

    var state: [String: Tensor] { saved(outputs) }

    mutating func restore(_ state: [String: Tensor], at index: Int) throws {
        outputs = try history(state, limit: solverOrder)
        order.restart(at: index, fresh: state.isEmpty)
    }
}

extension Float {
    /// A unit-power mix of a sample and noise, the noise this many times as strong; the weights are
    /// rounded to the sample's dtype, as diffusers rounds them.
    func mixed(_ sample: Tensor, _ noise: Tensor) throws -> Tensor {
        let ratio = try tensor(like: sample)
        let alpha = try (ratio.square() + 1.0).sqrt().reciprocal()
        return try alpha * sample + ratio * alpha * noise
    }
}
