import Checkpoints
import Images
import Torch
import World

/// Pictures of groups, decoded once: what a face detector learns from.
///
/// `pictures` `[N, 3, H, W]` (RGB bytes) in one file; `faces` `[M, 16]` (picture, share that is
/// seen, box, five points; pixels from a pixel's corner) in another.
public final class GroupData: Sendable {
    /// One face.
    public struct Face: Sendable {
        /// How much of it is seen, 0...1.
        public let visibleShare: Float
        /// Left, top, right, bottom; pixels.
        public let box: [Float]
        /// Ten numbers; pixels.
        public let points: [Float]
    }

    /// Pictures.
    public let count: Int
    /// Pixels.
    public let width, height: Int
    private let mapping: FileMapping
    private let start: Int
    private let faces: [[Face]]

    /// Makes the files from complete shards, or leaves them if they are there.
    ///
    /// - Throws: `ShardError`, `ImageError`, `CheckpointError`; `CancellationError` after
    ///   `shouldStop`.
    public static func make(
        shards folder: String, to path: String, progress: @escaping (Int, Int) -> Void,
        shouldStop: @escaping () -> Bool
    ) throws {
        let reader = try ShardReader(folder: folder)
        let stream = try reader.stream(.init(order: .sequential, prefetch: 32, threads: 1))
        let samples = OrderedPipeline<Sample, (planes: [UInt8], size: [Int], truth: GroupTruth)>(
            threads: 2, window: 8, draw: { try stream.next() },
            work: { sample in
                guard let png = sample["png"], let json = sample["json"] else {
                    throw MiniatureError("sample \(sample.key): expected png and json.")
                }
                let image = try worldCodec().decode(png).image
                return (
                    image.planes, [image.height, image.width],
                    try StableJSON.decode(GroupTruth.self, from: json)
                )
            })
        defer { samples.finish() }
        guard let first = try samples.next() else {
            throw MiniatureError("\(folder): expected pictures, found none.")
        }
        var rows: [Float] = []
        let count = reader.count
        let pictures = TensorSource(
            name: "pictures", dtype: .uint8, shape: [count, 3] + first.size
        ) { sink in
            var next: (planes: [UInt8], size: [Int], truth: GroupTruth)? = first
            var done = 0
            while let sample = next {
                if shouldStop() { throw CancellationError() }
                try sample.planes.withUnsafeBytes { try sink($0) }
                for face in sample.truth.faces {
                    rows += [Float(done), face.visibleShare] + face.faceBox
                    rows += face.points.flatMap { [$0.x, $0.y] }
                }
                done += 1
                progress(done, count)
                next = try samples.next()
            }
        }
        try SafetensorsWriter.write([pictures], to: path)
        try SafetensorsWriter.write(
            ["faces": .init(rows, shape: [rows.count / 16, 16])],
            to: PortraitData.placesPath(path))
    }

    /// Opens what ``make(shards:to:progress:shouldStop:)`` made.
    ///
    /// - Throws: `CheckpointError`; ``MiniatureError`` for files of another kind.
    public init(_ path: String) throws {
        let file = try SafetensorsFile(path)
        let places = try openCheckpoint(PortraitData.placesPath(path)).tensors()
        guard let entry = file.entries.first(where: { $0.name == "pictures" }),
            entry.shape.count == 4, let bytes = entry.byteRange, let rows = places["faces"],
            rows.rank == 2, rows.shape[1] == 16
        else { throw MiniatureError("\(path): expected decoded groups, found another file.") }
        (count, height, width) = (entry.shape[0], entry.shape[2], entry.shape[3])
        mapping = try file.map()
        start = bytes.lowerBound
        let numbers: [Float] = try rows.toArray()
        var faces = Array(repeating: [Face](), count: count)
        for row in 0..<rows.shape[0] {
            let own = Array(numbers[row * 16..<row * 16 + 16])
            faces[Int(own[0])].append(
                Face(visibleShare: own[1], box: Array(own[2..<6]), points: Array(own[6...])))
        }
        self.faces = faces
    }

    /// The faces of a picture.
    public func faces(_ index: Int) -> [Face] { faces[index] }

    /// Pictures side by side in memory, `[K, 3, H, W]`.
    public func pictures(_ indices: [Int]) -> [UInt8] {
        let size = 3 * width * height
        return indices.flatMap { index in
            withExtendedLifetime(mapping) {
                Array(mapping.unsafeBytes[start + index * size..<start + (index + 1) * size])
            }
        }
    }
}

/// The world renders smaller pictures than a photograph may be.
func worldCodec() throws -> VipsCodec { try VipsCodec(limits: ImageLimits(sides: 8...2048)) }

extension Image {
    /// Bytes channel by channel.
    var planes: [UInt8] {
        let area = width * height
        let pixels = pixels
        return [UInt8](unsafeUninitializedCapacity: 3 * area) { buffer, count in
            for channel in 0..<3 {
                for pixel in 0..<area {
                    buffer[channel * area + pixel] = pixels[pixel * 3 + channel]
                }
            }
            count = 3 * area
        }
    }
}
