import Layers
import Torch

/// The denoising network of Stable Diffusion: SD1.5, SDXL and their like. Rombach et al. 2022;
/// Podell et al. 2023. Keys as in diffusers' `UNet2DConditionModel`.
public struct UNet2DCondition {
    /// What it was built from.
    public let configuration: UNet2DConditionConfiguration
    /// Whether training keeps only what passes between blocks, and computes each block again for
    /// its gradients: a third more work for a fraction of the memory. Chen et al. 2016.
    public var checkpoints = false
    let trunk: UNetTrunk
    let upBlocks: [UNetUpBlock]
    let convNormOut: GroupNorm
    let convOut: Conv2d

    /// Takes the network's parameters from `scope`.
    public init(_ scope: Scope, _ configuration: UNet2DConditionConfiguration) {
        self.configuration = configuration
        let layout = configuration.layout
        trunk = UNetTrunk(scope, layout)
        let levels = layout.blockOutChannels.indices.map(layout.up)
        var skips = layout.skipChannels
        upBlocks = levels.enumerated().map { index, level in
            let own = Array(skips.suffix(level.layers).reversed())
            skips.removeLast(min(level.layers, skips.count))
            return UNetUpBlock(
                scope / "up_blocks" / index, in: levels[max(index - 1, 0)].channels, skips: own,
                level, layout.shared, upsamples: index < levels.count - 1)
        }
        let first = layout.blockOutChannels[0]
        convNormOut = GroupNorm(
            scope / "conv_norm_out", groups: layout.groups, channels: first, eps: layout.eps)
        convOut = Conv2d(
            scope / "conv_out", in: first, out: configuration.outChannels,
            kernel: configuration.convOutKernel, padding: (configuration.convOutKernel - 1) / 2)
    }

    /// Predicts the noise (or what the scheduler's prediction type says).
    ///
    /// - Parameters:
    ///   - sample: noisy latents `[B, in_channels, H, W]`, any size; or `[b, ...]` with B a multiple
    ///     of b, where the same pictures are wanted under several texts, as guidance does: what
    ///     comes before the first look at the text is then computed once.
    ///   - timestep: `[]`, or one for each of the samples, 0..<1000.
    ///   - context: text `[B, M, cross_attention_dim]`.
    ///   - contextMask: `[B, M]`, 1 where a token counts; all count if nil.
    ///   - added: SDXL's added conditions, where the network has them.
    ///   - guidance: the scale of guidance to follow, where the network does that by itself; 1 if nil.
    ///   - residuals: what ControlNets add.
    ///   - images: image prompts of IP-Adapters.
    ///   - hooks: see ``FeatureHooks``.
    /// - Returns: `[B, out_channels, H, W]`.
    /// - Throws: `TorchError` for shapes that do not fit; ``DiffusionError`` for missing conditions.
    public func callAsFunction(
        _ sample: Tensor, timestep: Tensor, context: Tensor, contextMask: Tensor? = nil,
        added: AddedConditions? = nil, guidance: Double? = nil,
        residuals: ControlResiduals? = nil, images: [ImagePrompt] = [], hooks: FeatureHooks = .none
    ) throws -> Tensor {
        // Added conditions move the first block already.
        let sample = try added == nil ? sample : sample.spread(to: context.pictures)
        let pass = UNetPass(
            time: try trunk.embedding(
                timestep, batch: sample.pictures, added: added, guidance: guidance,
                dtype: sample.dtype),
            context: context, contextMask: try contextMask.map(attentionBias(dtype: sample.dtype)),
            images: images, hooks: hooks, checkpoints: checkpoints)
        let input = try configuration.centerInputSample ? sample * 2 - 1 : sample
        var (x, skips) = try trunk.down(hooks("conv_in", trunk.convIn(input)), pass)
        if let residuals {
            guard residuals.down.count == skips.count else {
                throw DiffusionError(
                    "Expected \(skips.count) ControlNet residuals for this UNet, found "
                        + "\(residuals.down.count); take a ControlNet of the same family.")
            }
            skips = try zip(skips, residuals.down).map { try $0.plus($1) }
        }
        skips = try skips.enumerated().map { try hooks("down_block_res_samples.\($0)", $1) }
        if let mid = trunk.midBlock { x = try pass([x]) { [try mid($0[0], $1)] }[0] }
        if let residuals { x = try x.plus(residuals.mid) }
        x = try hooks("mid_block_res_sample", x)
        for block in upBlocks {
            let own = Array(skips.suffix(block.resnets.count))
            skips.removeLast(own.count)
            // To the size of what is joined next: twice its own, but for odd sizes.
            let size = skips.last.map { Array($0.shape.suffix(2)) }
            x = try pass([x] + own) { [try block($0[0], skips: Array($0[1...]), size, $1)] }[0]
        }
        // A network that never looks at the text says the same whatever it is.
        return try hooks("conv_out", pass.spread(convOut(convNormOut(x, silu: true))))
    }

    /// 0 where a token counts, a large negative number elsewhere: `[B, M]` to `[B, 1, 1, M]`.
    private func attentionBias(dtype: DType) -> (Tensor) throws -> Tensor {
        { mask in
            try ((1 - mask.to(dtype)) * -10000.0).unsqueezed(1).unsqueezed(1)
        }
    }
}
