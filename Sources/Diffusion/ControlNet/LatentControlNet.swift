import Layers
import Torch

/// A copy of a UNet's down path whose condition is a latent of the sample's size: one convolution
/// stands where ``ControlNet`` embeds a picture. Zhang et al. 2023.
///
/// Keys as in diffusers' `ControlNetModel`, with `latent_cond_in` for `controlnet_cond_embedding`.
public struct LatentControlNet {
    let trunk: UNetTrunk
    let latentCondIn: Conv2d
    let heads: ControlHeads

    /// Of the UNet that is copied.
    public let configuration: UNet2DConditionConfiguration

    /// What the network gives.
    public struct Output {
        /// Of every level, shallow first and the middle last, before the last convolutions.
        public let features: [Tensor]
        /// For the base's skips and middle.
        public let residuals: ControlResiduals
    }

    /// Takes the network's parameters from `scope`; new ones start without effect on the base.
    ///
    /// - Parameters:
    ///   - scope: where they lie.
    ///   - base: the configuration of the UNet that is copied.
    ///   - conditionChannels: of the condition.
    ///   - conditionStart: of the condition's convolution. Zeros leave the copy what it was, and
    ///     with zeros at its end as well it hardly moves in some hundred steps.
    public init(
        _ scope: Scope, _ base: UNet2DConditionConfiguration, conditionChannels: Int = 4,
        conditionStart: Initializer = .zeros
    ) {
        configuration = base
        let layout = base.layout
        trunk = UNetTrunk(scope, layout)
        latentCondIn = Conv2d(
            scope / "latent_cond_in", in: conditionChannels, out: layout.blockOutChannels[0],
            kernel: 3, padding: 1, initializer: conditionStart)
        heads = ControlHeads(scope, layout)
    }

    /// The place among features of what a down block gives before it shrinks; nil for a block that
    /// is not there.
    public func lastFeature(ofDownBlock block: Int) -> Int? {
        let layout = trunk.configuration
        guard layout.blockOutChannels.indices.contains(block) else { return nil }
        // The first convolution's, then each block's layers and what it gives shrunk.
        return (0..<block).reduce(layout.down(block).layers) { $0 + layout.down($1).layers + 1 }
    }

    /// Computes features and residuals.
    ///
    /// - Parameters:
    ///   - sample: noisy latents `[B, in_channels, H, W]`, or `[b, ...]`, as of a UNet.
    ///   - timestep: `[]`, or one for each of the samples, 0..<1000.
    ///   - context: `[B, M, cross_attention_dim]`.
    ///   - condition: `[B, conditionChannels, H, W]`, of as many pictures as the sample.
    ///   - hooks: see ``FeatureHooks``.
    /// - Returns: one residual for each of the base's skips and one for its middle, and the features
    ///   that they were made of; shallow ones of b pictures if the sample is.
    /// - Throws: `TorchError` for shapes that do not fit; ``DiffusionError`` for missing conditions.
    public func callAsFunction(
        _ sample: Tensor, timestep: Tensor, context: Tensor, condition: Tensor,
        hooks: FeatureHooks = .none
    ) throws -> Output {
        let pass = try pass(sample, timestep, context, hooks)
        let start = try trunk.convIn(sample) + latentCondIn(condition)
        var (x, features) = try trunk.down(hooks("conv_in", start), pass)
        if let mid = trunk.midBlock { x = try mid(x, pass) }
        features.append(x)
        var maps = try heads(features)
        let mid = maps.removeLast()
        return Output(features: features, residuals: ControlResiduals(down: maps, mid: mid))
    }

    /// The features as far as a down block, as ``callAsFunction(_:timestep:context:condition:hooks:)``
    /// gives them; what lies deeper is not computed.
    ///
    /// - Parameters:
    ///   - sample: as there, as the next three.
    ///   - timestep: `[]`, or one for each of the samples.
    ///   - context: `[B, M, cross_attention_dim]`.
    ///   - condition: `[B, conditionChannels, H, W]`.
    ///   - last: the deepest block that is wanted; all if there is none so deep.
    /// - Returns: the first convolution's, then each block's.
    /// - Throws: as there.
    public func features(
        _ sample: Tensor, timestep: Tensor, context: Tensor, condition: Tensor,
        throughDownBlock last: Int
    ) throws -> [Tensor] {
        let start = try trunk.convIn(sample) + latentCondIn(condition)
        return try trunk.down(
            start, pass(sample, timestep, context, .none),
            blocks: min(max(last, 0), trunk.downBlocks.count - 1) + 1
        ).skips
    }

    private func pass(
        _ sample: Tensor, _ timestep: Tensor, _ context: Tensor, _ hooks: FeatureHooks
    ) throws -> UNetPass {
        UNetPass(
            time: try trunk.embedding(
                timestep, batch: sample.pictures, added: nil, dtype: sample.dtype),
            context: context, contextMask: nil, images: [], hooks: hooks)
    }
}
