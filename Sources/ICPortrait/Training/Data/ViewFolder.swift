import Diffusion
import Foundation
import Images
import Torch

/// A user's own photographs: a folder for each person, two pictures or more in each.
///
/// ```
/// photos/anna/1.jpg  photos/anna/2.jpg  photos/ben/a.png  photos/ben/b.png
/// ```
public struct ViewFolder: Sendable {
    /// The people's folders, sorted, with their pictures.
    public let people: [(name: String, pictures: [String])]

    /// Lists a folder; no picture is opened yet.
    ///
    /// - Throws: ``ICPortraitError`` if there is no such folder, or nobody in it has two pictures.
    public init(_ path: String) throws {
        let manager = FileManager.default
        guard let names = try? manager.contentsOfDirectory(atPath: path) else {
            throw ICPortraitError(
                "\(path): expected a folder with a folder of photos for each person, found none "
                    + "that can be read.")
        }
        people = names.sorted().filter { !$0.hasPrefix(".") }.compactMap { name in
            let own = "\(path)/\(name)"
            guard let files = try? manager.contentsOfDirectory(atPath: own) else { return nil }
            let pictures = files.sorted().filter { file in
                let end = file.lowercased().split(separator: ".").last.map(String.init) ?? ""
                return !file.hasPrefix(".")
                    && ["jpg", "jpeg", "png", "webp", "tif", "tiff"].contains(end)
            }
            return pictures.count > 1 ? (name, pictures.map { "\(own)/\($0)" }) : nil
        }
        guard !people.isEmpty else {
            throw ICPortraitError(
                "\(path): expected a folder for each person with two photos or more (JPEG, PNG, "
                    + "WebP or TIFF) in it, found none; put anna's into \(path)/anna.")
        }
    }

    /// Pictures in all.
    public var count: Int { people.reduce(0) { $0 + $1.pictures.count } }

    /// Encodes all pictures.
    ///
    /// - Parameters:
    ///   - autoencoder: latents are the means of its distributions, scaled.
    ///   - imageEncoder: CLIP's.
    ///   - side: pixels a side of a training picture.
    ///   - dtype: of both networks.
    ///   - device: where they are.
    ///   - cut: gives the head crop of a picture, `side` pixels a side.
    ///   - progress: called with pictures done and in all.
    ///   - shouldStop: asked after every picture.
    /// - Returns: nil after a stop.
    /// - Throws: what `cut` throws; `ImageError` with the file's name; `TorchError`.
    public func encoded(
        _ autoencoder: AutoencoderKL, _ imageEncoder: CLIPVision, side: Int,
        dtype: DType = .float32,
        device: Device,
        cut: (Image, String) throws -> Image, progress: (Int, Int) -> Void = { _, _ in },
        shouldStop: () -> Bool = { false }
    ) throws -> ViewLatents? {
        let codec = try VipsCodec(limits: ImageLimits(sides: 8...16384))
        var (bits, embeddings): ([UInt16], [Float]) = ([], [])
        var shape: [Int] = []
        var done = 0
        for picture in people.flatMap(\.pictures) {
            if shouldStop() { return nil }
            let image: Image
            do {
                image = try codec.decode([UInt8](Data(contentsOf: URL(fileURLWithPath: picture))))
                    .image
            } catch {
                throw ICPortraitError("\(picture): \(error)")
            }
            let head = try cut(image, picture)
            try noGrad {
                let x = try head.tensor(device: device).unsqueezed(0).to(dtype)
                let latents = try autoencoder.scaled(autoencoder.encode(x).mean)
                shape = Array(latents.shape.dropFirst())
                bits += try latents.to(.float16).to(.cpu).contiguous().view(as: .uint16).toArray()
                let seen = try head.clipTensor(side: imageEncoder.configuration.imageSize)
                    .to(device).to(dtype)
                embeddings += try imageEncoder(seen).imageEmbeds.to(.float32).to(.cpu).toArray()
            }
            done += 1
            progress(done, count)
        }
        return try ViewLatents(
            shape: shape, bits: bits, embeddings: embeddings, counts: people.map(\.pictures.count))
    }
}
