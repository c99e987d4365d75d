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
    /// Heun's method: Euler's with a second look. Karras et al. 2022, algorithm 2 without churn.
    case heun
    /// Multistep DPM-Solver++. Lu et al. 2022.
    case dpmpp2M = "dpm++2m"
    /// Its stochastic form.
    case dpmpp2MSDE = "dpm++2m-sde"
    /// Stochastic DPM-Solver++ that looks twice a step. Crowson, k-diffusion.
    case dpmppSDE = "dpm++sde"
    /// Predictor and corrector. Zhao et al. 2023.
    case uniPC = "unipc"
    /// For latent consistency models. Luo et al. 2023.
    case lcm
    /// For trajectory consistency models. Zheng et al. 2024.
    case tcd

    /// The published class: `DDIMScheduler`.
    public var className: String {
        switch self {
        case .ddpm: "DDPMScheduler"
        case .ddim: "DDIMScheduler"
        case .pndm: "PNDMScheduler"
        case .euler: "EulerDiscreteScheduler"
        case .eulerAncestral: "EulerAncestralDiscreteScheduler"
        case .heun: "HeunDiscreteScheduler"
        case .dpmpp2M, .dpmpp2MSDE: "DPMSolverMultistepScheduler"
        case .dpmppSDE: "DPMSolverSDEScheduler"
        case .uniPC: "UniPCMultistepScheduler"
        case .lcm: "LCMScheduler"
        case .tcd: "TCDScheduler"
        }
    }

    /// What A1111's web UI calls it: `DPM++ 2M SDE`.
    public var displayName: String {
        switch self {
        case .ddpm: "DDPM"
        case .ddim: "DDIM"
        case .pndm: "PLMS"
        case .euler: "Euler"
        case .eulerAncestral: "Euler a"
        case .heun: "Heun"
        case .dpmpp2M: "DPM++ 2M"
        case .dpmpp2MSDE: "DPM++ 2M SDE"
        case .dpmppSDE: "DPM++ SDE"
        case .uniPC: "UniPC"
        case .lcm: "LCM"
        case .tcd: "TCD"
        }
    }

    /// The kind of a published class, the plain one of two; nil for one that is not offered.
    public init?(className: String) {
        guard let kind = SchedulerKind.allCases.first(where: { $0.className == className }) else {
            return nil
        }
        self = kind
    }

    /// `timestep_spacing` where a configuration has none.
    var defaultSpacing: TimestepSpacing {
        switch self {
        case .ddpm, .ddim, .pndm, .lcm, .tcd: .leading
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
        refuse(c.thresholding == true && !isEuler && self != .pndm, "thresholding is not offered")
        if spreadsSigmas {
            refuse(c.useBetaSigmas == true, "use_beta_sigmas is not offered")
            refuse(
                c.useKarrasSigmas == true && c.useExponentialSigmas == true,
                "use_karras_sigmas and use_exponential_sigmas exclude each other")
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
        case .heun: break
        case .eulerAncestral, .dpmppSDE:
            refuse(c.predictionType == .sample, "prediction_type sample is not defined for it")
        case .dpmpp2M, .dpmpp2MSDE:
            refuse(
                !["dpmsolver++", "sde-dpmsolver++"].contains(c.algorithmType ?? "dpmsolver++"),
                "algorithm_type must be dpmsolver++ or sde-dpmsolver++")
            refuse(c.useLuLambdas == true, "use_lu_lambdas is not offered")
        case .uniPC:
            refuse(
                c.predictX0 == false && (c.finalSigma ?? .zero) == .zero,
                "predict_x0 false needs final_sigmas_type sigma_min")
        case .lcm, .tcd:
            refuse((c.originalSteps ?? 50) < 1, "original_inference_steps must be positive")
            refuse(!((c.timestepScaling ?? 10) > 0), "timestep_scaling must be positive")
        }
        if isMultistep {
            refuse(!(1...3).contains(c.solverOrder ?? 2), "solver_order must be in 1...3")
            refuse(
                !["midpoint", "heun", "logrho", "bh1", "bh2"].contains(c.solverType ?? "bh2"),
                "solver_type must be \(self == .uniPC ? "bh1 or bh2" : "midpoint or heun")")
        }
        return problems
    }

    private var isEuler: Bool { self == .euler || self == .eulerAncestral }

    /// Whether it solves on all noise levels with a memory of past steps.
    var isMultistep: Bool { [.dpmpp2M, .dpmpp2MSDE, .uniPC].contains(self) }

    /// Whether the spread of its noise levels can be chosen: see ``SigmaSpread``.
    public var spreadsSigmas: Bool { isMultistep || [.euler, .heun, .dpmppSDE].contains(self) }
}
