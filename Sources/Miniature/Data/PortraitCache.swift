import Checkpoints
import Foundation
import Images
import World

/// Shards of portraits, decoded once: pictures that a trainer can take in any order.
///
/// One safetensors file: `pictures` `[N, 3, S, S]` (RGB bytes), `points` `[N, 5, 2]` and `boxes`
/// `[N, 4]` (pixels), sample `i` being view `i % views` of person `i / views`. Decoding PNG files
/// in every epoch would cost a core as much as a small network does.
public enum PortraitCache {
    /// Makes the cache of a folder of shards, or leaves it if it is there.
    ///
    /// - Parameters:
    ///   - folder: complete shards, as `likeness world make` writes them.
    ///   - path: the file to make.
    ///   - threads: that decode.
    ///   - progress: called with pictures done and in all.
    ///   - shouldStop: asked after every picture; when it says yes, nothing is written.
    /// - Throws: `ShardError`, `ImageError`, `CheckpointError`; `CancellationError`.
    public static func make(
        shards folder: String, to path: String, threads: Int = 2,
        progress: @escaping (Int, Int) -> Void = { _, _ in },
        shouldStop: @escaping () -> Bool = { false }
    ) throws {
        let reader = try ShardReader(folder: folder)
        guard let manifest = reader.manifest, let views = manifest.settings["views"] else {
            throw MiniatureError(
                "\(folder): expected shards of the world with their manifest.json, found none.")
        }
        let count = reader.count
        let stream = try reader.stream(.init(order: .sequential, prefetch: 32, threads: 1))
        let samples = OrderedPipeline<Sample, DecodedPortrait>(
            threads: threads, window: 4 * threads, draw: { try stream.next() },
            work: { try DecodedPortrait($0) })
        defer { samples.finish() }
        guard let first = try samples.next() else {
            throw MiniatureError("\(folder): expected portraits, found none.")
        }
        var points: [Float] = []
        var boxes: [Float] = []
        let side = first.image.width
        let pictures = TensorSource(
            name: "pictures", dtype: .uint8, shape: [count, 3, side, side]
        ) { sink in
            var next: DecodedPortrait? = first
            var done = 0
            while let portrait = next {
                if shouldStop() { throw CancellationError() }
                try portrait.image.planes.withUnsafeBytes { try sink($0) }
                points += portrait.points
                boxes += portrait.box
                done += 1
                progress(done, count)
                next = try samples.next()
            }
        }
        // The writer puts wider types first, but places are known only after the pictures: these go
        // to a file of their own.
        try SafetensorsWriter.write(
            [pictures],
            metadata: [
                "seed": "\(manifest.seed)", "views": views, "world": manifest.version,
                "wide": "\(manifest.settings["yaw"] != "\(ViewRange.training.yawDegrees)")",
            ], to: path)
        try SafetensorsWriter.write(
            [
                "points": .init(points, shape: [count, 5, 2]),
                "boxes": .init(boxes, shape: [count, 4]),
            ], to: PortraitData.placesPath(path))
    }
}

/// A sample of the world as pixels and places.
private struct DecodedPortrait: Sendable {
    let image: Image
    let points, box: [Float]

    /// The part of ``PortraitTruth`` that is needed here; reading all of it takes much longer.
    private struct Places: Decodable {
        let points: [SIMD2<Float>]
        let faceBox: [Float]
    }

    init(_ sample: Sample) throws {
        guard let png = sample["png"], let json = sample["json"] else {
            throw MiniatureError(
                "sample \(sample.key): expected png and json, found "
                    + sample.members.map(\.suffix).joined(separator: ", ") + ".")
        }
        image = try worldCodec().decode(png).image
        let places = try StableJSON.decode(Places.self, from: json)
        guard places.points.count == 5, places.faceBox.count == 4 else {
            throw MiniatureError("sample \(sample.key): expected five points and a box.")
        }
        points = places.points.flatMap { [$0.x, $0.y] }
        box = places.faceBox
    }
}

/// What is wrong with the miniature models or their data, in one sentence.
public struct MiniatureError: Error, Hashable, Sendable, CustomStringConvertible {
    /// One sentence: what was expected, what was found, where, what to try.
    public let description: String

    init(_ description: String) { self.description = description }
}
