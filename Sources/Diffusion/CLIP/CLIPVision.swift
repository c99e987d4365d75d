import Layers
import Torch

/// `config.json` of transformers' `CLIPVisionModelWithProjection`.
public struct CLIPVisionConfiguration: Hashable, Sendable {
    /// Side of a picture, pixels.
    public var imageSize: Int
    /// Side of a patch, pixels.
    public var patchSize: Int
    /// Channels of a picture.
    public var channels: Int
    /// Channels of the projection.
    public var projectionDim: Int
    let transformer: CLIPTransformerShape

    /// Channels of the hidden states.
    public var hiddenSize: Int { transformer.channels }
    /// Patches and the class token.
    public var tokens: Int { (imageSize / patchSize) * (imageSize / patchSize) + 1 }

    /// Reads a file.
    ///
    /// - Throws: ``DiffusionError`` that names every missing, unknown and unsupported key.
    public init(_ file: ConfigurationFile) throws {
        transformer = CLIPTransformerShape(
            file, channels: 768, hidden: 3072, layers: 12, heads: 12)
        imageSize = file.read("image_size", default: 224)
        patchSize = file.read("patch_size", default: 32)
        channels = file.read("num_channels", default: 3)
        projectionDim = file.read("projection_dim", default: 512)
        file.ignore("bos_token_id", "eos_token_id", "pad_token_id")
        if patchSize < 1 || imageSize < patchSize {
            file.report("patch_size: expected 1 to \(imageSize) pixels, found \(patchSize)")
            patchSize = 1
        }
        try file.finish()
    }
}

/// What an image encoder gives.
public struct CLIPVisionOutput {
    /// `[B, tokens, C]` after the last layer, not normalised.
    public let lastHiddenState: Tensor
    /// The embeddings, then each layer's output; "Plus" adapters take the one before the last.
    public let hiddenStates: [Tensor]
    /// The class token, normalised, `[B, C]`.
    public let pooled: Tensor
    /// The class token projected, `[B, projection_dim]`.
    public let imageEmbeds: Tensor
}

/// CLIP's image encoder. Radford et al. 2021. Keys `vision_model.*`, `visual_projection`.
public struct CLIPVision {
    /// What it was built from.
    public let configuration: CLIPVisionConfiguration
    let classEmbedding: Tensor
    let patchEmbedding: Conv2d
    let positionEmbedding: Embedding
    let preLayrnorm, postLayernorm: LayerNorm
    let encoder: CLIPTransformer
    let visualProjection: Linear

    /// Takes the model's parameters from `scope`, which holds `vision_model`.
    public init(_ scope: Scope, _ configuration: CLIPVisionConfiguration) {
        self.configuration = configuration
        let (model, shape) = (scope / "vision_model", configuration.transformer)
        let (embeddings, channels) = (model / "embeddings", shape.channels)
        classEmbedding = embeddings.parameter("class_embedding", [channels], .normal(std: 0.02))
        patchEmbedding = Conv2d(
            embeddings / "patch_embedding", in: configuration.channels, out: channels,
            kernel: configuration.patchSize, stride: configuration.patchSize, bias: false)
        positionEmbedding = Embedding(
            embeddings / "position_embedding", count: configuration.tokens, dim: channels)
        // The published key is misspelt.
        preLayrnorm = LayerNorm(model / "pre_layrnorm", channels: channels, eps: shape.eps)
        encoder = CLIPTransformer(model / "encoder", shape)
        postLayernorm = LayerNorm(model / "post_layernorm", channels: channels, eps: shape.eps)
        visualProjection = Linear(
            scope / "visual_projection", in: channels, out: configuration.projectionDim,
            bias: false)
    }

    /// Encodes pictures.
    ///
    /// - Parameters:
    ///   - pictures: `[B, 3, S, S]`, normalised by CLIP's mean and deviation.
    ///   - hooks: see ``FeatureHooks``.
    /// - Returns: every state, and what is made of them.
    /// - Throws: `TorchError` for another size.
    public func callAsFunction(_ pictures: Tensor, hooks: FeatureHooks = .none) throws
        -> CLIPVisionOutput
    {
        let batch = pictures.shape.first ?? 1
        let patches = try patchEmbedding(pictures.to(patchEmbedding.weight.dtype))
            .flattened(from: 2).transposed(1, 2)
        let start = try classEmbedding.expanded([batch, 1, -1])
        let positions = positionEmbedding.weight
        let embedded = try Tensor.cat([start, patches], along: 1) + positions
        let states = try encoder(preLayrnorm(embedded), causal: false, hooks: hooks)
        let last = states[states.count - 1]
        let pooled = try postLayernorm(last.sliced(1, from: 0, to: 1).squeezed(1))
        return CLIPVisionOutput(
            lastHiddenState: last, hiddenStates: states, pooled: pooled,
            imageEmbeds: try visualProjection(pooled))
    }
}
