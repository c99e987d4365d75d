import Torch

/// A layer's own change through a narrow middle: `up(down(x)) * scale`. Hu et al. 2022, section 4.1.
///
/// Of a convolution, `down` is one of the same kernel, stride and padding, and `up` is 1x1.
public final class LowRankBranch {
    /// `[rank, in]` or `[rank, in, kH, kW]`.
    public let down: Tensor
    /// `[out, rank]` or `[out, rank, 1, 1]`.
    public let up: Tensor
    /// Channels of the middle.
    public let rank: Int
    /// The numerator of Hu et al.'s alpha / r.
    public let alpha: Double
    /// What a user multiplies the whole by; 1 as trained.
    public internal(set) var strength = 1.0

    init(down: Tensor, up: Tensor, rank: Int, alpha: Double) {
        (self.down, self.up, self.rank, self.alpha) = (down, up, rank, alpha)
    }

    /// What the product is multiplied by: `strength * alpha / rank`.
    public var scale: Double { strength * alpha / Double(rank) }

    func callAsFunction(_ x: Tensor, _ layer: AdapterSlot.Layer) throws -> Tensor {
        let x = try x.to(down.dtype)
        switch layer {
        case .linear:
            FlopCount.add {
                let rows = x.count / max(x.shape[x.rank - 1], 1)
                return 2 * Double(rows) * Double(down.count + up.count)
            }
            return try Operator.linear(Operator.linear(x, down), up) * scale
        case .convolution(let stride, let padding, let dilation, let groups):
            let narrow = try Operator.conv2d(
                x, down, Tensor?.none, stride, padding, dilation, groups)
            FlopCount.add {
                2 * Double(narrow.count) * Double((down.count + up.count) / rank)
            }
            return try Operator.conv2d(narrow, up) * scale
        }
    }

    /// What merging adds to the weight: float32, `[out, in * kH * kW]`.
    func delta() throws -> Tensor {
        let wide = try up.detached().to(.float32).flattened(from: 1)
        let narrow = try down.detached().to(.float32).flattened(from: 1)
        return try wide.matmul(narrow) * scale
    }
}
