import Layers
import Torch

/// The autoencoder between pictures and latents. Kingma and Welling 2014; Rombach et al. 2022. Keys
/// as in diffusers' `AutoencoderKL`.
public struct AutoencoderKL {
    /// What it was built from.
    public let configuration: AutoencoderKLConfiguration
    let encoder: AutoencoderEncoder
    let decoder: AutoencoderDecoder
    let quantConv, postQuantConv: Conv2d?

    /// Takes the network's parameters from `scope`.
    public init(_ scope: Scope, _ configuration: AutoencoderKLConfiguration) {
        self.configuration = configuration
        encoder = AutoencoderEncoder(scope / "encoder", configuration)
        decoder = AutoencoderDecoder(scope / "decoder", configuration)
        let latent = configuration.latentChannels
        quantConv =
            configuration.useQuantConv
            ? Conv2d(scope / "quant_conv", in: 2 * latent, out: 2 * latent, kernel: 1) : nil
        postQuantConv =
            configuration.usePostQuantConv
            ? Conv2d(scope / "post_quant_conv", in: latent, out: latent, kernel: 1) : nil
    }

    /// The distribution of a picture's latents.
    ///
    /// - Parameters:
    ///   - picture: `[B, 3, H, W]` in -1...1; sides multiples of ``AutoencoderKLConfiguration/downFactor``.
    ///   - hooks: see ``FeatureHooks``.
    /// - Returns: mean and log variance, unscaled.
    /// - Throws: `TorchError` for shapes that do not fit.
    public func encode(_ picture: Tensor, hooks: FeatureHooks = .none) throws -> LatentDistribution
    {
        let moments = try moments(picture, hooks: hooks)
        return try LatentDistribution(moments: moments)
    }

    /// Mean and log variance before clamping, `[B, 2 * latent, h, w]`.
    func moments(_ picture: Tensor, hooks: FeatureHooks = .none) throws -> Tensor {
        let hidden = try encoder(picture, hooks: hooks)
        return try quantConv?(hidden) ?? hidden
    }

    /// A picture from latents, `[B, latent, h, w]` unscaled, to `[B, 3, H, W]` of about -1...1.
    ///
    /// - Throws: `TorchError` for shapes that do not fit.
    public func decode(_ latents: Tensor, hooks: FeatureHooks = .none) throws -> Tensor {
        try decoder(postQuantConv?(latents) ?? latents, hooks: hooks)
    }

    /// Latents as a UNet sees them, of about unit variance.
    public func scaled(_ latents: Tensor) throws -> Tensor {
        try (latents - (configuration.shiftFactor ?? 0)) * configuration.scalingFactor
    }

    /// Undoes ``scaled(_:)``.
    public func unscaled(_ latents: Tensor) throws -> Tensor {
        try latents / configuration.scalingFactor + (configuration.shiftFactor ?? 0)
    }
}

/// A diagonal Gaussian over latents.
public struct LatentDistribution {
    /// `[B, latent, h, w]`.
    public let mean: Tensor
    /// Log of the variance, -30...20.
    public let logvar: Tensor

    /// A distribution that was taken apart: for one batch of several pictures', say.
    public init(mean: Tensor, logvar: Tensor) { (self.mean, self.logvar) = (mean, logvar) }

    /// From mean and log variance together, `[B, 2 * latent, h, w]`.
    init(moments: Tensor) throws {
        let parts = try moments.chunked(2, along: 1)
        self.init(mean: parts[0], logvar: try parts[1].clamped(min: -30, max: 20))
    }

    /// Draws latents.
    public func sample(_ generator: Generator) throws -> Tensor {
        try sample(noise: .randn(mean.shape, generator: generator, dtype: mean.dtype))
    }

    /// Latents where unit noise, `[B, latent, h, w]`, leads.
    public func sample(noise: Tensor) throws -> Tensor {
        try mean + (logvar * 0.5).exp() * noise.to(mean.device)
    }
}
