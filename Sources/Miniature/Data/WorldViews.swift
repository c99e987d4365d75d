import Diffusion
import Foundation
import ICPortrait
import Torch

/// A data set of the world as IC-Portrait's nets learn from it, whatever the base's size: latents,
/// embeddings and true correspondence.
public struct WorldViews {
    private let data: PortraitData

    /// Opens shards of portraits, decoding them once.
    ///
    /// - Parameters:
    ///   - folder: what `likeness world make` wrote.
    ///   - cache: the file of decoded pictures; made if it is not there.
    ///   - progress: called with what is done, how far, of how many.
    ///   - shouldStop: asked after every picture.
    /// - Throws: `ShardError`, `ImageError`, `CheckpointError`; ``MiniatureError`` for shards of another
    ///   kind.
    public init(
        shards folder: String, cache: String,
        progress: @escaping (String, Int, Int) -> Void = { _, _, _ in },
        shouldStop: @escaping () -> Bool = { false }
    ) throws {
        let paths = [cache, PortraitData.placesPath(cache)]
        if !paths.allSatisfy(FileManager.default.fileExists) {
            try PortraitCache.make(
                shards: folder, to: cache, progress: { progress("reading pictures", $0, $1) },
                shouldStop: shouldStop)
        }
        data = try PortraitData(cache)
    }

    /// Pixels a side.
    public var side: Int { data.side }

    /// Encodes the pictures, and finds where their places are in one another.
    ///
    /// - Parameters:
    ///   - autoencoder: whose latents the base knows.
    ///   - imageEncoder: CLIP's.
    ///   - flows: the file of flows to write.
    ///   - device: where both networks are.
    ///   - progress: called with what is done, how far, of how many.
    ///   - shouldStop: asked now and then.
    /// - Returns: the pictures as the nets see them.
    /// - Throws: `TorchError`, `CheckpointError`, `RenderError`; `CancellationError` after a stop.
    public func encoded(
        _ autoencoder: AutoencoderKL, _ imageEncoder: CLIPVision, flows: String, device: Device,
        progress: (String, Int, Int) -> Void, shouldStop: () -> Bool
    ) throws -> ViewLatents {
        let latents = "\(flows).latents"
        defer { try? FileManager.default.removeItem(atPath: latents) }
        try LatentData.make(
            data, autoencoder: autoencoder, vision: imageEncoder, to: latents, device: device,
            progress: { progress("encoding pictures", $0, $1) }, shouldStop: shouldStop)
        let cells = data.side / autoencoder.configuration.downFactor
        try PortraitFlows.make(
            data, pairs: 4, cells: cells, seed: 1, to: flows,
            progress: { progress("finding correspondence", $0, $1) }, shouldStop: shouldStop)
        return try LatentData(latents).views(of: data.people, each: data.views)
    }
}
