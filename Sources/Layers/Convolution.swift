import Torch

/// 2-D convolution; keys `weight` `[out, in / groups, kH, kW]`, `bias` `[out]`.
public struct Conv2d {
    /// `[out, in / groups, kH, kW]`.
    public var weight: Tensor { adapters.weight }
    /// `[out]`.
    public let bias: Tensor?
    let stride, padding, dilation: [Int]
    let groups: Int
    let adapters: AdapterSlot

    /// Takes the layer's parameters from `scope`.
    ///
    /// - Parameters:
    ///   - scope: where `weight` and `bias` lie.
    ///   - inputs: channels in.
    ///   - outputs: channels out.
    ///   - kernel: side of the square kernel, pixels.
    ///   - stride: step, pixels.
    ///   - padding: zeros added on every side, pixels.
    ///   - dilation: distance between kernel taps, pixels.
    ///   - groups: blocks of channels that do not mix.
    ///   - bias: whether there is a `bias`.
    ///   - initializer: of the weight; PyTorch's by default. `.zeros` with bias 0 for zero-convs.
    public init(
        _ scope: Scope, in inputs: Int, out outputs: Int, kernel: Int, stride: Int = 1,
        padding: Int = 0, dilation: Int = 1, groups: Int = 1, bias: Bool = true,
        initializer: Initializer = .kaimingUniform()
    ) {
        let fanIn = inputs / groups * kernel * kernel
        let weight = scope.parameter(
            "weight", [outputs, inputs / groups, kernel, kernel], initializer)
        self.bias = bias ? scope.parameter("bias", [outputs], biasStart(initializer, fanIn)) : nil
        self.stride = [stride, stride]
        self.padding = [padding, padding]
        self.dilation = [dilation, dilation]
        self.groups = groups
        adapters = scope.adapterSlot(
            weight,
            .convolution(
                stride: self.stride, padding: self.padding, dilation: self.dilation, groups: groups)
        )
    }

    /// Maps `[B, in, H, W]` to `[B, out, H', W']`.
    public func callAsFunction(_ x: Tensor) throws -> Tensor {
        let own = adapters.layerWeight
        let y: Tensor
        if isStridedDepthwise {
            y = try Operator.depthwiseConv(x, own.plain, stride[0], padding[0])
        } else if groups == 1,
            let packed = try own.packed(
                for: x, bias: bias,
                by: { try Operator.packConv2d($0, stride, padding, dilation, x.shape) })
        {
            y = try Operator.packedConv2d(x, packed, bias, stride, padding, dilation)
        } else {
            y = try Operator.conv2d(x, own.plain, bias, stride, padding, dilation, groups)
        }
        // Each output is a sum over a kernel of its group's inputs.
        FlopCount.add { 2 * Double(y.count) * Double(own.shape.dropFirst().reduce(1, *)) }
        return try adapters(y, from: x)
    }

    /// Whether ``FusedKernels`` have a gradient for it that libtorch's is slow at.
    private var isStridedDepthwise: Bool {
        bias == nil && groups > 1 && adapters.layerWeight.shape.prefix(2) == [groups, 1]
            && stride[0] > 1 && dilation == [1, 1]
    }

    /// Doubles `[B, in, H, W]`, nearest neighbour, and convolves that: `[B, out, 2 H, 2 W]`.
    ///
    /// Of nine taps several fall on the same source pixel, so where ``FusedKernels`` run a 3x3 kernel
    /// takes 4/9 of the work.
    public func doubling(_ x: Tensor) throws -> Tensor {
        let size = x.shape.suffix(2).map { 2 * $0 }
        let shape = adapters.layerWeight.shape
        guard shape.suffix(2) == [3, 3], stride == [1, 1], padding == [1, 1],
            dilation == [1, 1], groups == 1, adapters.isIdle
        else { return try self(interpolate(x, size: size, mode: .nearest)) }
        let y = try Operator.upsampleConv(x, weight, bias)
        let taps = FusedKernels.areEnabled && x.dtype == .bfloat16 ? 4 : 9
        FlopCount.add { 2 * Double(y.count) * Double(shape[1] * taps) }
        return y
    }
}

/// Transposed 2-D convolution (upsampling); keys `weight` `[in, out / groups, kH, kW]`, `bias`.
public struct ConvTranspose2d {
    /// `[in, out / groups, kH, kW]`.
    public let weight: Tensor
    /// `[out]`.
    public let bias: Tensor?
    let stride, padding, outputPadding: [Int]
    let groups: Int

    /// Takes the layer's parameters from `scope`; arguments as in ``Conv2d``, with `outputPadding`
    /// rows and columns added at the end.
    public init(
        _ scope: Scope, in inputs: Int, out outputs: Int, kernel: Int, stride: Int = 1,
        padding: Int = 0, outputPadding: Int = 0, groups: Int = 1, bias: Bool = true,
        initializer: Initializer = .kaimingUniform()
    ) {
        // PyTorch counts a transposed weight's fan-in along its second dimension too.
        let fanIn = outputs / groups * kernel * kernel
        weight = scope.parameter(
            "weight", [inputs, outputs / groups, kernel, kernel], initializer)
        self.bias = bias ? scope.parameter("bias", [outputs], biasStart(initializer, fanIn)) : nil
        self.stride = [stride, stride]
        self.padding = [padding, padding]
        self.outputPadding = [outputPadding, outputPadding]
        self.groups = groups
    }

    /// Maps `[B, in, H, W]` to `[B, out, H', W']`, `H' = (H - 1) stride - 2 padding + kernel +
    /// outputPadding`.
    public func callAsFunction(_ x: Tensor) throws -> Tensor {
        // Each input spreads over a kernel of its group's outputs.
        FlopCount.add { 2 * Double(x.count) * Double(weight.count / max(weight.shape[0], 1)) }
        return try Operator.convTranspose2d(
            x, weight, bias, stride, padding, outputPadding, groups)
    }
}

/// A zero convolution starts with a zero bias; every other as PyTorch's.
private func biasStart(_ weight: Initializer, _ fanIn: Int) -> Initializer {
    if weight == .zeros { return .zeros }
    let bound = 1 / Double(max(fanIn, 1)).squareRoot()
    return .uniform(-bound, bound)
}

extension Operator {
    static let depthwiseConv = Operator("likeness::depthwise_conv")
    static let upsampleConv = Operator("likeness::upsample_conv")
    static let conv2d = Operator("aten::conv2d")
    static let packConv2d = Operator("likeness::pack_conv2d")
    static let packedConv2d = Operator("likeness::packed_conv2d")
    static let convTranspose2d = Operator("aten::conv_transpose2d", "input")
}
