import Layers
import Torch

/// Multi-head attention; keys `to_q`, `to_k`, `to_v` (no bias), `to_out.0`. Rombach et al. 2022.
public struct Attention {
    let path: String
    let heads: Int
    let toQ, toK, toV, toOut: Linear

    /// Queries and result have `channels`, a multiple of `heads`; keys and values are made from
    /// `context` channels, or the same; `bias` is for q, k and v, as in an autoencoder.
    init(_ scope: Scope, channels: Int, context: Int? = nil, heads: Int, bias: Bool = false) {
        path = scope.path
        self.heads = heads
        toQ = Linear(scope / "to_q", in: channels, out: channels, bias: bias)
        toK = Linear(scope / "to_k", in: context ?? channels, out: channels, bias: bias)
        toV = Linear(scope / "to_v", in: context ?? channels, out: channels, bias: bias)
        toOut = Linear(scope / "to_out" / 0, in: channels, out: channels)
    }

    /// `[B, N, channels]` attends to `context` `[B, M, context]`, or to itself.
    ///
    /// `mask` is added to the scores and broadcasts to `[B, heads, N, M]`; `images` are prompts whose
    /// own keys and values are attended to as well, each scaled (IP-Adapter). `norm` is of the queries.
    func callAsFunction(
        _ x: Tensor, norm: LayerNorm? = nil, context: Tensor? = nil, mask: Tensor? = nil,
        images: [ImagePrompt] = [],
        hooks: FeatureHooks = .none
    ) throws -> Tensor {
        let context = try hooks("\(path).context", context ?? x)
        // The softmax over one key is 1: everyone gets its value, whatever the query. So it is where an
        // image's embedding is the whole prompt.
        if context.rank == 3, context.shape[1] == 1, images.isEmpty {
            let value = try toOut(toV(context))
            return try hooks(path, value.expanded([x.shape[0], x.shape[1], value.shape[2]]))
        }
        let x = try norm?(x) ?? x
        var (q, k, v) = try (toQ(x), toK(context), toV(context))
        for image in images {
            guard let delta = image.adapter.delta(at: path) else { continue }
            q = try q + delta.toQ(x) * image.adapter.loraScale
            k = try k + delta.toK(context) * image.adapter.loraScale
            v = try v + delta.toV(context) * image.adapter.loraScale
        }
        let queries = try split(q)
        var hidden = try attention(queries, split(k), split(v), mask: mask)
        for image in images {
            guard let own = image.adapter.projections(at: path) else { continue }
            let (k, v) = try (own.toK(image.tokens), own.toV(image.tokens))
            hidden = try hidden + attention(queries, split(k), split(v)) * image.scale
        }
        // [B, heads, N, D] to [B, N, heads * D]
        hidden = try hidden.transposed(1, 2).flattened(from: 2)
        var result = try toOut(hidden)
        for image in images {
            guard let delta = image.adapter.delta(at: path) else { continue }
            result = try result + delta.toOut(hidden) * image.adapter.loraScale
        }
        return try hooks(path, result)
    }

    /// `[B, N, heads * D]` to `[B, heads, N, D]`.
    private func split(_ x: Tensor) throws -> Tensor {
        let shape = x.shape
        return try x.view([shape[0], shape[1], heads, shape[2] / heads]).transposed(1, 2)
    }
}

/// Two linear layers, the first gated by GELU; keys `net.0.proj`, `net.2`.
struct FeedForward {
    let gate: GEGLU
    let output: Linear

    init(_ scope: Scope, channels: Int) {
        gate = GEGLU(scope / "net" / 0, in: channels, out: 4 * channels)
        output = Linear(scope / "net" / 2, in: 4 * channels, out: channels)
    }

    func callAsFunction(_ x: Tensor) throws -> Tensor { try output(gate(x)) }
}
