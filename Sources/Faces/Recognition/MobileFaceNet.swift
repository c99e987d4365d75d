import Layers
import Torch

/// A small recogniser of depthwise convolutions. Chen et al. 2018, "MobileFaceNets".
///
/// arcface_torch's `MobileFaceNet`, with its keys: `layers.N, conv_sep, features`. Every width is a
/// multiple of `width`, which is 64 there.
struct MobileFaceNet {
    private let layers: [Stage]
    private let convSep, globalDepthwise: ConvNorm
    private let dropout: Dropout
    private let linear: Linear
    private let norm: BatchNorm

    private enum Stage {
        case convolution(ConvNorm)
        case depthwise(DepthWise)
        case residual([DepthWise])
    }

    init(
        _ scope: Scope, blocks: [Int], width: Int, scale: Int, embedding: Int, lastSide: Int,
        dropout: Double
    ) {
        let (narrow, wide) = (width * scale, 2 * width * scale)
        let list = scope / "layers"
        func residual(_ index: Int, _ count: Int, _ channels: Int, _ inner: Int) -> Stage {
            .residual(
                (0..<count).map {
                    DepthWise(
                        list / index / "layers" / $0, in: channels, out: channels, inner: inner,
                        stride: 1)
                })
        }
        func down(_ index: Int, _ inputs: Int, _ outputs: Int, _ inner: Int) -> Stage {
            .depthwise(
                DepthWise(list / index, in: inputs, out: outputs, inner: inner, stride: 2))
        }
        layers = [
            .convolution(
                ConvNorm(list / 0, in: 3, out: narrow, kernel: 3, stride: 2, padding: 1)),
            blocks[0] == 1
                ? .convolution(
                    ConvNorm(
                        list / 1, in: narrow, out: narrow, kernel: 3, padding: 1, groups: width))
                : residual(1, blocks[0], narrow, 2 * width),
            down(2, narrow, narrow, 2 * width),
            residual(3, blocks[1], narrow, 2 * width),
            down(4, narrow, wide, 4 * width),
            residual(5, blocks[2], wide, 4 * width),
            down(6, wide, wide, 8 * width),
            residual(7, blocks[3], wide, 4 * width),
        ]
        let last = 8 * width
        convSep = ConvNorm(scope / "conv_sep", in: wide, out: last)
        let head = scope / "features" / "layers"
        globalDepthwise = ConvNorm(
            head / 0, in: last, out: last, kernel: lastSide, groups: last, activates: false)
        self.dropout = Dropout(dropout)
        linear = Linear(
            head / 2, in: last, out: embedding, bias: false, initializer: convolutionStart)
        norm = BatchNorm(head / 3, channels: embedding)
    }

    /// `[B, 3, S, S]` to `[B, embedding]`.
    func callAsFunction(_ x: Tensor, training: Bool, generator: Generator?) throws -> Tensor {
        var x = x
        for stage in layers {
            switch stage {
            case .convolution(let layer): x = try layer(x, training: training)
            case .depthwise(let block): x = try block(x, training: training)
            case .residual(let blocks):
                for block in blocks { x = try x + block(x, training: training) }
            }
        }
        x = try globalDepthwise(convSep(x, training: training), training: training)
        x = try dropout(x.flattened(from: 1), generator: training ? generator : nil)
        return try norm(linear(x), training: training)
    }
}

/// What the weights of arcface_torch's MobileFaceNet start from.
private let convolutionStart = Initializer.kaimingNormal(fanOut: true)

/// A convolution with batch norm and, if it activates, a PReLU: keys `layers.0`, `.1`, `.2`.
private struct ConvNorm {
    let conv: Conv2d
    let norm: BatchNorm
    let prelu: PReLU?

    init(
        _ scope: Scope, in inputs: Int, out outputs: Int, kernel: Int = 1, stride: Int = 1,
        padding: Int = 0, groups: Int = 1, activates: Bool = true
    ) {
        let layers = scope / "layers"
        conv = Conv2d(
            layers / 0, in: inputs, out: outputs, kernel: kernel, stride: stride, padding: padding,
            groups: groups, bias: false, initializer: convolutionStart)
        norm = BatchNorm(layers / 1, channels: outputs)
        prelu = activates ? PReLU(layers / 2, channels: outputs) : nil
    }

    func callAsFunction(_ x: Tensor, training: Bool) throws -> Tensor {
        let y = try norm(conv(x), training: training)
        return try prelu?(y) ?? y
    }
}

/// Widens to `inner` channels, convolves each by itself, and narrows without an activation.
/// Sandler et al. 2018, "MobileNetV2".
private struct DepthWise {
    let widen, depthwise, narrow: ConvNorm

    init(_ scope: Scope, in inputs: Int, out outputs: Int, inner: Int, stride: Int) {
        let layers = scope / "layers"
        widen = ConvNorm(layers / 0, in: inputs, out: inner)
        depthwise = ConvNorm(
            layers / 1, in: inner, out: inner, kernel: 3, stride: stride, padding: 1,
            groups: inner)
        narrow = ConvNorm(layers / 2, in: inner, out: outputs, activates: false)
    }

    /// `[B, inputs, H, W]` to `[B, outputs, H / stride, W / stride]`, sizes rounded up.
    func callAsFunction(_ x: Tensor, training: Bool) throws -> Tensor {
        try narrow(
            depthwise(widen(x, training: training), training: training), training: training)
    }
}
