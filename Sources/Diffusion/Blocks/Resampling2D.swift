import Layers
import Torch

/// Halves a feature map by a strided 3x3 convolution; key `conv`.
struct Downsample2D {
    let path: String
    let conv: Conv2d
    let padsEnd: Bool

    /// Padding is 1 in UNets; 0 adds a row and a column at the end only, as autoencoders do.
    init(_ scope: Scope, channels: Int, padding: Int) {
        path = scope.path
        conv = Conv2d(
            scope / "conv", in: channels, out: channels, kernel: 3, stride: 2, padding: padding)
        padsEnd = padding == 0
    }

    /// `[B, C, H, W]` to `[B, C, ceil(H / 2), ceil(W / 2)]`; with padding 0, rounded down.
    func callAsFunction(_ x: Tensor, hooks: FeatureHooks = .none) throws -> Tensor {
        try hooks(path, conv(padsEnd ? pad(x, [0, 1, 0, 1]) : x))
    }
}

/// Doubles a feature map, nearest neighbour, then a 3x3 convolution; key `conv`.
struct Upsample2D {
    let path: String
    let conv: Conv2d

    init(_ scope: Scope, channels: Int) {
        path = scope.path
        conv = Conv2d(scope / "conv", in: channels, out: channels, kernel: 3, padding: 1)
    }

    /// `[B, C, H, W]` to `[B, C] + size`; twice the size if nil.
    func callAsFunction(_ x: Tensor, size: [Int]? = nil, hooks: FeatureHooks = .none) throws
        -> Tensor
    {
        guard let size, size != x.shape.suffix(2).map({ 2 * $0 }) else {
            return try hooks(path, conv.doubling(x))
        }
        return try hooks(path, conv(interpolate(x, size: size, mode: .nearest)))
    }
}
