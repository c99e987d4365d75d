import Torch

/// Pseudo linear multistep method of order 4, without the Runge-Kutta warm-up.
///
/// Liu et al. 2022, eq. 9 and 12. The second timestep is evaluated twice, so that the first step is
/// one of Heun's: `steps` + 1 evaluations. Draws no noise.
struct PNDMScheduler: Scheduler {
    let steps: Int
    let timesteps: [Double]
    let initialNoiseScale = 1.0
    private let schedule: NoiseSchedule
    private let finalAlphaBar: Float
    /// The last four predictions, newest first.
    private var outputs: [Tensor] = []
    /// The first sample, while its step is half done.
    private var firstSample: Tensor?
    private var order = StepOrder()

    init(_ configuration: SchedulerConfiguration, _ schedule: NoiseSchedule, steps: Int) throws {
        self.steps = steps
        self.schedule = schedule
        var timesteps = try SchedulerKind.pndm.timesteps(configuration, schedule, steps: steps)
        if timesteps.count > 1 { timesteps.insert(timesteps[1], at: 1) }
        self.timesteps = timesteps.map(Double.init)
        finalAlphaBar = configuration.setAlphaToOne ?? false ? 1 : schedule.alphasCumprod[0]
    }

    mutating func step(_ output: Tensor, at index: Int, sample: Tensor, noise: Tensor?) throws
        -> SchedulerStep
    {
        _ = try checkStep(output, at: index, sample: sample, noise: nil)
        try order.advance(to: index)
        let ratio = schedule.trainTimesteps / steps
        let given = Int(timesteps[index])
        let alphaBar = schedule.alphasCumprod[given]
        let x0 = try schedule.predictionType.clean(
            output, sample: sample, signal: alphaBar.squareRoot(),
            deviation: (1 - alphaBar).squareRoot())

        let previous: Tensor
        if let firstSample {  // second half of the first step: again from the first sample
            let mean = try (output + outputs[0]) / 2
            previous = try moved(firstSample, by: mean, from: given + ratio, to: given)
            self.firstSample = nil
        } else {
            if outputs.isEmpty { firstSample = sample }
            outputs = [output] + outputs.prefix(3)
            previous = try moved(sample, by: combined(), from: given, to: given - ratio)
        }
        return SchedulerStep(previous: previous, predictedOriginal: x0)
    }

    /// Adams-Bashforth over as many predictions as there are.
    private func combined() throws -> Tensor {
        let e = outputs
        switch e.count {
        case 1: return e[0]
        case 2: return try (e[0] * 3 - e[1]) / 2
        case 3: return try (e[0] * 23 - e[1] * 16 + e[2] * 5) / 12
        default: return try (e[0] * 55 - e[1] * 59 + e[2] * 37 - e[3] * 9) * (1.0 / 24)
        }
    }

    /// Liu et al. 2022, eq. 9: from one timestep to another along the predicted noise.
    private func moved(_ sample: Tensor, by output: Tensor, from timestep: Int, to before: Int)
        throws -> Tensor
    {
        guard schedule.alphasCumprod.indices.contains(timestep) else {
            throw DiffusionError("PNDMScheduler: no timestep \(timestep); take another spacing.")
        }
        let a = schedule.alphasCumprod[timestep]
        let b = before >= 0 ? schedule.alphasCumprod[before] : finalAlphaBar
        let noise = try schedule.predictionType.noise(
            output, sample: sample, signal: a.squareRoot(), deviation: (1 - a).squareRoot())
        let scale = a * (1 - b).squareRoot() + (a * (1 - a) * b).squareRoot()
        return try sample * Double((b / a).squareRoot()) - noise * Double(b - a) / Double(scale)
    }

    func noised(_ sample: Tensor, noise: Tensor, at index: Int) throws -> Tensor {
        try checkIndex(index)
        return try schedule.addNoise(sample, noise: noise, at: Tensor([Int(timesteps[index])]))
    }

    var state: [String: Tensor] {
        var state = saved(outputs)
        state["first_sample"] = firstSample
        return state
    }

    mutating func restore(_ state: [String: Tensor], at index: Int) throws {
        var rest = state
        let first = rest.removeValue(forKey: "first_sample")
        let found = try history(rest, limit: 4)
        guard first == nil || found.count == 1 else { throw foreignState(state) }
        outputs = found
        firstSample = first
        order.restart(at: index, fresh: state.isEmpty)
    }
}
