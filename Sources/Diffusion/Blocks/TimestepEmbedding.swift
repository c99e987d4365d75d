import Foundation
import Layers
import Torch

/// Sines and cosines of `values` at `channels / 2` frequencies, 1 down to 1/10000.
/// Vaswani et al. 2017; Ho et al. 2020.
///
/// - Parameters:
///   - values: `[N]`, timesteps or pixels.
///   - channels: even.
///   - cosineFirst: `flip_sin_to_cos`, which all Stable Diffusion checkpoints set.
///   - shift: `freq_shift`; 0 in Stable Diffusion.
/// - Returns: `[N, channels]`, float32.
/// - Throws: `TorchError`.
public func sinusoidalEmbedding(
    _ values: Tensor, channels: Int, cosineFirst: Bool = true, shift: Double = 0
) throws -> Tensor {
    let half = channels / 2
    // In float32 step by step, as the reference does: double precision differs in the last bits.
    let exponents =
        try Tensor.arange(from: 0, to: Double(half), device: values.device)
        * -Foundation.log(10000.0) / (Double(half) - shift)
    let angles = try values.to(.float32).unsqueezed(1) * exponents.exp().unsqueezed(0)
    let parts = try [angles.sin(), angles.cos()]
    return try Tensor.cat(cosineFirst ? parts.reversed() : parts, along: -1)
}

/// Two linear layers with SiLU between; keys `linear_1`, `linear_2`, and `cond_proj` where something is
/// told beside the time.
public struct TimestepEmbedding {
    let linear1, linear2: Linear
    let condProj: Linear?

    init(_ scope: Scope, in inputs: Int, out outputs: Int, beside: Int? = nil) {
        condProj = beside.map { Linear(scope / "cond_proj", in: $0, out: inputs, bias: false) }
        linear1 = Linear(scope / "linear_1", in: inputs, out: outputs)
        linear2 = Linear(scope / "linear_2", in: outputs, out: outputs)
    }

    /// `[B, in]`, and `[B, beside]`, to `[B, out]`.
    public func callAsFunction(_ x: Tensor, beside: Tensor? = nil) throws -> Tensor {
        guard let condProj, let beside else { return try linear2(silu(linear1(x))) }
        return try linear2(silu(linear1(x + condProj(beside))))
    }
}
