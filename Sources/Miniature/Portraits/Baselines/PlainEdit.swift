import Diffusion
import ICPortrait
import Images
import Torch

/// SDEdit of a style reference (Meng et al. 2022) by a UNet alone: what baselines make portraits with,
/// in rounds and with guidance of their own.
struct PlainEdit {
    let unet: UNet2DCondition
    /// Without and with the condition, `[2, M, cross_attention_dim]`.
    let context: Tensor
    /// Of the same two.
    var images: [ImagePrompt] = []

    /// The edited reference.
    ///
    /// - Throws: `DiffusionError`, `ImageError`, `TorchError`.
    func image(
        of reference: Image, by model: PortraitModel, _ settings: ICPortraitSettings, seed: UInt64
    ) throws -> Image {
        try noGrad {
            var x = try model.encoder.latents(reference)
            let generator = try Generator(seed: seed)
            for strength in settings.strengths {
                var sampler = try makeScheduler(model.scheduler, kind: .ddim, steps: settings.steps)
                let first = sampler.startIndex(strength: strength)
                let noise = try Tensor.randn(x.shape, generator: generator).to(x.device)
                    .to(x.dtype)
                x = try sampler.noised(x, noise: noise, at: first)
                for index in first..<sampler.timesteps.count {
                    let input = try sampler.scaledInput(x, at: index)
                    let time = try Tensor([Float(sampler.timesteps[index])], device: x.device)
                    let both = try unet(
                        .cat([input, input]), timestep: time, context: context, images: images
                    ).chunked(2)
                    let output = try both[0] + (both[1] - both[0]) * settings.guidance
                    x = try sampler.step(output, at: index, sample: x, noise: nil).previous
                }
            }
            return try model.encoder.image(x)
        }
    }
}
