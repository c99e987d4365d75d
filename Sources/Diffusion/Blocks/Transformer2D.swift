import Layers
import Torch

/// Self-attention, attention to the text, feed-forward, each added to what came; keys `norm1`,
/// `attn1`, `norm2`, `attn2`, `norm3`, `ff`.
struct BasicTransformerBlock {
    let path: String
    let norm1, norm2, norm3: LayerNorm
    let attn1, attn2: Attention
    let ff: FeedForward

    init(_ scope: Scope, channels: Int, context: Int, heads: Int) {
        path = scope.path
        norm1 = LayerNorm(scope / "norm1", channels: channels)
        attn1 = Attention(scope / "attn1", channels: channels, heads: heads)
        norm2 = LayerNorm(scope / "norm2", channels: channels)
        attn2 = Attention(scope / "attn2", channels: channels, context: context, heads: heads)
        norm3 = LayerNorm(scope / "norm3", channels: channels)
        ff = FeedForward(scope / "ff", channels: channels)
    }

    /// `[b, N, C]` to `[B, N, C]`; b is less than B before the first look at the text.
    func callAsFunction(_ x: Tensor, _ pass: UNetPass) throws -> Tensor {
        var x = try pass.spread(x + attn1(norm1(x), images: pass.images, hooks: pass.hooks))
        x =
            try x
            + attn2(
                x, norm: norm2, context: pass.context, mask: pass.contextMask,
                images: pass.images, hooks: pass.hooks)
        return try pass.hooks(path, x + ff(norm3(x)))
    }
}

/// Transformer blocks over the pixels of a feature map; keys `norm`, `proj_in`,
/// `transformer_blocks.N`, `proj_out`. Rombach et al. 2022, appendix E.
struct Transformer2D {
    /// 1x1 convolutions in SD1.5, linear layers in SDXL: the same product, other shapes.
    enum Projection {
        case conv(Conv2d)
        case linear(Linear)
    }

    let path: String
    let norm: GroupNorm
    let projIn, projOut: Projection
    let transformerBlocks: [BasicTransformerBlock]

    init(
        _ scope: Scope, channels: Int, context: Int, heads: Int, depth: Int, groups: Int,
        linear: Bool
    ) {
        path = scope.path
        // Not the UNet's norm_eps: the reference fixes this one at 1e-6.
        norm = GroupNorm(scope / "norm", groups: groups, channels: channels, eps: 1e-6)
        func projection(_ name: String) -> Projection {
            linear
                ? .linear(Linear(scope / name, in: channels, out: channels))
                : .conv(Conv2d(scope / name, in: channels, out: channels, kernel: 1))
        }
        projIn = projection("proj_in")
        transformerBlocks = (0..<depth).map {
            BasicTransformerBlock(
                scope / "transformer_blocks" / $0, channels: channels, context: context,
                heads: heads)
        }
        projOut = projection("proj_out")
    }

    /// `[b, C, H, W]` to `[B, C, H, W]`; b is less than B before the first look at the text.
    func callAsFunction(_ x: Tensor, _ pass: UNetPass) throws -> Tensor {
        let shape = x.shape
        var tokens = try norm(x)
        if case .conv(let conv) = projIn { tokens = try conv(tokens) }
        // [b, C, H, W] to [b, H * W, C]
        tokens = try tokens.permuted([0, 2, 3, 1]).reshaped([shape[0], -1, shape[1]])
        if case .linear(let linear) = projIn { tokens = try linear(tokens) }
        for block in transformerBlocks { tokens = try block(tokens, pass) }
        if case .linear(let linear) = projOut { tokens = try linear(tokens) }
        var pixels = try tokens.reshaped([-1, shape[2], shape[3], shape[1]])
            .permuted([0, 3, 1, 2])
        if case .conv(let conv) = projOut { pixels = try conv(pixels) }
        return try pass.hooks(path, pixels + pass.spread(x))
    }
}
