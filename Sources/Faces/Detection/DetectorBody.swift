import Layers
import Torch

/// A convolution with batch norm and a leaky activation; keys `0` and `1`.
struct ConvBlock {
    private let conv: Conv2d
    private let norm: BatchNorm
    /// Slope below 0; nil without an activation.
    private let slope: Double?

    init(
        _ scope: Scope, at index: Int = 0, in inputs: Int, out outputs: Int, kernel: Int = 3,
        stride: Int = 1, groups: Int = 1, slope: Double?
    ) {
        conv = Conv2d(
            scope / index, in: inputs, out: outputs, kernel: kernel, stride: stride,
            padding: kernel / 2, groups: groups, bias: false)
        norm = BatchNorm(scope / (index + 1), channels: outputs)
        self.slope = slope
    }

    func callAsFunction(_ x: Tensor, training: Bool) throws -> Tensor {
        let y = try norm(conv(x), training: training)
        guard let slope else { return y }
        return try slope == 0 ? relu(y) : leakyReLU(y, slope: slope)
    }
}

/// The three feature maps of a picture, from fine to coarse.
enum DetectorBody {
    case mobileNet(MobileNetBody)
    case resNet(ResNetBody)

    init(_ scope: Scope, _ body: RetinaFaceConfiguration.Body) {
        switch body {
        case .mobileNet(let widths, let blocks):
            self = .mobileNet(MobileNetBody(scope, widths: widths, blocks: blocks))
        case .resNet(let widths, let blocks):
            self = .resNet(ResNetBody(scope, widths: widths, blocks: blocks))
        }
    }

    /// `[B, 3, H, W]` to three maps of `H / 8`, `H / 16` and `H / 32` rows, rounded up.
    func callAsFunction(_ x: Tensor, training: Bool) throws -> [Tensor] {
        switch self {
        case .mobileNet(let body): try body(x, training: training)
        case .resNet(let body): try body(x, training: training)
        }
    }
}

/// MobileNet, version 1, narrow. Howard et al. 2017. Keys `stage{1,2,3}.N`.
struct MobileNetBody {
    private let stem: ConvBlock
    private let stages: [[Block]]

    /// Each channel by itself, then all of them at each pixel; keys `0, 1` and `3, 4`.
    private struct Block {
        let depthwise, pointwise: ConvBlock

        init(_ scope: Scope, in inputs: Int, out outputs: Int, stride: Int) {
            depthwise = ConvBlock(
                scope, in: inputs, out: inputs, stride: stride, groups: inputs, slope: 0.1)
            pointwise = ConvBlock(
                scope, at: 3, in: inputs, out: outputs, kernel: 1, slope: 0.1)
        }
    }

    init(_ scope: Scope, widths: [Int], blocks: [Int]) {
        stem = ConvBlock(
            scope / "stage1" / 0, in: 3, out: widths[0], stride: 2, slope: 0.1)
        var inputs = widths[0]
        func stage(_ name: String, from first: Int, _ sizes: [(width: Int, stride: Int)])
            -> [Block]
        {
            sizes.enumerated().map { index, size in
                defer { inputs = size.width }
                return Block(
                    scope / name / (first + index), in: inputs, out: size.width,
                    stride: size.stride)
            }
        }
        func halving(_ width: Int, _ count: Int) -> [(width: Int, stride: Int)] {
            (0..<count).map { (width, $0 == 0 ? 2 : 1) }
        }
        stages = [
            stage(
                "stage1", from: 1,
                [(widths[1], 1)] + halving(widths[2], 2) + halving(widths[3], 2)),
            stage("stage2", from: 0, halving(widths[4], blocks[0])),
            stage("stage3", from: 0, halving(widths[5], blocks[1])),
        ]
    }

    func callAsFunction(_ x: Tensor, training: Bool) throws -> [Tensor] {
        var x = try stem(x, training: training)
        return try stages.map { stage in
            for block in stage {
                x = try block.pointwise(
                    block.depthwise(x, training: training), training: training)
            }
            return x
        }
    }
}

/// ResNet of bottlenecks. He et al. 2016; torchvision's keys `conv1, bn1, layer{1...4}.N`.
struct ResNetBody {
    private let conv1: Conv2d
    private let bn1: BatchNorm
    private let stages: [[Bottleneck]]

    init(_ scope: Scope, widths: [Int], blocks: [Int]) {
        conv1 = Conv2d(
            scope / "conv1", in: 3, out: widths[0], kernel: 7, stride: 2, padding: 3, bias: false,
            initializer: .kaimingNormal(fanOut: true))
        bn1 = BatchNorm(scope / "bn1", channels: widths[0])
        var inputs = widths[0]
        stages = zip(widths, blocks).enumerated().map { stage, sizes in
            (0..<sizes.1).map { index in
                defer { inputs = 4 * sizes.0 }
                return Bottleneck(
                    scope / "layer\(stage + 1)" / index, in: inputs, width: sizes.0,
                    stride: index == 0 && stage > 0 ? 2 : 1)
            }
        }
    }

    func callAsFunction(_ x: Tensor, training: Bool) throws -> [Tensor] {
        var x = try relu(bn1(conv1(x), training: training))
        x = try maxPool2d(x, kernel: 3, stride: 2, padding: 1)
        return try stages.map { stage in
            for block in stage { x = try block(x, training: training) }
            return x
        }.suffix(3)
    }
}

/// 1 x 1, 3 x 3 with the stride, 1 x 1, and a shortcut; ReLU after the sum.
private struct Bottleneck {
    let conv1, conv2, conv3: Conv2d
    let bn1, bn2, bn3: BatchNorm
    let downsample: ConvBlock?

    init(_ scope: Scope, in inputs: Int, width: Int, stride: Int) {
        func conv(_ name: String, _ a: Int, _ b: Int, _ kernel: Int, _ stride: Int = 1) -> Conv2d {
            Conv2d(
                scope / name, in: a, out: b, kernel: kernel, stride: stride, padding: kernel / 2,
                bias: false, initializer: .kaimingNormal(fanOut: true))
        }
        conv1 = conv("conv1", inputs, width, 1)
        bn1 = BatchNorm(scope / "bn1", channels: width)
        conv2 = conv("conv2", width, width, 3, stride)
        bn2 = BatchNorm(scope / "bn2", channels: width)
        conv3 = conv("conv3", width, 4 * width, 1)
        bn3 = BatchNorm(scope / "bn3", channels: 4 * width)
        downsample =
            stride == 1 && inputs == 4 * width
            ? nil
            : ConvBlock(
                scope / "downsample", in: inputs, out: 4 * width, kernel: 1, stride: stride,
                slope: nil)
    }

    func callAsFunction(_ x: Tensor, training: Bool) throws -> Tensor {
        var y = try relu(bn1(conv1(x), training: training))
        y = try relu(bn2(conv2(y), training: training))
        y = try bn3(conv3(y), training: training)
        return try relu(y + (downsample?(x, training: training) ?? x))
    }
}
