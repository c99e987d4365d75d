import Layers
import Torch

/// Channels and depths of one level.
struct UNetLevel {
    let channels: Int
    let layers: Int
    /// nil without attention (`DownBlock2D`, `UpBlock2D`).
    let attention: UNetAttention?
}

/// The attention of one level.
struct UNetAttention {
    let context, heads: Int
    /// Transformer blocks of each attention, or one number for all.
    let depths: [Int]
    let linear: Bool
}

/// What all blocks share.
struct UNetShared {
    let time, groups: Int
    let eps: Double
    let downsamplePadding: Int
    /// What the middle block's resnets are divided by.
    let midScale: Double
}

extension UNetAttention {
    func layer(_ scope: Scope, _ index: Int, channels: Int, groups: Int) -> Transformer2D {
        Transformer2D(
            scope / "attentions" / index, channels: channels, context: context, heads: heads,
            depth: index < depths.count ? depths[index] : depths.first ?? 1, groups: groups,
            linear: linear)
    }
}

/// `DownBlock2D` and `CrossAttnDownBlock2D`; keys `resnets.N`, `attentions.N`, `downsamplers.0`.
struct UNetDownBlock {
    let path: String
    let resnets: [ResnetBlock2D]
    let attentions: [Transformer2D]
    let downsampler: Downsample2D?

    init(
        _ scope: Scope, in inputs: Int, _ level: UNetLevel, _ shared: UNetShared,
        downsamples: Bool
    ) {
        path = scope.path
        resnets = (0..<level.layers).map {
            ResnetBlock2D(
                scope / "resnets" / $0, in: $0 == 0 ? inputs : level.channels,
                out: level.channels, time: shared.time, groups: shared.groups, eps: shared.eps)
        }
        attentions = (0..<level.layers).compactMap {
            level.attention?.layer(
                scope, $0, channels: level.channels, groups: shared.groups)
        }
        downsampler =
            downsamples
            ? Downsample2D(
                scope / "downsamplers" / 0, channels: level.channels,
                padding: shared.downsamplePadding) : nil
    }

    /// Gives the block's output and what the up path will join: one a layer, one more for the
    /// downsampler.
    func callAsFunction(_ x: Tensor, _ pass: UNetPass) throws -> (output: Tensor, skips: [Tensor]) {
        var x = x
        var skips: [Tensor] = []
        for (index, resnet) in resnets.enumerated() {
            x = try resnet(x, time: pass.time(for: x), hooks: pass.hooks)
            if index < attentions.count { x = try attentions[index](x, pass) }
            skips.append(x)
        }
        if let downsampler {
            x = try downsampler(x, hooks: pass.hooks)
            skips.append(x)
        }
        return (try pass.hooks(path, x), skips)
    }
}

/// `UNetMidBlock2DCrossAttn`, or one resnet alone (`UNetMidBlock2D`).
struct UNetMidBlock {
    let path: String
    let resnets: [ResnetBlock2D]
    let attention: Transformer2D?

    init(_ scope: Scope, _ level: UNetLevel, _ shared: UNetShared) {
        path = scope.path
        resnets = (0..<(level.attention == nil ? 1 : 2)).map {
            ResnetBlock2D(
                scope / "resnets" / $0, in: level.channels, out: level.channels,
                time: shared.time, groups: shared.groups, eps: shared.eps, divisor: shared.midScale)
        }
        attention = level.attention?.layer(
            scope, 0, channels: level.channels, groups: shared.groups)
    }

    func callAsFunction(_ x: Tensor, _ pass: UNetPass) throws -> Tensor {
        var x = x
        for (index, resnet) in resnets.enumerated() {
            if index == 1, let attention { x = try attention(x, pass) }
            x = try resnet(x, time: pass.time(for: x), hooks: pass.hooks)
        }
        return try pass.hooks(path, x)
    }
}

/// `UpBlock2D` and `CrossAttnUpBlock2D`; keys `resnets.N`, `attentions.N`, `upsamplers.0`.
struct UNetUpBlock {
    let path: String
    let resnets: [ResnetBlock2D]
    let attentions: [Transformer2D]
    let upsampler: Upsample2D?

    /// `inputs` channels come up from below; `skips` are the channels of the skip connections, in the
    /// order they are joined.
    init(
        _ scope: Scope, in inputs: Int, skips: [Int], _ level: UNetLevel, _ shared: UNetShared,
        upsamples: Bool
    ) {
        path = scope.path
        resnets = skips.enumerated().map { index, skip in
            ResnetBlock2D(
                scope / "resnets" / index, in: (index == 0 ? inputs : level.channels) + skip,
                out: level.channels, time: shared.time, groups: shared.groups, eps: shared.eps)
        }
        attentions = skips.indices.compactMap {
            level.attention?.layer(
                scope, $0, channels: level.channels, groups: shared.groups)
        }
        upsampler =
            upsamples ? Upsample2D(scope / "upsamplers" / 0, channels: level.channels) : nil
    }

    /// `x` comes up, `[B, in, h, w]`, and is joined by `skips`, the last one first; the upsampler
    /// gives height and width `size`, or twice its own.
    func callAsFunction(_ x: Tensor, skips: [Tensor], _ size: [Int]?, _ pass: UNetPass) throws
        -> Tensor
    {
        var x = x
        for (index, (resnet, skip)) in zip(resnets, skips.reversed()).enumerated() {
            let both = try Tensor.cat(
                [x.spread(to: skip.pictures), skip.spread(to: x.pictures)], along: 1)
            x = try resnet(both, time: pass.time(for: both), hooks: pass.hooks)
            if index < attentions.count { x = try attentions[index](x, pass) }
        }
        if let upsampler { x = try upsampler(x, size: size, hooks: pass.hooks) }
        return try pass.hooks(path, x)
    }
}
