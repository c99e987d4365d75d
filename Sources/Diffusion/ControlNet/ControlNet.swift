import Foundation
import Layers
import Torch

/// A copy of a UNet's down path that turns a condition picture into residuals for its skips. Zhang
/// et al. 2023. Keys as in diffusers' `ControlNetModel`.
public struct ControlNet {
    /// What it was built from.
    public let configuration: ControlNetConfiguration
    let trunk: UNetTrunk
    let controlnetCondEmbedding: ConditionEmbedding
    let heads: ControlHeads

    /// Takes the network's parameters from `scope`; new ones start without effect.
    public init(_ scope: Scope, _ configuration: ControlNetConfiguration) {
        self.configuration = configuration
        let layout = configuration.layout
        trunk = UNetTrunk(scope, layout)
        controlnetCondEmbedding = ConditionEmbedding(
            scope / "controlnet_cond_embedding", in: configuration.conditioningChannels,
            through: configuration.conditioningEmbeddingOutChannels,
            out: layout.blockOutChannels[0])
        heads = ControlHeads(scope, layout)
    }

    /// A condition picture as the network's first block takes it: the same at every step.
    ///
    /// - Parameter condition: picture `[B, 3, 8 H, 8 W]`, RGB in 0...1.
    /// - Returns: `[B, block_out_channels[0], H, W]`.
    /// - Throws: `TorchError` for shapes that do not fit.
    public func embedded(_ condition: Tensor) throws -> Tensor {
        try controlnetCondEmbedding(configuration.isBGR ? condition.flipped([1]) : condition)
    }

    /// Computes the residuals.
    ///
    /// - Parameters:
    ///   - sample: noisy latents `[B, in_channels, H, W]`, or `[b, ...]`, as of a UNet.
    ///   - timestep: `[]`, or one for each of the samples, 0..<1000.
    ///   - context: text `[B, M, cross_attention_dim]`.
    ///   - condition: picture `[B, 3, 8 H, 8 W]`, RGB in 0...1, one for each of the samples.
    ///   - scale: of all residuals.
    ///   - guess: weights them from 0.1 at the shallowest to 1 in the middle, so that the picture
    ///     leads without a prompt.
    ///   - added: SDXL's added conditions, where the network has them.
    ///   - images: image prompts.
    ///   - hooks: see ``FeatureHooks``.
    /// - Returns: one residual for each of the UNet's skips, and one for its middle; shallow ones of
    ///   b pictures if the sample is.
    /// - Throws: `TorchError` for shapes that do not fit; ``DiffusionError`` for missing conditions.
    public func callAsFunction(
        _ sample: Tensor, timestep: Tensor, context: Tensor, condition: Tensor, scale: Double = 1,
        guess: Bool = false, added: AddedConditions? = nil, images: [ImagePrompt] = [],
        hooks: FeatureHooks = .none
    ) throws -> ControlResiduals {
        try self(
            sample, timestep: timestep, context: context, embedded: embedded(condition),
            scale: scale, guess: guess, added: added, images: images, hooks: hooks)
    }

    /// Computes the residuals from what ``embedded(_:)`` made of the picture, which a run needs once.
    public func callAsFunction(
        _ sample: Tensor, timestep: Tensor, context: Tensor, embedded condition: Tensor,
        scale: Double = 1, guess: Bool = false, added: AddedConditions? = nil,
        images: [ImagePrompt] = [], hooks: FeatureHooks = .none
    ) throws -> ControlResiduals {
        // Added conditions move the first block already.
        let batch = added == nil ? sample.pictures : context.pictures
        let (sample, condition) = try (sample.spread(to: batch), condition.spread(to: batch))
        let pass = UNetPass(
            time: try trunk.embedding(
                timestep, batch: sample.pictures, added: added, dtype: sample.dtype),
            context: context, contextMask: nil, images: images, hooks: hooks)
        let start = try trunk.convIn(sample) + condition
        var (x, skips) = try trunk.down(hooks("conv_in", start), pass)
        if let mid = trunk.midBlock { x = try mid(x, pass) }
        var maps = try heads(skips + [x])
        let last = Double(maps.count - 1)
        maps = try maps.enumerated().map { index, map in
            let weight =
                guess && !configuration.globalPoolConditions ? pow(10, Double(index) / last - 1) : 1
            return try map * (weight * scale)
        }
        if configuration.globalPoolConditions {
            maps = try maps.map { try $0.mean([2, 3], keepDims: true) }
        }
        let mid = maps.removeLast()
        return ControlResiduals(
            down: try maps.enumerated().map { try hooks("down_block_res_samples.\($0)", $1) },
            mid: try hooks("mid_block_res_sample", mid))
    }
}

/// A convolution for each level of a UNet's down path and its middle, which starts at zero; keys
/// `controlnet_down_blocks.N`, `controlnet_mid_block`.
struct ControlHeads {
    private let controlnetDownBlocks: [Conv2d]
    private let controlnetMidBlock: Conv2d

    init(_ scope: Scope, _ layout: UNetLayout) {
        controlnetDownBlocks = layout.skipChannels.enumerated().map { index, channels in
            Conv2d(
                scope / "controlnet_down_blocks" / index, in: channels, out: channels, kernel: 1,
                initializer: .zeros)
        }
        let deepest = layout.blockOutChannels[layout.blockOutChannels.count - 1]
        controlnetMidBlock = Conv2d(
            scope / "controlnet_mid_block", in: deepest, out: deepest, kernel: 1,
            initializer: .zeros)
    }

    /// Features of all levels, the middle's last, to residuals of the same shapes.
    func callAsFunction(_ features: [Tensor]) throws -> [Tensor] {
        try zip(controlnetDownBlocks + [controlnetMidBlock], features).map { try $0($1) }
    }
}

/// Convolutions that shrink a condition picture eight times; keys `conv_in`, `blocks.N`, `conv_out`.
struct ConditionEmbedding {
    let convIn, convOut: Conv2d
    let blocks: [Conv2d]

    init(_ scope: Scope, in inputs: Int, through channels: [Int], out outputs: Int) {
        convIn = Conv2d(scope / "conv_in", in: inputs, out: channels[0], kernel: 3, padding: 1)
        blocks = zip(channels, channels.dropFirst()).enumerated().flatMap { index, pair in
            [
                Conv2d(
                    scope / "blocks" / (2 * index), in: pair.0, out: pair.0, kernel: 3, padding: 1),
                Conv2d(
                    scope / "blocks" / (2 * index + 1), in: pair.0, out: pair.1, kernel: 3,
                    stride: 2, padding: 1),
            ]
        }
        convOut = Conv2d(
            scope / "conv_out", in: channels[channels.count - 1], out: outputs, kernel: 3,
            padding: 1, initializer: .zeros)
    }

    func callAsFunction(_ picture: Tensor) throws -> Tensor {
        var x = try silu(convIn(picture))
        for block in blocks { x = try silu(block(x)) }
        return try convOut(x)
    }
}
