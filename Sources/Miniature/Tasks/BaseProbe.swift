import Diffusion
import Images
import Torch

/// Sample pictures of a base in training: the same prompts and the same noise every time.
public struct BaseProbe {
    /// Prompts.
    public var prompts: [String]
    /// Their tokens `[K, length]`.
    public var ids: Tensor
    /// Steps of the sampler.
    public var steps = 20
    /// Guidance.
    public var scale = 3.0

    /// Samples for these prompts.
    public init(_ prompts: [String], _ tokenizer: CLIPTokenizer, length: Int) throws {
        self.prompts = prompts
        ids = try tokenizer.encode(prompts, length: length).ids
    }

    func pictures(
        _ unet: UNet2DCondition, text: CLIPText, autoencoder: AutoencoderKL,
        configuration: SchedulerConfiguration, shape: [Int], noText: Tensor, seed: UInt64,
        on device: Device
    ) throws -> [(name: String, image: Image)] {
        let count = prompts.count
        let sampler = BaseSampler(
            unet: unet, configuration: configuration, noText: noText, steps: steps, scale: scale)
        let noise = try Tensor.randn([count] + shape, generator: Generator(seed: seed))
        let latents = try sampler(text(ids.to(device)).lastHiddenState, noise: noise.to(device))
        let pictures = try autoencoder.decode(autoencoder.unscaled(latents))
            .clamped(min: -1, max: 1)
        let row = max(1, Int(Double(count).squareRoot().rounded(.up)))
        let rows = try Swift.stride(from: 0, to: count / row * row, by: row).map {
            try pictures[$0..<$0 + row]
        }
        return [("samples", try pictureGrid(rows, on: .cpu))]
    }
}

/// Latents for many prompts at once: DDIM without added noise, with guidance (Ho and Salimans
/// 2022). A pipeline makes many pictures of one prompt.
struct BaseSampler {
    let unet: UNet2DCondition
    let configuration: SchedulerConfiguration
    /// The context of an empty prompt, `[1, L, D]`.
    let noText: Tensor
    let steps: Int
    let scale: Double

    /// Latents `[K, C, H, W]` from contexts `[K, L, D]` and noise of the latents' shape.
    func callAsFunction(_ context: Tensor, noise: Tensor) throws -> Tensor {
        let none = try noText.to(context.device).expanded(context.shape)
        let both = try Tensor.cat([none, context])
        var scheduler = try makeScheduler(configuration, kind: .ddim, steps: steps)
        var x = try noise * scheduler.initialNoiseScale
        for (index, t) in scheduler.timesteps.enumerated() {
            let input = try scheduler.scaledInput(x, at: index)
            let time = try Tensor([Int64(t)], device: x.device)
            let halves = try unet(.cat([input, input]), timestep: time, context: both).chunked(2)
            let output = try halves[0] + (halves[1] - halves[0]) * scale
            x = try scheduler.step(output, at: index, sample: x, noise: nil).previous
        }
        return x
    }
}
