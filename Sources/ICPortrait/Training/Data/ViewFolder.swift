import Checkpoints
import Foundation
import Images
import Torch
import Training

/// A user's own photographs: a folder for each person, two pictures or more in each.
///
/// ```
/// photos/anna/1.jpg  photos/anna/2.jpg  photos/ben/a.png  photos/ben/b.png
/// ```
public struct ViewFolder: Sendable {
    /// The people's folders, sorted, with their pictures.
    public let people: [(name: String, pictures: [String])]
    private let path: String

    /// Lists a folder; no picture is opened yet.
    ///
    /// - Throws: ``ICPortraitError`` if there is no such folder, or nobody in it has two pictures.
    public init(_ path: String) throws {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
            throw ICPortraitError(
                "\(path): expected a folder with a folder of photos for each person, found none "
                    + "that can be read.")
        }
        self.path = path
        people = names.sorted().filter { !$0.hasPrefix(".") }.compactMap { name in
            let own = "\(path)/\(name)"
            // A file beside the people's folders is nobody's.
            guard let pictures = try? PhotoSet.names(in: own), pictures.count > 1 else {
                return nil
            }
            return (name, pictures.map { "\(own)/\($0)" })
        }
        guard !people.isEmpty else { throw Self.nobody(path) }
    }

    private static func nobody(_ path: String) -> ICPortraitError {
        ICPortraitError(
            "\(path): expected a folder for each person with two photos or more (JPEG, PNG, WebP or "
                + "TIFF) in it, found none; put anna's into \(path)/anna.")
    }

    /// Pictures in all.
    public var count: Int { people.reduce(0) { $0 + $1.pictures.count } }

    /// What tells these pictures from others: the hash of their names and contents.
    ///
    /// - Throws: `CheckpointError` for a file that cannot be read.
    public func fingerprint() throws -> String {
        let known = try people.flatMap(\.pictures).map { picture in
            let file = try InputFile(picture)
            let name = picture.dropFirst(path.count)
            return "\(name) \(SHA256.hex(try file.bytes(at: 0, count: file.size)))"
        }
        return SHA256.hex(Array(known.joined(separator: "\n").utf8))
    }

    /// Encodes all pictures.
    ///
    /// - Parameters:
    ///   - encoder: the base's.
    ///   - cut: gives the head crop of a picture; nil if it shows none: such pictures are left out, and
    ///     people with fewer than two others.
    ///   - progress: called with pictures done and in all.
    ///   - shouldStop: asked after every picture.
    /// - Returns: nil after a stop.
    /// - Throws: what `cut` throws; ``ICPortraitError`` with the file's name for one that is no
    ///   picture, and if nobody is left; `TorchError`.
    public func encoded(
        by encoder: HeadEncoder, cut: (Image, String) throws -> Image?,
        progress: (Int, Int) -> Void = { _, _ in }, shouldStop: () -> Bool = { false }
    ) throws -> ViewLatents? {
        let codec = try VipsCodec(limits: ImageLimits(sides: 8...16384))
        var (bits, embeddings): ([UInt16], [Float]) = ([], [])
        var (shape, counts): ([Int], [Int]) = ([], [])
        var done = 0
        for (_, pictures) in people {
            var heads: [Image] = []
            for picture in pictures {
                if shouldStop() { return nil }
                if let head = try cut(decoded(picture, codec), picture) { heads.append(head) }
                done += 1
                progress(done, count)
            }
            // One is learned from beside another.
            guard heads.count > 1 else { continue }
            counts.append(heads.count)
            for head in heads {
                let latents = try encoder.latents(head)
                shape = Array(latents.shape.dropFirst())
                bits += try latents.to(.float16).to(.cpu).contiguous().view(as: .uint16).toArray()
                embeddings += try encoder.token(head).to(.float32).to(.cpu).toArray()
            }
        }
        guard !counts.isEmpty else { throw Self.nobody(path) }
        return try ViewLatents(shape: shape, bits: bits, embeddings: embeddings, counts: counts)
    }

    private func decoded(_ picture: String, _ codec: VipsCodec) throws -> Image {
        do {
            let file = try InputFile(picture)
            try codec.limits.check(byteCount: file.size)
            return try codec.decode(file.bytes(at: 0, count: file.size)).image
        } catch let error as ImageError {
            throw ICPortraitError("\(picture): \(error)")
        }
    }
}
