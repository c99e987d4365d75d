import Checkpoints
import Images
import Layers
import Torch

/// A trained ``ArcFace``, ready to compare people.
///
/// ```swift
/// let recogniser = try FaceRecogniser("antelopev2/backbone.pth")
/// let embeddings = try recogniser([faceA, faceB])            // aligned faces
/// let alike = try recogniser.similarity(embeddings[0], embeddings[1])  // -1...1
/// ```
public struct FaceRecogniser {
    /// The network.
    public let network: ArcFace
    /// Its parameters.
    public let store: ParameterStore
    /// How faces are cut out for it.
    public var alignment: FaceAlignment { FaceAlignment(size: network.configuration.inputSize) }

    /// Whether an embedding is the sum of a face's and its mirror image's, as ArcFace's own
    /// verification takes it; twice the work.
    public var mirrors = false

    /// A recogniser around a network that is already in memory.
    public init(_ network: ArcFace, store: ParameterStore) {
        (self.network, self.store) = (network, store)
    }

    /// Reads a recogniser.
    ///
    /// - Parameters:
    ///   - path: a folder with `config.json` and `model.safetensors`, or one weight file, such as
    ///     arcface_torch's `backbone.pth`, whose sizes are then told from its tensors.
    ///   - dtype: converts the weights; nil keeps the file's type.
    ///   - device: where they go.
    /// - Throws: ``FaceError`` naming everything that does not fit; `CheckpointError`; `TorchError`.
    public init(_ path: String, dtype: DType? = nil, device: Device = .cpu) throws {
        let file = try NetworkFile(path)
        let configuration = try file.configuration.map { try ArcFaceConfiguration(path: $0) }
        let chosen = try configuration ?? ArcFaceConfiguration(of: file.source, path: file.weights)
        (network, store) = try file.load(dtype: dtype, device: device) { ArcFace($0, chosen) }
    }

    /// Embeds aligned faces.
    ///
    /// - Parameters:
    ///   - faces: `[B, 3, S, S]`, RGB: bytes, or numbers in -1...1.
    ///   - batch: how many go through the network at once.
    /// - Returns: `[B, embeddingSize]` float32, each of length 1.
    /// - Throws: ``FaceError`` for another shape; `TorchError`.
    public func callAsFunction(_ faces: Tensor, batch: Int = 64) throws -> Tensor {
        guard let count = faces.shape.first, count > 0, batch > 0 else {
            throw FaceError.shape(of: "faces", expected: "[1 or more, 3, S, S]", found: faces.shape)
        }
        let weights = store.entries.first?.tensor
        return try noGrad {
            try .cat(
                faces.split(batch).map { part in
                    let bytes = part.dtype == .uint8
                    let x = try bytes ? part.to(.float32) / 127.5 - 1.0 : part
                    let placed = try x.to(weights?.device ?? .cpu).to(weights?.dtype ?? .float32)
                    let own = try network(placed).to(.float32)
                    guard mirrors else { return try unit(own) }
                    return try unit(own + network(placed.flipped([3])).to(.float32))
                })
        }
    }

    /// Embeds aligned faces, each a picture of ``alignment``'s size.
    public func callAsFunction(_ faces: [Image], batch: Int = 64) throws -> Tensor {
        try self(.stack(faces.map { try $0.bytesTensor() }), batch: batch)
    }

    /// The cosine of the angle between embeddings.
    ///
    /// - Parameters:
    ///   - a: `[..., D]`.
    ///   - b: `[..., D]`, broadcasting against `a`.
    /// - Returns: `[...]` in -1...1; 1 for the same direction.
    /// - Throws: `TorchError` for shapes that do not broadcast.
    public func similarity(_ a: Tensor, _ b: Tensor) throws -> Tensor {
        try (unit(a) * unit(b)).sum([-1])
    }
}
