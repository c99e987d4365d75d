import Layers
import Torch

/// How a picture is cut into tokens.
struct CLIPPatches: Hashable, Sendable {
    let imageSize, patchSize, channels: Int

    /// Patches and the class token.
    var tokens: Int { (imageSize / patchSize) * (imageSize / patchSize) + 1 }

    /// Reads the keys of transformers' `config.json`.
    init(_ file: ConfigurationFile) {
        imageSize = file.read("image_size", default: 224)
        let side = file.read("patch_size", default: 32)
        channels = file.read("num_channels", default: 3)
        file.ignore("bos_token_id", "eos_token_id", "pad_token_id")
        let fits = side >= 1 && imageSize >= side
        if !fits { file.report("patch_size: expected 1 to \(imageSize) pixels, found \(side)") }
        patchSize = fits ? side : 1
    }
}

/// A transformer over the patches of a picture. Dosovitskiy et al. 2021; Radford et al. 2021.
struct CLIPVisionTransformer {
    let classEmbedding: Tensor
    let patchEmbedding: Conv2d
    let positionEmbedding: Embedding
    let preLayrnorm, postLayernorm: LayerNorm
    let encoder: CLIPTransformer
    let visualProjection: Linear

    init(_ scope: Scope, _ patches: CLIPPatches, _ shape: CLIPTransformerShape, projection: Int) {
        let model = scope / "vision_model"
        let (embeddings, channels) = (model / "embeddings", shape.channels)
        classEmbedding = embeddings.parameter("class_embedding", [channels], .normal(std: 0.02))
        patchEmbedding = Conv2d(
            embeddings / "patch_embedding", in: patches.channels, out: channels,
            kernel: patches.patchSize, stride: patches.patchSize, bias: false)
        positionEmbedding = Embedding(
            embeddings / "position_embedding", count: patches.tokens, dim: channels)
        // The published key is misspelt.
        preLayrnorm = LayerNorm(model / "pre_layrnorm", channels: channels, eps: shape.eps)
        encoder = CLIPTransformer(model / "encoder", shape)
        postLayernorm = LayerNorm(model / "post_layernorm", channels: channels, eps: shape.eps)
        visualProjection = Linear(
            scope / "visual_projection", in: channels, out: projection, bias: false)
    }

    /// `[B, 3, S, S]` to every state, and what is made of them.
    func callAsFunction(_ pictures: Tensor, hooks: FeatureHooks) throws -> CLIPVisionOutput {
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
