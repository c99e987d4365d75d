/// The samplers that Likeness offers.
public enum SchedulerKind: String, CaseIterable, Sendable {
    /// Ancestral sampling. Ho et al. 2020.
    case ddpm
    /// Song et al. 2021.
    case ddim
    /// Pseudo linear multistep. Liu et al. 2022.
    case pndm
    /// Euler's method. Karras et al. 2022, algorithm 2 without churn.
    case euler
    /// Euler steps with fresh noise.
    case eulerAncestral = "euler-a"
    /// Multistep DPM-Solver++. Lu et al. 2022.
    case dpmpp2M = "dpm++2m"
    /// Predictor and corrector. Zhao et al. 2023.
    case uniPC = "unipc"

    /// The published class: `DDIMScheduler`.
    public var className: String {
        switch self {
        case .ddpm: "DDPMScheduler"
        case .ddim: "DDIMScheduler"
        case .pndm: "PNDMScheduler"
        case .euler: "EulerDiscreteScheduler"
        case .eulerAncestral: "EulerAncestralDiscreteScheduler"
        case .dpmpp2M: "DPMSolverMultistepScheduler"
        case .uniPC: "UniPCMultistepScheduler"
        }
    }

    /// The kind of a published class; nil for one that is not offered.
    public init?(className: String) {
        guard let kind = SchedulerKind.allCases.first(where: { $0.className == className }) else {
            return nil
        }
        self = kind
    }

    /// `timestep_spacing` where a configuration has none.
    var defaultSpacing: TimestepSpacing {
        switch self {
        case .ddpm, .ddim, .pndm: .leading
        default: .linspace
        }
    }

    /// Why this kind cannot run a configuration: one clause a setting, none if it can.
    func problems(with configuration: SchedulerConfiguration) -> [String] {
        var problems: [String] = []
        func refuse(_ refused: Bool, _ clause: String) { if refused { problems.append(clause) } }
        let c = configuration
        if let range = c.clipSampleRange {
            refuse(!(range > 0), "clip_sample_range must be positive")
        }
        let hasSigmas = [.euler, .dpmpp2M, .uniPC].contains(self)
        refuse(c.thresholding == true && !isEuler && self != .pndm, "thresholding is not offered")
        if hasSigmas {
            refuse(c.useExponentialSigmas == true, "use_exponential_sigmas is not offered")
            refuse(c.useBetaSigmas == true, "use_beta_sigmas is not offered")
        }
        refuse(c.useFlowSigmas == true, "use_flow_sigmas is not offered")
        refuse(c.useDynamicShifting == true, "use_dynamic_shifting is not offered")
        switch self {
        case .ddpm:
            refuse(
                !["fixed_small", "fixed_small_log", "fixed_large"].contains(
                    c.varianceType ?? "fixed_small"),
                "variance_type must be fixed_small, fixed_small_log or fixed_large")
        case .ddim: break
        case .pndm:
            refuse(c.skipPRKSteps != true, "skip_prk_steps must be true")
            refuse(c.predictionType == .sample, "prediction_type sample is not defined for it")
            refuse(c.rescaleBetasZeroSNR == true, "rescale_betas_zero_snr is not defined for it")
        case .euler:
            refuse(
                (c.interpolationType ?? "linear") != "linear", "interpolation_type must be linear")
            refuse((c.timestepType ?? "discrete") != "discrete", "timestep_type must be discrete")
        case .eulerAncestral:
            refuse(c.predictionType == .sample, "prediction_type sample is not defined for it")
        case .dpmpp2M:
            refuse(
                !["dpmsolver++", "sde-dpmsolver++"].contains(c.algorithmType ?? "dpmsolver++"),
                "algorithm_type must be dpmsolver++ or sde-dpmsolver++")
            refuse(c.useLuLambdas == true, "use_lu_lambdas is not offered")
        case .uniPC:
            refuse(
                c.predictX0 == false && (c.finalSigma ?? .zero) == .zero,
                "predict_x0 false needs final_sigmas_type sigma_min")
        }
        if self == .dpmpp2M || self == .uniPC {
            refuse(!(1...3).contains(c.solverOrder ?? 2), "solver_order must be in 1...3")
            refuse(
                !["midpoint", "heun", "logrho", "bh1", "bh2"].contains(c.solverType ?? "bh2"),
                "solver_type must be \(self == .uniPC ? "bh1 or bh2" : "midpoint or heun")")
        }
        return problems
    }

    private var isEuler: Bool { self == .euler || self == .eulerAncestral }
}
