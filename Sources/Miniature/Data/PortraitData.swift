import Checkpoints
import Foundation
import Torch
import World

/// Portraits in memory's reach: pictures, where their faces are, and who is in them.
public final class PortraitData: Sendable {
    /// Pictures.
    public let count: Int
    /// Pixels a side.
    public let side: Int
    /// Pictures of each person.
    public let views: Int
    /// The world's seed.
    public let seed: UInt64
    private let range: ViewRange
    private let mapping: FileMapping
    private let start: Int
    private let points, boxes: [Float]

    /// Opens a file that ``PortraitCache`` made.
    ///
    /// - Throws: `CheckpointError`; ``MiniatureError`` for a file of another kind.
    public init(_ path: String) throws {
        let file = try SafetensorsFile(path)
        let places = try openCheckpoint(Self.placesPath(path)).tensors()
        guard let entry = file.entries.first(where: { $0.name == "pictures" }),
            entry.shape.count == 4, let bytes = entry.byteRange,
            let views = file.metadata["views"].flatMap({ Int($0) }),
            let seed = file.metadata["seed"].flatMap({ UInt64($0) }), views > 0,
            let points = places["points"], let boxes = places["boxes"],
            points.shape == [entry.shape[0], 5, 2], boxes.shape == [entry.shape[0], 4]
        else {
            throw MiniatureError(
                "\(path): expected decoded portraits of the world, found another file; remove it "
                    + "and it is made again.")
        }
        (count, side) = (entry.shape[0], entry.shape[3])
        (self.views, self.seed) = (views, seed)
        range = file.metadata["wide"] == "true" ? .wide : .training
        mapping = try file.map()
        start = bytes.lowerBound
        self.points = try points.toArray()
        self.boxes = try boxes.toArray()
    }

    static func placesPath(_ path: String) -> String {
        let (folder, name) = pathParts(path)
        return "\(folder)/\(name.split(separator: ".").first ?? "portraits")-places.safetensors"
    }

    /// People.
    public var people: Int { count / views }

    /// Bytes of a picture.
    public var pictureBytes: Int { 3 * side * side }

    /// Pictures side by side in memory, `[K, 3, S, S]`.
    public func pictures(_ indices: [Int]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: indices.count * pictureBytes) { buffer, written in
            withExtendedLifetime(mapping) {
                for (place, index) in indices.enumerated() {
                    let first = start + index * pictureBytes
                    UnsafeMutableRawBufferPointer(
                        rebasing: UnsafeMutableRawBufferPointer(buffer)[(place * pictureBytes)...]
                    ).copyMemory(
                        from: UnsafeRawBufferPointer(
                            rebasing: mapping.unsafeBytes[first..<first + pictureBytes]))
                }
            }
            written = indices.count * pictureBytes
        }
    }

    /// Eyes, nose, corners of the mouth: ten numbers a picture, pixels.
    public func points(_ indices: [Int]) -> [Float] {
        indices.flatMap { points[$0 * 10..<$0 * 10 + 10] }
    }

    /// Left, top, right, bottom of the face; pixels.
    public func box(_ index: Int) -> [Float] { Array(boxes[index * 4..<index * 4 + 4]) }

    /// Who is in a picture.
    public func person(_ index: Int) -> Person { Person(seed: seed, index: index / views) }

    /// How they look there.
    public func look(_ index: Int) -> Look {
        Look(of: person(index), view: index % views, in: range)
    }

    /// A description of a picture; every variant is another.
    public func caption(_ index: Int, _ length: Caption.Length, variant: Int) -> String {
        Caption(of: person(index), look(index), length, variant: variant).text
    }
}

/// Pictures of a batch.
public struct PictureBatch: Sendable {
    /// RGB bytes `[B, 3, S, S]`.
    public var pictures: [UInt8]
    /// Five points a picture, pixels: `[B, 5, 2]`.
    public var points: [Float]
    /// Which they are.
    public var indices: [Int]
    /// Pixels a side.
    public var side: Int

    /// Some pictures of a set.
    public init(_ data: PortraitData, _ indices: [Int]) {
        pictures = data.pictures(indices)
        points = data.points(indices)
        self.indices = indices
        side = data.side
    }

    /// As a network takes them: `[B, 3, S, S]` in -1...1.
    public func tensor(on device: Device) throws -> Tensor {
        let bytes = try Tensor(pictures, shape: [indices.count, 3, side, side]).to(device)
        return try bytes.contiguous(.channelsLast).to(.float32) / 127.5 - 1
    }

    /// `[B, 5, 2]`.
    public func pointsTensor(on device: Device) throws -> Tensor {
        try Tensor(points, shape: [indices.count, 5, 2], device: device)
    }
}
