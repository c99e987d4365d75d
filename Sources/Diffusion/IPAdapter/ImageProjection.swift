import Layers
import Torch

/// Makes an image prompt's tokens; keys as in the published files, by kind.
public struct ImageProjection {
    /// What it was built from.
    public let shape: IPAdapterShape
    private let proj, proj0, proj2: Linear?
    private let norm: LayerNorm?
    private let latents: Tensor?
    private let resampler: Resampler?

    /// Takes the parameters from `scope`.
    public init(_ scope: Scope, _ shape: IPAdapterShape) {
        self.shape = shape
        let outputs = shape.tokens * shape.channels
        var (plain, first, second): (Linear?, Linear?, Linear?)
        switch shape.kind {
        case .plain(let embedding):
            plain = Linear(scope / "proj", in: embedding, out: outputs)
            (latents, resampler) = (nil, nil)
        case .plus(let sizes, let queries):
            latents = scope.parameter("latents", [1, queries, sizes.channels], .normal(std: 0.02))
            resampler = Resampler(scope, sizes)
        case .faceID(let embedding, let hidden), .faceIDPlus(let embedding, let hidden, _):
            first = Linear(scope / "proj" / 0, in: embedding, out: hidden)
            second = Linear(scope / "proj" / 2, in: hidden, out: outputs)
            latents = nil
            if case .faceIDPlus(_, _, let sizes) = shape.kind {
                resampler = Resampler(scope / "perceiver_resampler", sizes)
            } else {
                resampler = nil
            }
        }
        (proj, proj0, proj2) = (plain, first, second)
        norm = latents == nil ? LayerNorm(scope / "norm", channels: shape.channels) : nil
    }

    /// Tokens `[B, T, C]`.
    ///
    /// - Parameters:
    ///   - embedding: plain: CLIP's `image_embeds` `[B, E]`; FaceID: the face embedding `[B, 512]`;
    ///     nil for Plus.
    ///   - tokens: Plus and FaceID Plus: CLIP's penultimate hidden states `[B, 257, E]`.
    ///   - shortcut: FaceID Plus V2: the resampled tokens, times this, are added to the face's; nil
    ///     for V1, where they replace them.
    /// - Returns: `[B, T, C]`.
    /// - Throws: ``DiffusionError`` if the kind needs what is nil; `TorchError`.
    public func callAsFunction(
        embedding: Tensor? = nil, tokens: Tensor? = nil, shortcut: Double? = nil
    ) throws -> Tensor {
        switch shape.kind {
        case .plus:
            guard let tokens, let latents, let resampler else { throw missing("hidden states") }
            let batch = tokens.shape.first ?? 1
            return try resampler(tokens, queries: latents.expanded([batch, -1, -1]))
        case .plain, .faceID, .faceIDPlus:
            guard let embedding, let norm else { throw missing("an embedding") }
            var flat = embedding
            if let proj { flat = try proj(flat) }
            if let proj0, let proj2 { flat = try proj2(gelu(proj0(flat))) }
            let own = try norm(flat.reshaped([-1, shape.tokens, shape.channels]))
            guard case .faceIDPlus = shape.kind else { return own }
            guard let tokens, let resampler else { throw missing("hidden states") }
            let resampled = try resampler(tokens, queries: own)
            return try shortcut.map { try own + resampled * $0 } ?? resampled
        }
    }

    private func missing(_ what: String) -> DiffusionError {
        DiffusionError("This IP-Adapter makes its tokens from \(what), and none was given.")
    }
}

/// Queries that attend to a picture's tokens and to themselves. Alayrac et al. 2022 (Flamingo).
struct Resampler {
    struct Block {
        let norm1, norm2, norm: LayerNorm
        let toQ, toKV, toOut, expand, contract: Linear
    }

    let projIn, projOut: Linear
    let normOut: LayerNorm
    let layers: [Block]
    let heads: Int

    init(_ scope: Scope, _ sizes: ResamplerShape) {
        let (channels, inner) = (sizes.channels, 64 * sizes.heads)
        heads = sizes.heads
        projIn = Linear(scope / "proj_in", in: sizes.inputs, out: channels)
        projOut = Linear(scope / "proj_out", in: channels, out: sizes.outputs)
        normOut = LayerNorm(scope / "norm_out", channels: sizes.outputs)
        layers = (0..<sizes.depth).map { index in
            let (attention, feed) = (scope / "layers" / index / 0, scope / "layers" / index / 1)
            return Block(
                norm1: LayerNorm(attention / "norm1", channels: channels),
                norm2: LayerNorm(attention / "norm2", channels: channels),
                norm: LayerNorm(feed / 0, channels: channels),
                toQ: Linear(attention / "to_q", in: channels, out: inner, bias: false),
                toKV: Linear(attention / "to_kv", in: channels, out: 2 * inner, bias: false),
                toOut: Linear(attention / "to_out", in: inner, out: channels, bias: false),
                expand: Linear(feed / 1, in: channels, out: sizes.hidden, bias: false),
                contract: Linear(feed / 3, in: sizes.hidden, out: channels, bias: false))
        }
    }

    /// `[B, N, inputs]` and queries `[B, Q, channels]` to `[B, Q, outputs]`.
    func callAsFunction(_ x: Tensor, queries: Tensor) throws -> Tensor {
        let x = try projIn(x)
        var latents = queries
        for layer in layers {
            let normed = try layer.norm2(latents)
            let all = try Tensor.cat([layer.norm1(x), normed], along: 1)
            let (q, kv) = try (layer.toQ(normed), layer.toKV(all).chunked(2, along: -1))
            let seen = try attention(split(q), split(kv[0]), split(kv[1]))
            latents = try latents + layer.toOut(seen.transposed(1, 2).flattened(from: 2))
            latents = try latents + layer.contract(gelu(layer.expand(layer.norm(latents))))
        }
        return try normOut(projOut(latents))
    }

    /// `[B, N, heads * 64]` to `[B, heads, N, 64]`.
    private func split(_ x: Tensor) throws -> Tensor {
        let shape = x.shape
        return try x.reshaped([shape[0], shape[1], heads, -1]).transposed(1, 2)
    }
}
