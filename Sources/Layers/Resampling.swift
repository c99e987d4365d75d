import Torch

/// How ``interpolate(_:size:mode:alignCorners:antialias:)`` fills in between pixels.
public enum InterpolationMode: Hashable, Sendable {
    /// PyTorch's `nearest`: the source pixel at floor(i * scale).
    case nearest
    /// `nearest-exact`: the source pixel whose centre is nearest, as PIL and scikit-image do.
    case nearestExact
    case bilinear
    case bicubic
}

/// Resizes pictures.
///
/// - Parameters:
///   - x: `[B, C, H, W]`.
///   - size: `[H', W']`.
///   - mode: the kernel.
///   - alignCorners: centres of the corner pixels coincide (bilinear and bicubic only).
///   - antialias: widens the kernel when shrinking, as PIL does (bilinear and bicubic only).
/// - Returns: `[B, C, H', W']`.
/// - Throws: `TorchError` for other ranks and sizes below 1.
public func interpolate(
    _ x: Tensor, size: [Int], mode: InterpolationMode, alignCorners: Bool = false,
    antialias: Bool = false
) throws -> Tensor {
    switch (mode, antialias) {
    case (.nearest, _): try Operator.upsampleNearest(x, size)
    case (.nearestExact, _): try Operator.upsampleNearestExact(x, size)
    case (.bilinear, false): try Operator.upsampleBilinear(x, size, alignCorners)
    case (.bilinear, true): try Operator.upsampleBilinearAA(x, size, alignCorners)
    case (.bicubic, false): try Operator.upsampleBicubic(x, size, alignCorners)
    case (.bicubic, true): try Operator.upsampleBicubicAA(x, size, alignCorners)
    }
}

/// What lies outside the picture for ``gridSample(_:_:mode:padding:alignCorners:)`` and
/// ``pad(_:_:mode:value:)``.
public enum PaddingMode: String, Hashable, Sendable {
    case zeros = "constant"
    /// The nearest border pixel.
    case border = "replicate"
    /// Mirrored at the border, which is not repeated.
    case reflection = "reflect"
}

/// Samples a picture at given places. Jaderberg et al. 2015.
///
/// - Parameters:
///   - x: `[B, C, H, W]`.
///   - grid: `[B, H', W', 2]`, (x, y) in -1...1 from the left or top edge to the other.
///   - mode: bilinear, nearest or bicubic.
///   - padding: what lies outside.
///   - alignCorners: -1 and 1 are the centres of the corner pixels, not their outer edges.
/// - Returns: `[B, C, H', W']`.
/// - Throws: `TorchError` for shapes that do not fit.
public func gridSample(
    _ x: Tensor, _ grid: Tensor, mode: InterpolationMode = .bilinear, padding: PaddingMode = .zeros,
    alignCorners: Bool = false
) throws -> Tensor {
    let kernel: Int
    switch mode {
    case .bilinear: kernel = 0
    case .nearest, .nearestExact: kernel = 1
    case .bicubic: kernel = 2
    }
    let outside: Int
    switch padding {
    case .zeros: outside = 0
    case .border: outside = 1
    case .reflection: outside = 2
    }
    // In float32: bf16 places are a tenth of a cell off on 64 cells, and of bf16 pictures that lie
    // channels last libtorch's CPU kernel makes NaN.
    let exact = x.dtype == .float64 ? DType.float64 : .float32
    return try Operator.gridSampler(
        x.to(exact), grid.to(exact), kernel, outside, alignCorners
    ).to(x.dtype)
}

/// Adds `padding` elements around the last dimensions.
///
/// - Parameters:
///   - x: any shape.
///   - padding: before and after the last dimension, then the one before it, and so on.
///   - mode: what is added.
///   - value: with `.zeros`, another constant.
/// - Returns: the larger tensor.
/// - Throws: `TorchError` if a reflection is wider than the picture.
public func pad(_ x: Tensor, _ padding: [Int], mode: PaddingMode = .zeros, value: Double = 0) throws
    -> Tensor
{
    try Operator.pad(x, padding, mode.rawValue, mode == .zeros ? value : nil)
}

/// `[B, C r^2, H, W]` to `[B, C, r H, r W]`. Shi et al. 2016.
public func pixelShuffle(_ x: Tensor, factor: Int) throws -> Tensor {
    try Operator.pixelShuffle(x, factor)
}

/// `[B, C, r H, r W]` to `[B, C r^2, H, W]`: undoes ``pixelShuffle(_:factor:)``.
public func pixelUnshuffle(_ x: Tensor, factor: Int) throws -> Tensor {
    try Operator.pixelUnshuffle(x, factor)
}

/// Largest element of each window. `[B, C, H, W]`; `stride` is the kernel's side if nil.
public func maxPool2d(
    _ x: Tensor, kernel: Int, stride: Int? = nil, padding: Int = 0, ceilMode: Bool = false
) throws -> Tensor {
    let step = stride ?? kernel
    return try Operator.maxPool2d(
        x, [kernel, kernel], [step, step], [padding, padding], [1, 1], ceilMode)
}

/// Mean of each window. `[B, C, H, W]`; `stride` is the kernel's side if nil.
public func avgPool2d(
    _ x: Tensor, kernel: Int, stride: Int? = nil, padding: Int = 0, countsPadding: Bool = true
) throws -> Tensor {
    let step = stride ?? kernel
    return try Operator.avgPool2d(
        x, [kernel, kernel], [step, step], [padding, padding], false, countsPadding)
}

/// Means over windows that tile the picture into `size` `[H', W']`.
public func adaptiveAvgPool2d(_ x: Tensor, size: [Int]) throws -> Tensor {
    try Operator.adaptiveAvgPool2d(x, size)
}

extension Operator {
    static let upsampleNearest = Operator("aten::upsample_nearest2d")
    static let upsampleNearestExact = Operator("aten::_upsample_nearest_exact2d")
    static let upsampleBilinear = Operator("aten::upsample_bilinear2d")
    static let upsampleBilinearAA = Operator("aten::_upsample_bilinear2d_aa")
    static let upsampleBicubic = Operator("aten::upsample_bicubic2d")
    static let upsampleBicubicAA = Operator("aten::_upsample_bicubic2d_aa")
    static let gridSampler = Operator("aten::grid_sampler")
    static let pad = Operator("aten::pad")
    static let pixelShuffle = Operator("aten::pixel_shuffle")
    static let pixelUnshuffle = Operator("aten::pixel_unshuffle")
    static let maxPool2d = Operator("aten::max_pool2d")
    static let avgPool2d = Operator("aten::avg_pool2d")
    static let adaptiveAvgPool2d = Operator("aten::adaptive_avg_pool2d")
}
