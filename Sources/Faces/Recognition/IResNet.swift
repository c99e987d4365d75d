import Layers
import Torch

/// The residual network of ArcFace: Deng et al. 2019, after He et al. 2016.
///
/// arcface_torch's `IResNet`, with its keys: `conv1, bn1, prelu, layer{1...4}.N, bn2, fc, features`.
/// Widths and the side of the face are free; the published ones are in ``ArcFaceConfiguration``.
struct IResNet {
    private let conv1: Conv2d
    private let bn1, bn2, features: BatchNorm
    private let prelu: PReLU
    private let stages: [[IBasicBlock]]
    private let dropout: Dropout
    private let fc: Linear

    /// Of `features`, whose scale is 1 for ever: the margin loss sets the scale of embeddings.
    static let fixedKey = "features.weight"

    init(
        _ scope: Scope, layers: [Int], planes: [Int], stem: Int, embedding: Int, lastSide: Int,
        dropout: Double
    ) {
        conv1 = Conv2d(
            scope / "conv1", in: 3, out: stem, kernel: 3, padding: 1, bias: false,
            initializer: convolutionStart)
        bn1 = BatchNorm(scope / "bn1", channels: stem)
        prelu = PReLU(scope / "prelu", channels: stem)
        var inputs = stem
        stages = zip(layers, planes).enumerated().map { stage, sizes in
            (0..<sizes.0).map { index in
                defer { inputs = sizes.1 }
                return IBasicBlock(
                    scope / "layer\(stage + 1)" / index, in: inputs, out: sizes.1,
                    stride: index == 0 ? 2 : 1)
            }
        }
        bn2 = BatchNorm(scope / "bn2", channels: inputs)
        self.dropout = Dropout(dropout)
        fc = Linear(scope / "fc", in: inputs * lastSide * lastSide, out: embedding)
        features = BatchNorm(scope / "features", channels: embedding)
    }

    /// `[B, 3, S, S]` to `[B, embedding]`.
    func callAsFunction(_ x: Tensor, training: Bool, generator: Generator?) throws -> Tensor {
        var x = try prelu(bn1(conv1(x), training: training))
        for block in stages.joined() { x = try block(x, training: training) }
        x = try bn2(x, training: training).flattened(from: 1)  // [B, planes * side * side]
        x = try fc(dropout(x, generator: training ? generator : nil))
        return try features(x, training: training)
    }
}

/// What every convolution of arcface_torch's residual networks starts from.
private let convolutionStart = Initializer.normal(std: 0.1)

/// Two convolutions between three batch norms; no activation after the sum. The second convolution
/// strides, and the shortcut sees the input before its norm. Duta et al. 2020 ("improved").
private struct IBasicBlock {
    let bn1, bn2, bn3: BatchNorm
    let conv1, conv2: Conv2d
    let prelu: PReLU
    let downsample: (conv: Conv2d, norm: BatchNorm)?

    init(_ scope: Scope, in inputs: Int, out outputs: Int, stride: Int) {
        bn1 = BatchNorm(scope / "bn1", channels: inputs)
        conv1 = Conv2d(
            scope / "conv1", in: inputs, out: outputs, kernel: 3, padding: 1, bias: false,
            initializer: convolutionStart)
        bn2 = BatchNorm(scope / "bn2", channels: outputs)
        prelu = PReLU(scope / "prelu", channels: outputs)
        conv2 = Conv2d(
            scope / "conv2", in: outputs, out: outputs, kernel: 3, stride: stride, padding: 1,
            bias: false, initializer: convolutionStart)
        bn3 = BatchNorm(scope / "bn3", channels: outputs)
        let keeps = stride == 1 && inputs == outputs
        downsample =
            keeps
            ? nil
            : (
                Conv2d(
                    scope / "downsample" / 0, in: inputs, out: outputs, kernel: 1, stride: stride,
                    bias: false, initializer: convolutionStart),
                BatchNorm(scope / "downsample" / 1, channels: outputs)
            )
    }

    /// `[B, inputs, H, W]` to `[B, outputs, H / stride, W / stride]`, sizes rounded up.
    func callAsFunction(_ x: Tensor, training: Bool) throws -> Tensor {
        var y = try bn2(conv1(bn1(x, training: training)), training: training)
        y = try bn3(conv2(prelu(y)), training: training)
        guard let downsample else { return try y + x }
        return try y + downsample.norm(downsample.conv(x), training: training)
    }
}
