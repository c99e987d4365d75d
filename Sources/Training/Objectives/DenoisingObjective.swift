import Diffusion
import Torch

/// How a denoising network is trained: what it predicts, which noise it sees, what counts how much.
public struct DenoisingSettings: Settings {
    /// Min-SNR's gamma (Hang et al. 2023; 5 there); 0 for none.
    public var snrGamma = 0.0
    /// The least that an error of the clean sample counts, in the units of the signal-to-noise ratio: 1
    /// in Salimans & Ho 2022, "truncated SNR"; 0 for none. Plain errors of noise all but ignore what a
    /// sample looks like where there is little signal.
    public var snrFloor = 0.0
    /// Noise that is one number a channel, added to the usual; 0 for none.
    public var noiseOffset = 0.0
    /// The lowest timestep drawn.
    public var firstTimestep = 0
    /// One past the highest; 0 for the schedule's end.
    public var endTimestep = 0

    /// Plain denoising.
    public init() {}

    enum CodingKeys: String, CodingKey {
        case snrGamma = "snr_gamma"
        case snrFloor = "snr_floor"
        case noiseOffset = "noise_offset"
        case firstTimestep = "first_timestep"
        case endTimestep = "end_timestep"
    }
}

/// The denoising loss of Ho et al. 2020, Eq. 14, for epsilon, velocity and sample prediction.
public struct DenoisingObjective {
    /// The forward process and the prediction type.
    public let schedule: NoiseSchedule
    /// Its settings.
    public let settings: DenoisingSettings

    /// A loss on this schedule.
    public init(_ schedule: NoiseSchedule, _ settings: DenoisingSettings = .init()) {
        (self.schedule, self.settings) = (schedule, settings)
    }

    /// Noise and timesteps of a step, and the noisy latents they make.
    public struct Draw {
        /// Clean latents `[B, C, H, W]`.
        public var x0: Tensor
        /// Standard normal, of the same shape.
        public var noise: Tensor
        /// `[B]`, `int64`.
        public var timesteps: Tensor
        /// Noisy latents.
        public var xt: Tensor
        /// What the network should say.
        public var target: Tensor

        /// Given noise and timesteps, and what follows from them.
        public init(x0: Tensor, noise: Tensor, timesteps: Tensor, xt: Tensor, target: Tensor) {
            (self.x0, self.noise, self.timesteps) = (x0, noise, timesteps)
            (self.xt, self.target) = (xt, target)
        }
    }

    /// Draws noise and timesteps for clean latents.
    ///
    /// - Parameters:
    ///   - x0: `[B, C, H, W]`, scaled.
    ///   - generator: on the CPU; gives the same numbers on every device.
    /// - Returns: all of it.
    /// - Throws: `TorchError`, `DiffusionError`.
    public func draw(_ x0: Tensor, generator: Generator) throws -> Draw {
        let batch = x0.shape.first ?? 0
        var noise = try Tensor.randn(x0.shape, generator: generator)
        if settings.noiseOffset != 0 {
            let shifts = try Tensor.randn([batch, x0.shape[1], 1, 1], generator: generator)
            noise = try noise + shifts * settings.noiseOffset
        }
        let end = settings.endTimestep > 0 ? settings.endTimestep : schedule.trainTimesteps
        let timesteps = try Tensor.randint(
            settings.firstTimestep..<end, [batch], generator: generator)
        return try draw(x0, noise: noise.to(x0.device).to(x0.dtype), at: timesteps)
    }

    /// What follows from given noise and timesteps.
    ///
    /// - Parameters:
    ///   - x0: `[B, C, H, W]`, scaled.
    ///   - noise: of the same shape.
    ///   - timesteps: `[B]`, `int64`.
    /// - Returns: all of it.
    /// - Throws: `TorchError`, `DiffusionError`.
    public func draw(_ x0: Tensor, noise: Tensor, at timesteps: Tensor) throws -> Draw {
        Draw(
            x0: x0, noise: noise, timesteps: timesteps,
            xt: try schedule.addNoise(x0, noise: noise, at: timesteps),
            target: try schedule.target(x0, noise: noise, at: timesteps))
    }

    /// The weighted squared error, a scalar.
    ///
    /// - Parameters:
    ///   - prediction: `[B, C, H, W]`; of 2 C channels (learned variance) the first half counts.
    ///   - draw: what it was predicted from.
    ///   - mask: `[B, 1, H, W]` or of the latents' shape: what counts how much; all if nil.
    /// - Returns: a scalar with a graph.
    /// - Throws: `TorchError`, `DiffusionError`.
    public func loss(_ prediction: Tensor, _ draw: Draw, mask: Tensor? = nil) throws -> Tensor {
        let channels = draw.target.shape[1]
        let said = try prediction.shape[1] == channels ? prediction : prediction[.all, 0..<channels]
        var error = try (said.to(.float32) - draw.target.to(.float32)).square()
        if let mask { error = try error * mask }
        guard settings.snrGamma > 0 || settings.snrFloor > 0 else { return try error.mean() }
        let weights = try weights(draw.timesteps).to(error.device)
        return try (error.mean([1, 2, 3]) * weights).mean()
    }

    /// Weights `[B]`: SNR, at most gamma and at least the floor, over SNR for epsilon, over SNR + 1 for
    /// velocity, over 1 for the sample itself.
    public func weights(_ timesteps: Tensor) throws -> Tensor {
        let snr = try schedule.snr(at: timesteps)
        var capped = snr
        if settings.snrGamma > 0 { capped = try capped.clamped(max: settings.snrGamma) }
        if settings.snrFloor > 0 { capped = try capped.clamped(min: settings.snrFloor) }
        switch schedule.predictionType {
        case .epsilon: return try capped / snr
        case .velocity: return try capped / (snr + 1)
        case .sample: return capped
        }
    }
}
