import Checkpoints
import Foundation
import Images
import Torch

/// Pictures to learn from, in memory, their shorter sides scaled to the training resolution.
public struct PhotoSet: Sendable {
    /// What one step sees of a photo.
    public struct View: Hashable, Sendable {
        /// Which photo.
        public var index: Int
        /// The square's first column and row.
        public var x, y: Int
        /// Mirrored.
        public var isFlipped: Bool

        /// A square of a photo.
        public init(index: Int, x: Int, y: Int, isFlipped: Bool = false) {
            (self.index, self.x, self.y, self.isFlipped) = (index, x, y, isFlipped)
        }
    }

    /// Side of every view, pixels.
    public let resolution: Int
    /// Which squares are seen.
    public let crop: DreamBoothSettings.Crop
    private let images: [Image]

    /// Photos that are in memory already.
    ///
    /// - Throws: ``TrainingError`` for none; `ImageError`.
    public init(_ images: [Image], resolution: Int, crop: DreamBoothSettings.Crop = .centre) throws
    {
        guard !images.isEmpty else { throw TrainingError("expected photos, found none.") }
        (self.resolution, self.crop) = (resolution, crop)
        self.images = try images.map { try $0.resized(shorter: resolution, .pilBilinear) }
    }

    /// All photos of a folder, in the order of their names.
    ///
    /// - Throws: ``TrainingError`` if there are none, or one cannot be read: it is named.
    public init(folder path: String, resolution: Int, crop: DreamBoothSettings.Crop = .centre)
        throws
    {
        let names = try Self.names(in: path)
        guard !names.isEmpty else {
            throw TrainingError(
                "\(path): expected photos (JPEG, PNG, WebP or TIFF), found none; name the folder "
                    + "that holds them.")
        }
        let codec = try VipsCodec(limits: ImageLimits(sides: 8...16384))
        try self.init(
            names.map { name in
                do {
                    let file = try InputFile("\(path)/\(name)")
                    try codec.limits.check(byteCount: file.size)
                    return try codec.decode(file.bytes(at: 0, count: file.size)).image
                } catch let error as ImageError {
                    throw TrainingError("\(path)/\(name): \(error)")
                }
            }, resolution: resolution, crop: crop)
    }

    /// The names of a folder's photos, sorted; other files do not count.
    ///
    /// - Throws: ``TrainingError`` if there is no such folder.
    public static func names(in folder: String) throws -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: folder).filter { name in
                let end = name.lowercased().split(separator: ".").last.map(String.init) ?? ""
                return !name.hasPrefix(".")
                    && ["jpg", "jpeg", "png", "webp", "tif", "tiff"].contains(end)
            }.sorted()
        } catch {
            throw TrainingError(
                "\(folder): expected a folder of photos, found none that can be read.")
        }
    }

    /// How many there are.
    public var count: Int { images.count }

    /// Whether every view of a photo shows the same square.
    public func isFixed(_ index: Int) -> Bool {
        crop == .centre || images[index].width == images[index].height
    }

    /// A view of a photo.
    ///
    /// - Parameters:
    ///   - index: which.
    ///   - flips: whether it may be mirrored.
    ///   - random: for the choices.
    /// - Returns: the middle, or a random square.
    public func view(of index: Int, flips: Bool, _ random: inout StepRandom) -> View {
        let (wide, high) = (images[index].width - resolution, images[index].height - resolution)
        var view = View(index: index, x: wide / 2, y: high / 2)
        if crop == .random {
            view.x = random.below(wide + 1)
            view.y = random.below(high + 1)
        }
        if flips { view.isFlipped = random.below(2) == 1 }
        return view
    }

    /// A view's pixels, `[1, 3, resolution, resolution]` in -1...1.
    ///
    /// - Throws: `ImageError`, `TorchError`.
    public func pixels(_ view: View) throws -> Tensor {
        let square = PixelRect(x: view.x, y: view.y, width: resolution, height: resolution)
        let pixels = try images[view.index].cropped(to: square).tensor().unsqueezed(0)
            .expanded([1, 3, resolution, resolution])
        return try view.isFlipped ? pixels.flipped([3]) : pixels
    }
}
