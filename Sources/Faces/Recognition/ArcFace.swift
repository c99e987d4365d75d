import Layers
import Torch

/// A face recogniser: pictures of one person lie close in angle, those of different people far apart.
///
/// Deng et al. 2019, "ArcFace". Faces must be aligned as ``FaceAlignment`` does. Trained with
/// ``AdditiveAngularMargin``.
public struct ArcFace {
    /// What it was built from.
    public let configuration: ArcFaceConfiguration
    /// Paths of parameters that training leaves at 1. Freeze them after `store.train()`.
    public let fixedKeys: [String]
    private let backbone: Backbone

    private enum Backbone {
        case iResNet(IResNet)
        case mobileFaceNet(MobileFaceNet)
    }

    /// Takes the model's parameters, under arcface_torch's keys.
    public init(_ scope: Scope, _ configuration: ArcFaceConfiguration) {
        self.configuration = configuration
        let (embedding, side) = (configuration.embeddingSize, configuration.lastSide)
        switch configuration.network {
        case .iResNet(let layers, let planes, let stem):
            backbone = .iResNet(
                IResNet(
                    scope, layers: layers, planes: planes, stem: stem, embedding: embedding,
                    lastSide: side, dropout: configuration.dropout))
            fixedKeys = [
                scope.path.isEmpty ? IResNet.fixedKey : "\(scope.path).\(IResNet.fixedKey)"
            ]
        case .mobileFaceNet(let blocks, let width, let scale):
            backbone = .mobileFaceNet(
                MobileFaceNet(
                    scope, blocks: blocks, width: width, scale: scale, embedding: embedding,
                    lastSide: side, dropout: configuration.dropout))
            fixedKeys = []
        }
    }

    /// Embeds aligned faces.
    ///
    /// - Parameters:
    ///   - faces: `[B, 3, S, S]`, RGB in -1...1, S the configuration's `inputSize`.
    ///   - training: whether batch norms use and update by the batch's own statistics; B is then at
    ///     least 2.
    ///   - generator: for dropout; without one, or without `training`, nothing is dropped.
    /// - Returns: `[B, embeddingSize]`, not normalised; only the direction matters.
    /// - Throws: ``FaceError/shape(of:expected:found:)``; `TorchError`.
    public func callAsFunction(
        _ faces: Tensor, training: Bool = false, generator: Generator? = nil
    ) throws -> Tensor {
        let size = configuration.inputSize
        guard faces.rank == 4, Array(faces.shape.dropFirst()) == [3, size, size] else {
            throw FaceError.shape(
                of: "faces", expected: "[B, 3, \(size), \(size)]", found: faces.shape)
        }
        switch backbone {
        case .iResNet(let net): return try net(faces, training: training, generator: generator)
        case .mobileFaceNet(let net):
            return try net(faces, training: training, generator: generator)
        }
    }
}
