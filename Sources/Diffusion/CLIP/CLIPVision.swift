import Layers
import Torch

/// What an image encoder is built from: `config.json` of transformers' `CLIPVisionModelWithProjection`,
/// or the two blocks of open_clip's model configurations that have a residual network.
public struct CLIPVisionConfiguration: Hashable, Sendable {
    /// Side of a picture, pixels.
    public var imageSize: Int
    /// Channels of the projection.
    public var projectionDim: Int
    let tower: Tower

    /// The two kinds of CLIP's image encoder.
    enum Tower: Hashable, Sendable {
        case transformer(CLIPPatches, CLIPTransformerShape)
        case residual(CLIPResNetShape)
    }

    /// Reads a file.
    ///
    /// - Throws: ``DiffusionError`` that names every missing, unknown and unsupported key.
    public init(_ file: ConfigurationFile) throws {
        if file.has("vision_cfg") {
            let shape = CLIPResNetShape(file)
            (imageSize, projectionDim) = (shape.imageSize, shape.projectionDim)
            tower = .residual(shape)
        } else {
            let shape = CLIPTransformerShape(
                file, channels: 768, hidden: 3072, layers: 12, heads: 12)
            let patches = CLIPPatches(file)
            imageSize = patches.imageSize
            projectionDim = file.read("projection_dim", default: 512)
            tower = .transformer(patches, shape)
        }
        try file.finish()
    }
}

/// What an image encoder gives.
public struct CLIPVisionOutput {
    /// `[B, tokens, C]`: of a transformer after the last layer, not normalised; of a residual
    /// network the last grid.
    public let lastHiddenState: Tensor
    /// The embeddings, then each layer's output, of a residual network the grid of each stage as
    /// tokens; "Plus" adapters take the one before the last.
    public let hiddenStates: [Tensor]
    /// What is projected, `[B, C]`: the class token, normalised, or the pooled grid.
    public let pooled: Tensor
    /// The picture's embedding, `[B, projection_dim]`.
    public let imageEmbeds: Tensor
}

/// CLIP's image encoder. Radford et al. 2021. A transformer with transformers' keys
/// `vision_model.*`, `visual_projection`, or a residual network with open_clip's, `visual.*`.
public struct CLIPVision {
    /// What it was built from.
    public let configuration: CLIPVisionConfiguration
    private let tower: Tower

    private enum Tower {
        case transformer(CLIPVisionTransformer)
        case residual(CLIPResNet)
    }

    /// Takes the model's parameters from `scope`, which holds `vision_model` or `visual`.
    public init(_ scope: Scope, _ configuration: CLIPVisionConfiguration) {
        self.configuration = configuration
        switch configuration.tower {
        case .transformer(let patches, let shape):
            tower = .transformer(
                CLIPVisionTransformer(
                    scope, patches, shape, projection: configuration.projectionDim))
        case .residual(let shape): tower = .residual(CLIPResNet(scope / "visual", shape))
        }
    }

    /// Encodes pictures.
    ///
    /// - Parameters:
    ///   - pictures: `[B, 3, S, S]`, normalised by CLIP's mean and deviation.
    ///   - training: whether a residual network's batch norms use and update by the batch's own
    ///     statistics.
    ///   - hooks: see ``FeatureHooks``.
    /// - Returns: every state, and what is made of them.
    /// - Throws: `TorchError` for another size.
    public func callAsFunction(
        _ pictures: Tensor, training: Bool = false, hooks: FeatureHooks = .none
    ) throws -> CLIPVisionOutput {
        switch tower {
        case .transformer(let network): try network(pictures, hooks: hooks)
        case .residual(let network): try network(pictures, training: training, hooks: hooks)
        }
    }
}
