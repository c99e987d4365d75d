import Layers
import Torch

/// The normalisations of an autoencoder, whatever its size.
private let eps = 1e-6

/// Two resnets with single-head attention over all pixels between; keys `resnets.N`,
/// `attentions.0`.
struct AutoencoderMidBlock {
    let resnets: [ResnetBlock2D]
    let groupNorm: GroupNorm?
    let attention: Attention?

    init(_ scope: Scope, channels: Int, groups: Int, attends: Bool) {
        resnets = (0..<2).map {
            ResnetBlock2D(
                scope / "resnets" / $0, in: channels, out: channels, time: nil, groups: groups,
                eps: eps)
        }
        let own = scope / "attentions" / 0
        groupNorm =
            attends
            ? GroupNorm(own / "group_norm", groups: groups, channels: channels, eps: eps) : nil
        attention = attends ? Attention(own, channels: channels, heads: 1, bias: true) : nil
    }

    func callAsFunction(_ x: Tensor, hooks: FeatureHooks) throws -> Tensor {
        var x = try resnets[0](x, hooks: hooks)
        if let groupNorm, let attention {
            let shape = x.shape
            // [B, C, H, W] to [B, H * W, C] and back
            let tokens = try groupNorm(x).flattened(from: 2).transposed(1, 2)
            x = try x + attention(tokens, hooks: hooks).transposed(1, 2).reshaped(shape)
        }
        return try resnets[1](x, hooks: hooks)
    }
}

/// One level of resnets and what follows them; keys `resnets.N`, `downsamplers.0` or `upsamplers.0`.
struct AutoencoderLevel {
    /// What stands at a level's end.
    enum Step { case none, down, up }

    let path: String
    let resnets: [ResnetBlock2D]
    let downsampler: Downsample2D?
    let upsampler: Upsample2D?

    init(
        _ scope: Scope, in inputs: Int, out outputs: Int, layers: Int, groups: Int, then step: Step
    ) {
        path = scope.path
        resnets = (0..<layers).map {
            ResnetBlock2D(
                scope / "resnets" / $0, in: $0 == 0 ? inputs : outputs, out: outputs, time: nil,
                groups: groups, eps: eps)
        }
        downsampler =
            step == .down
            ? Downsample2D(scope / "downsamplers" / 0, channels: outputs, padding: 0) : nil
        upsampler = step == .up ? Upsample2D(scope / "upsamplers" / 0, channels: outputs) : nil
    }

    func callAsFunction(_ x: Tensor, hooks: FeatureHooks) throws -> Tensor {
        var x = x
        for resnet in resnets { x = try resnet(x, hooks: hooks) }
        x = try downsampler?(x, hooks: hooks) ?? x
        x = try upsampler?(x, hooks: hooks) ?? x
        return try hooks(path, x)
    }
}

/// Pictures to moments; keys `conv_in`, `down_blocks.N`, `mid_block`, `conv_norm_out`, `conv_out`.
struct AutoencoderEncoder {
    let convIn, convOut: Conv2d
    let downBlocks: [AutoencoderLevel]
    let midBlock: AutoencoderMidBlock
    let convNormOut: GroupNorm

    init(_ scope: Scope, _ configuration: AutoencoderKLConfiguration) {
        let channels = configuration.blockOutChannels
        let (groups, last) = (configuration.normNumGroups, channels[channels.count - 1])
        convIn = Conv2d(
            scope / "conv_in", in: configuration.inChannels, out: channels[0], kernel: 3,
            padding: 1)
        downBlocks = channels.indices.map { index in
            AutoencoderLevel(
                scope / "down_blocks" / index, in: channels[max(index - 1, 0)],
                out: channels[index], layers: configuration.layersPerBlock, groups: groups,
                then: index < channels.count - 1 ? .down : .none)
        }
        midBlock = AutoencoderMidBlock(
            scope / "mid_block", channels: last, groups: groups,
            attends: configuration.midBlockAddAttention)
        convNormOut = GroupNorm(
            scope / "conv_norm_out", groups: groups, channels: last, eps: eps)
        convOut = Conv2d(
            scope / "conv_out", in: last, out: 2 * configuration.latentChannels, kernel: 3,
            padding: 1)
    }

    func callAsFunction(_ picture: Tensor, hooks: FeatureHooks) throws -> Tensor {
        var x = try convIn(picture)
        for block in downBlocks { x = try block(x, hooks: hooks) }
        return try convOut(convNormOut(midBlock(x, hooks: hooks), silu: true))
    }
}

/// Latents to pictures; keys `conv_in`, `mid_block`, `up_blocks.N`, `conv_norm_out`, `conv_out`.
struct AutoencoderDecoder {
    let convIn, convOut: Conv2d
    let midBlock: AutoencoderMidBlock
    let upBlocks: [AutoencoderLevel]
    let convNormOut: GroupNorm

    init(_ scope: Scope, _ configuration: AutoencoderKLConfiguration) {
        let channels = Array(configuration.blockOutChannels.reversed())
        let (groups, last) = (configuration.normNumGroups, channels[channels.count - 1])
        convIn = Conv2d(
            scope / "conv_in", in: configuration.latentChannels, out: channels[0], kernel: 3,
            padding: 1)
        midBlock = AutoencoderMidBlock(
            scope / "mid_block", channels: channels[0], groups: groups,
            attends: configuration.midBlockAddAttention)
        upBlocks = channels.indices.map { index in
            AutoencoderLevel(
                scope / "up_blocks" / index, in: channels[max(index - 1, 0)],
                out: channels[index], layers: configuration.layersPerBlock + 1, groups: groups,
                then: index < channels.count - 1 ? .up : .none)
        }
        convNormOut = GroupNorm(
            scope / "conv_norm_out", groups: groups, channels: last, eps: eps)
        convOut = Conv2d(
            scope / "conv_out", in: last, out: configuration.outChannels, kernel: 3, padding: 1)
    }

    func callAsFunction(_ latents: Tensor, hooks: FeatureHooks) throws -> Tensor {
        var x = try midBlock(convIn(latents), hooks: hooks)
        for block in upBlocks { x = try block(x, hooks: hooks) }
        return try convOut(convNormOut(x, silu: true))
    }
}
