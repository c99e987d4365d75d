import Layers
import Torch

/// `config.json` of transformers' `CLIPTextModel` and `CLIPTextModelWithProjection`.
public struct CLIPTextConfiguration: Hashable, Sendable {
    /// Tokens known.
    public var vocabSize: Int
    /// Tokens a prompt may have, with start and end: 77.
    public var maxPositionEmbeddings: Int
    /// The token whose state is the pooled output. 2, in old files, means the largest id.
    public var eosTokenID: Int
    /// Channels of the projection.
    public var projectionDim: Int
    let transformer: CLIPTransformerShape

    /// Channels of the hidden states.
    public var hiddenSize: Int { transformer.channels }

    /// Reads a file.
    ///
    /// - Throws: ``DiffusionError`` that names every missing, unknown and unsupported key.
    public init(_ file: ConfigurationFile) throws {
        transformer = CLIPTransformerShape(
            file, channels: 512, hidden: 2048, layers: 12, heads: 8)
        vocabSize = file.read("vocab_size", default: 49408)
        maxPositionEmbeddings = file.read("max_position_embeddings", default: 77)
        eosTokenID = file.read("eos_token_id", default: 49407)
        projectionDim = file.read("projection_dim", default: 512)
        file.ignore("bos_token_id", "pad_token_id")
        try file.finish()
    }
}

/// What a text encoder gives.
public struct CLIPTextOutput {
    /// After the final normalisation, `[B, N, C]`: SD1.5's context.
    public let lastHiddenState: Tensor
    /// The embeddings, then each layer's output, before the final normalisation. SDXL takes the one
    /// before the last.
    public let hiddenStates: [Tensor]
    /// The end token's state, `[B, C]`.
    public let pooled: Tensor
    /// The pooled state projected, `[B, projection_dim]`, where the model has a projection.
    public let textEmbeds: Tensor?
}

/// CLIP's text encoder. Radford et al. 2021. Keys `embeddings.*`, `encoder.layers.N`,
/// `final_layer_norm`; published files put `text_model.` before them.
public struct CLIPText {
    /// What it was built from.
    public let configuration: CLIPTextConfiguration
    let tokenEmbedding, positionEmbedding: Embedding
    let encoder: CLIPTransformer
    let finalLayerNorm: LayerNorm
    let textProjection: Linear?

    /// Takes the model's parameters.
    ///
    /// - Parameters:
    ///   - scope: where `embeddings` lies: `root / "text_model"` for published files.
    ///   - configuration: its sizes.
    ///   - projection: where `text_projection` lies; nil without one.
    public init(_ scope: Scope, _ configuration: CLIPTextConfiguration, projection: Scope? = nil) {
        self.configuration = configuration
        let channels = configuration.hiddenSize
        let embeddings = scope / "embeddings"
        tokenEmbedding = Embedding(
            embeddings / "token_embedding", count: configuration.vocabSize, dim: channels)
        positionEmbedding = Embedding(
            embeddings / "position_embedding", count: configuration.maxPositionEmbeddings,
            dim: channels)
        encoder = CLIPTransformer(scope / "encoder", configuration.transformer)
        finalLayerNorm = LayerNorm(
            scope / "final_layer_norm", channels: channels, eps: configuration.transformer.eps)
        textProjection = projection.map {
            Linear(
                $0 / "text_projection", in: channels, out: configuration.projectionDim, bias: false)
        }
    }

    /// Encodes tokens.
    ///
    /// - Parameters:
    ///   - ids: `[B, N]`, int64, N at most ``CLIPTextConfiguration/maxPositionEmbeddings``.
    ///   - vectors: `[C]` each, in place of the embeddings of tokens at these places of every row.
    ///   - hooks: see ``FeatureHooks``.
    /// - Returns: every state, and what is made of them.
    /// - Throws: `TorchError` for ids or lengths out of range.
    public func callAsFunction(
        _ ids: Tensor, vectors: [Int: Tensor] = [:], hooks: FeatureHooks = .none
    ) throws -> CLIPTextOutput {
        let length = ids.shape.last ?? 0
        let positions = try positionEmbedding(Tensor.arange(0..<length, device: ids.device))
        var embedded = try tokenEmbedding(ids)  // [B, N, C]
        if !vectors.isEmpty {
            let columns = try embedded.unbound(along: 1)
            embedded = try .stack(
                columns.enumerated().map { place, column in
                    try vectors[place].map { try $0.to(column.dtype).expanded(column.shape) }
                        ?? column
                }, along: 1)
        }
        let states = try encoder(embedded + positions, causal: true, hooks: hooks)
        let last = try finalLayerNorm(states[states.count - 1])
        let pooled = try pooled(last, ids)
        return CLIPTextOutput(
            lastHiddenState: last, hiddenStates: states, pooled: pooled,
            textEmbeds: try textProjection?(pooled))
    }

    /// A state as the last one is given out: normalised.
    func normalised(_ state: Tensor) throws -> Tensor { try finalLayerNorm(state) }

    /// The state of each row's first end token.
    private func pooled(_ states: Tensor, _ ids: Tensor) throws -> Tensor {
        // Files of before 2023 give 2, which is no token of CLIP's; the end token has the largest id.
        let end = configuration.eosTokenID
        let marks = try end == 2 ? ids : ids.equal(Double(end)).to(.int64)
        let places = try marks.argmax(along: -1, keepDim: true)
        let index = try places.unsqueezed(-1).expanded([-1, -1, states.shape[2]])
        return try states.gathered(1, index).squeezed(1)
    }
}
