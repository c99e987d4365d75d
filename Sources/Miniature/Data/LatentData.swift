import Checkpoints
import Diffusion
import Foundation
import ICPortrait
import Torch

/// A set of portraits as the base sees them: latents, and one embedding of each picture.
///
/// `latents` `[N, C, H, W]` float16, scaled; `embeddings` `[N, D]` float32, CLIP's image
/// embeddings. Both networks are frozen while the base trains, so they run once.
public final class LatentData: Sendable {
    /// Pictures.
    public let count: Int
    /// Of one picture's latents: `[C, H, W]`.
    public let shape: [Int]
    /// Numbers in an embedding.
    public let embeddingSize: Int
    private let latents: [UInt16]
    private let embeddings: [Float]

    /// Opens a file that ``make(_:autoencoder:vision:to:device:progress:shouldStop:)`` made.
    ///
    /// - Throws: `CheckpointError`; ``MiniatureError`` for a file of another kind.
    public init(_ path: String) throws {
        let tensors = try openCheckpoint(path).tensors()
        guard let latents = tensors["latents"], let embeddings = tensors["embeddings"],
            latents.rank == 4, latents.dtype == .float16, embeddings.rank == 2,
            embeddings.shape[0] == latents.shape[0]
        else {
            throw MiniatureError("\(path): expected latents and embeddings, found another file.")
        }
        count = latents.shape[0]
        shape = Array(latents.shape.dropFirst())
        embeddingSize = embeddings.shape[1]
        self.latents = try latents.view(as: .uint16).toArray()
        self.embeddings = try embeddings.toArray()
    }

    /// Encodes every picture of a set.
    ///
    /// - Parameters:
    ///   - data: the pictures.
    ///   - autoencoder: its latents' means are kept, times its scaling factor.
    ///   - vision: CLIP's image encoder.
    ///   - path: the file to make.
    ///   - origin: which weights both networks have; ``origin(of:)`` tells it again.
    ///   - known: latents that these weights of the autoencoder gave; encoded anew if nil.
    ///   - device: of both networks.
    ///   - progress: called with pictures done and in all.
    ///   - shouldStop: asked after every batch; when it says yes, nothing is written.
    /// - Throws: `TorchError`, `CheckpointError`; `CancellationError`.
    public static func make(
        _ data: PortraitData, autoencoder: AutoencoderKL, vision: CLIPVision, to path: String,
        origin: [String: String] = [:], known: Tensor? = nil, device: Device,
        progress: (Int, Int) -> Void = { _, _ in },
        shouldStop: () -> Bool = { false }
    ) throws {
        var (latents, embeddings): ([Tensor], [Tensor]) = ([], [])
        try noGrad {
            // As many pixels at a time as 32 pictures of 128 pixels a side have.
            let size = max(32 * 128 * 128 / (data.side * data.side), 1)
            for start in Swift.stride(from: 0, to: data.count, by: size) {
                if shouldStop() { throw CancellationError() }
                let part = Array(start..<min(start + size, data.count))
                let x = try PictureBatch(data, part).tensor(on: device)
                if known == nil {
                    latents += try means(x, autoencoder)
                }
                embeddings.append(
                    try vision(CLIPPixels.normalised(x, for: vision)).imageEmbeds.to(.float32).to(
                        .cpu))
                progress(part.count + start, data.count)
            }
        }
        try SafetensorsWriter.write(
            ["latents": try known ?? .cat(latents), "embeddings": try .cat(embeddings)],
            metadata: origin, to: path)
    }

    /// Latents of pictures, scaled, in float16 on the CPU.
    private static func means(_ x: Tensor, _ autoencoder: AutoencoderKL) throws -> [Tensor] {
        let count = x.shape[0]
        // A CPU's caches hold a few pictures: these kernels took 30 a second by fours, 19 by 32, one core.
        let size = x.device == .cpu ? 4 : count
        return try Swift.stride(from: 0, to: count, by: size).map { start in
            let part = try x[start..<min(start + size, count)]
            return try autoencoder.scaled(autoencoder.encode(part).mean).to(.float16).to(.cpu)
        }
    }

    /// Which weights a file was made with; nil if there is no file.
    ///
    /// - Throws: `CheckpointError` for a broken one.
    static func origin(of path: String) throws -> [String: String]? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        return try SafetensorsFile(path).metadata
    }

    /// The same for IC-Portrait, so many pictures of each person.
    ///
    /// - Parameters:
    ///   - people: how many.
    ///   - count: pictures of each.
    ///   - embeddings: others than CLIP's.
    /// - Returns: latents and embeddings.
    /// - Throws: `ICPortraitError` for another number of pictures.
    func views(of people: Int, each count: Int, embeddings: [Float]? = nil) throws -> ViewLatents {
        try ViewLatents(
            shape: shape, bits: latents, embeddings: embeddings ?? self.embeddings,
            counts: Array(repeating: count, count: people))
    }

    /// Latents of some pictures, as the bits of float16: `[K, C, H, W]`.
    func latents(_ indices: [Int]) -> [UInt16] {
        let size = shape.reduce(1, *)
        return indices.flatMap { latents[$0 * size..<($0 + 1) * size] }
    }

    /// Embeddings of some pictures: `[K, D]`.
    func embeddings(_ indices: [Int]) -> [Float] {
        indices.flatMap { embeddings[$0 * embeddingSize..<($0 + 1) * embeddingSize] }
    }
}
