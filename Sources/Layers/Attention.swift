import Torch

/// softmax(q k^T * scale + mask) v, by fused kernels where they fit. Vaswani et al. 2017.
///
/// - Parameters:
///   - q: queries `[B, heads, N, D]`.
///   - k: keys `[B, heads, M, D]`.
///   - v: values `[B, heads, M, E]`.
///   - mask: added to the scores if floating-point; where false, a score counts as minus infinity.
///     Broadcasts to `[B, heads, N, M]`.
///   - causal: query n sees keys 0...n only; excludes `mask`.
///   - scale: of the scores; `1 / sqrt(D)` if nil.
/// - Returns: `[B, heads, N, E]`.
/// - Throws: `TorchError` for shapes that do not fit.
public func attention(
    _ q: Tensor, _ k: Tensor, _ v: Tensor, mask: Tensor? = nil, causal: Bool = false,
    scale: Double? = nil
) throws -> Tensor {
    FlopCount.add {
        let (scores, width) = (Double(q.shape[2] * k.shape[2]), Double(q.shape[3] + v.shape[3]))
        return 2 * Double(q.shape[0] * q.shape[1]) * scores * width
    }
    if causal { return try Operator.scaledDotProductAttention(q, k, v, mask, 0.0, causal, scale) }
    return try Operator.attention(q, k, v, mask, scale)
}

extension Operator {
    /// Ours where ``FusedKernels`` run and the shapes fit, else libtorch's.
    static let attention = Operator("likeness::attention")
    static let scaledDotProductAttention = Operator("aten::scaled_dot_product_attention")
}
