/// Makes the sampler of one run.
///
/// - Parameters:
///   - configuration: the schedule and the sampler's settings; absent ones take the defaults of the
///     class that is made.
///   - kind: the sampler; the configuration's own class if nil.
///   - steps: how many, in 1...number of training timesteps.
///   - eta: DDIM, TCD: 0 draws no noise, 1 as much as DDPM; in 0...1. Others take only 0.
/// - Returns: a value for one run, before its first step.
/// - Throws: ``DiffusionError`` for a class or settings that are not offered, all settings at once,
///   and for steps that the schedule cannot be divided into.
public func makeScheduler(
    _ configuration: SchedulerConfiguration, kind: SchedulerKind? = nil, steps: Int,
    eta: Double = 0
) throws -> any Scheduler {
    guard let kind = kind ?? SchedulerKind(className: configuration.className) else {
        let known = SchedulerKind.allCases.map(\.className).joined(separator: ", ")
        throw DiffusionError(
            "The scheduler \(configuration.className) is not offered; choose one of \(known).")
    }
    let problems = kind.problems(with: configuration)
    guard problems.isEmpty else {
        throw DiffusionError("\(kind.className): \(problems.joined(separator: "; ")).")
    }
    guard (0...1).contains(eta), eta == 0 || kind == .ddim || kind == .tcd else {
        throw DiffusionError("Expected eta 0, or in 0...1 with DDIM or TCD; found \(eta).")
    }
    let schedule = try NoiseSchedule(configuration)
    guard (1...schedule.trainTimesteps).contains(steps) else {
        throw DiffusionError("Expected 1...\(schedule.trainTimesteps) steps, found \(steps).")
    }
    let offset = configuration.stepsOffset ?? 0
    guard (0..<schedule.trainTimesteps).contains(offset) else {
        throw DiffusionError(
            "Expected steps_offset in 0..<\(schedule.trainTimesteps), found \(offset).")
    }
    switch kind {
    case .ddpm: return try DDPMScheduler(configuration, schedule, steps: steps)
    case .ddim: return try DDIMScheduler(configuration, schedule, steps: steps, eta: eta)
    case .pndm: return try PNDMScheduler(configuration, schedule, steps: steps)
    case .euler: return try EulerDiscreteScheduler(configuration, schedule, steps: steps)
    case .eulerAncestral: return try EulerAncestralScheduler(configuration, schedule, steps: steps)
    case .heun: return try HeunDiscreteScheduler(configuration, schedule, steps: steps)
    case .dpmpp2M: return try DPMSolverMultistepScheduler(configuration, schedule, steps: steps)
    case .dpmpp2MSDE:
        var stochastic = configuration
        stochastic.algorithmType = "sde-dpmsolver++"
        return try DPMSolverMultistepScheduler(stochastic, schedule, steps: steps)
    case .dpmppSDE: return try DPMSolverSDEScheduler(configuration, schedule, steps: steps)
    case .uniPC: return try UniPCScheduler(configuration, schedule, steps: steps)
    case .lcm: return try LCMScheduler(configuration, schedule, steps: steps)
    case .tcd: return try TCDScheduler(configuration, schedule, steps: steps, eta: eta)
    }
}

extension SchedulerKind {
    /// The timesteps of a run in alphaBar's terms: DDPM, DDIM and PNDM.
    ///
    /// - Throws: ``DiffusionError`` for timesteps outside the schedule, and for dividing by an
    ///   alphaBar of 0.
    func timesteps(
        _ configuration: SchedulerConfiguration, _ schedule: NoiseSchedule, steps: Int
    ) throws -> [Int] {
        let spacing = configuration.timestepSpacing ?? defaultSpacing
        let timesteps = spacing.timesteps(
            steps, of: schedule.trainTimesteps, offset: configuration.stepsOffset ?? 0)
        try checkTimesteps(timesteps, of: schedule.trainTimesteps)
        let chosen = timesteps.map { Int($0) }
        if schedule.predictionType == .epsilon, chosen.contains(where: isPureNoise) {
            throw DiffusionError(
                "A network that predicts epsilon cannot start from pure noise: with "
                    + "rescale_betas_zero_snr, expected prediction_type v_prediction or sample.")
        }
        return chosen

        func isPureNoise(_ timestep: Int) -> Bool { schedule.alphasCumprod[timestep] == 0 }
    }

    func checkTimesteps(_ timesteps: [Double], of train: Int) throws {
        if let wrong = timesteps.first(where: { $0 < 0 || $0 > Double(train - 1) }) {
            throw DiffusionError(
                "\(className): a step falls on timestep \(wrong), outside 0..<\(train); take fewer "
                    + "steps, or a steps_offset nearer 0.")
        }
        guard !timesteps.isEmpty, zip(timesteps, timesteps.dropFirst()).allSatisfy(>) else {
            throw DiffusionError(
                "\(className): \(timesteps.count) steps fall on the same timesteps; take fewer.")
        }
    }
}
