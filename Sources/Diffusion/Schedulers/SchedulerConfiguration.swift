/// What a network predicts at each step.
public enum PredictionType: String, Codable, CaseIterable, Sendable {
    /// The noise. Ho et al. 2020.
    case epsilon
    /// The velocity sqrt(alphaBar) noise - sqrt(1 - alphaBar) x0. Salimans and Ho 2022.
    case velocity = "v_prediction"
    /// The clean sample x0 itself.
    case sample
}

/// How the steps of a run are spread over the training timesteps; Lin et al. 2023, table 2.
public enum TimestepSpacing: String, Codable, CaseIterable, Sendable {
    /// Multiples of a whole ratio from 0, plus `steps_offset`.
    case leading
    /// Evenly from the last timestep to the first, both included.
    case linspace
    /// Evenly down from the last timestep, the first not included.
    case trailing
}

/// How much noise each training timestep adds.
public enum BetaSchedule: String, Codable, CaseIterable, Sendable {
    /// Evenly from `beta_start` to `beta_end`. Ho et al. 2020.
    case linear
    /// Squares of evenly spread roots: latent diffusion's. Rombach et al. 2022.
    case scaledLinear = "scaled_linear"
    /// From a squared cosine, capped at 0.999. Nichol and Dhariwal 2021.
    case cosine = "squaredcos_cap_v2"
}

/// The last noise level of a run.
public enum FinalSigma: String, Codable, CaseIterable, Sendable {
    /// None at all.
    case zero
    /// That of the first training timestep.
    case smallest = "sigma_min"
}

/// `scheduler_config.json`, with its published keys.
///
/// A key that is absent is nil here, and takes the default of the scheduler that is made, as in
/// diffusers: `timestep_spacing`, say, is `leading` for DDIM but `linspace` for Euler.
/// ``makeScheduler(_:kind:steps:eta:)`` says which settings it does not offer.
public struct SchedulerConfiguration: Codable, Hashable, Sendable {
    /// The published class: `DDIMScheduler`.
    public var className: String
    /// Number of training timesteps; 1000 if nil.
    public var trainTimesteps: Int?
    /// First beta, more than 0, at most 1; 0.0001 if nil.
    public var betaStart: Double?
    /// Last beta, more than 0, at most 1; 0.02 if nil.
    public var betaEnd: Double?
    /// Shape of the betas; linear if nil.
    public var betaSchedule: BetaSchedule?
    /// The betas themselves, one a training timestep, in place of the three settings above.
    public var trainedBetas: [Double]?
    /// What the network predicts; epsilon if nil.
    public var predictionType: PredictionType?
    /// Spread of the steps; leading for DDPM, DDIM and PNDM, linspace for the others if nil.
    public var timestepSpacing: TimestepSpacing?
    /// Added to leading timesteps, in `0..<trainTimesteps`; 0 if nil.
    public var stepsOffset: Int?
    /// DDIM, PNDM: end at no noise (true) or at the first timestep's; true for DDIM, false for PNDM
    /// if nil. TCD and LCM never get there.
    public var setAlphaToOne: Bool?
    /// PNDM: leave out the Runge-Kutta warm-up; false if nil, but only true is offered.
    public var skipPRKSteps: Bool?
    /// Clamp the predicted x0; true for DDPM and DDIM, false for Heun and LCM if nil.
    public var clipSample: Bool?
    /// Bound of that clamp; 1 if nil.
    public var clipSampleRange: Double?
    /// Dynamic thresholding; only false is offered.
    public var thresholding: Bool?
    /// Rescale betas so that the last timestep is pure noise. Lin et al. 2023, algorithm 1.
    public var rescaleBetasZeroSNR: Bool?
    /// DDPM: `fixed_small` (if nil), `fixed_small_log` or `fixed_large`.
    public var varianceType: String?
    /// Euler, Heun, DPM++, UniPC: noise levels of Karras et al. 2022, eq. 5.
    public var useKarrasSigmas: Bool?
    /// The same: noise levels whose logarithms are evenly spread.
    public var useExponentialSigmas: Bool?
    /// The same: noise levels between these, evenly spread along their logarithms, the last of them
    /// the end of the run; not a published key. See ``SigmaSpread/alignYourSteps``.
    public var sigmaKnots: [Double]?
    /// Least noise level of those spreads; that of the schedule if nil.
    public var sigmaMin: Double?
    /// Greatest noise level of those spreads; that of the schedule if nil.
    public var sigmaMax: Double?
    /// LCM, TCD: timesteps that the model was distilled on; 50 if nil.
    public var originalSteps: Int?
    /// LCM: how fast the network takes over from the noisy sample; 10 if nil.
    public var timestepScaling: Double?
    /// Euler, DPM++, UniPC: the last noise level; zero if nil.
    public var finalSigma: FinalSigma?
    /// DPM++, UniPC: order in 1...3; 2 if nil.
    public var solverOrder: Int?
    /// DPM++: `midpoint` (if nil) or `heun`. UniPC: `bh1` or `bh2` (if nil).
    public var solverType: String?
    /// DPM++: `dpmsolver++` (if nil) or `sde-dpmsolver++`.
    public var algorithmType: String?
    /// DPM++, UniPC: lower orders in the last steps; true if nil.
    public var lowerOrderFinal: Bool?
    /// DPM++: first order in the very last step; false if nil.
    public var eulerAtFinal: Bool?
    /// DPM++: timesteps whose log signal-to-noise ratio is less are left out; none if nil.
    public var lambdaMinClipped: Double?
    /// UniPC: work on x0 (true, if nil) or on the noise.
    public var predictX0: Bool?
    /// UniPC: steps after which the corrector does not run; none if nil.
    public var disableCorrector: [Int]?
    /// Euler: only `linear` is offered.
    public var interpolationType: String?
    /// Euler: only `discrete` is offered.
    public var timestepType: String?
    /// Only false is offered.
    public var useBetaSigmas: Bool?
    /// Only false is offered.
    public var useLuLambdas: Bool?
    /// Only false is offered.
    public var useFlowSigmas: Bool?
    /// Only false is offered.
    public var useDynamicShifting: Bool?

    /// What Stable Diffusion 1.5 was published with: PNDM, scaled linear betas 0.00085...0.012,
    /// 1000 timesteps, epsilon, leading spacing with offset 1.
    public init() {
        className = "PNDMScheduler"
        trainTimesteps = 1000
        betaStart = 0.00085
        betaEnd = 0.012
        betaSchedule = .scaledLinear
        predictionType = .epsilon
        timestepSpacing = .leading
        stepsOffset = 1
        setAlphaToOne = false
        skipPRKSteps = true
        clipSample = false
    }
}
