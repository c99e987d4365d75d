import Checkpoints
import Foundation
import Images
import Synchronization

/// The world as a data set: every person in every view, a picture and its truth each.
///
/// Sample `i` is view `i % views` of person `i / views`: `png` (or `jpg`), `json`
/// (``PortraitTruth``) and, if maps are wanted, `safetensors` with them.
public final class WorldSource: SampleSource {
    /// What to make.
    public struct Options: Equatable, Sendable {
        /// People.
        public var identities: Int
        /// Pictures of each.
        public var views: Int
        /// Pixels a side.
        public var size: Int
        /// How far the camera goes around.
        public var range = ViewRange.training
        /// The maps that go with each picture.
        public var maps = TruthMap.allCases
        /// How finely pictures are rendered.
        public var quality = Studio.Quality.draft

        /// Pictures at the usual quality, with all maps.
        public init(identities: Int, views: Int, size: Int) {
            self.identities = identities
            self.views = views
            self.size = size
        }
    }

    /// What is made.
    public let options: Options
    /// What chance starts from.
    public let seed: UInt64
    /// Pictures in all.
    public var count: Int { options.identities * options.views }
    /// The world's version: another one makes other bytes.
    public var version: String { "likeness-world-\(WorldRandom.worldVersion)" }
    private let codec: VipsCodec
    /// Studios that no thread is using, each with the sitter it saw last.
    private let idle = Mutex<[Room]>([])

    /// A studio and who sits in it.
    private struct Room: @unchecked Sendable {
        let studio: Studio
        var sitter: Sitter?
    }

    /// - Throws: ``WorldError`` for options out of range; `ImageError` when the
    ///   picture codec does not start.
    public init(_ options: Options, seed: UInt64) throws {
        for (name, value, range) in [
            ("identities", options.identities, 1...10_000_000),
            ("views", options.views, 1...10_000),
            ("size", options.size, 32...1024),
        ] where !range.contains(value) {
            throw WorldError(
                "\(name): expected \(range.lowerBound) to \(range.upperBound), found \(value)")
        }
        self.options = options
        self.seed = seed
        codec = try VipsCodec()
    }

    /// Everything that bytes depend on beside version, seed and index.
    public var settings: [String: String] {
        [
            "identities": "\(options.identities)", "views": "\(options.views)",
            "size": "\(options.size)",
            "yaw": "\(options.range.yawDegrees)", "pitch": "\(options.range.pitchDegrees)",
            "maps": options.maps.map(\.rawValue).joined(separator: ","),
            "samples_per_pixel": "\(options.quality.samples)",
        ]
    }

    /// A picture, its truth and its maps as they are stored.
    ///
    /// - Parameter index: `0..<count`.
    /// - Returns: the sample.
    /// - Throws: ``RenderError``, `TorchError`, `ImageError`.
    public func sample(at index: Int) throws -> Sample {
        let portrait = try portrait(at: index)
        var members = [
            Sample.Member("png", try codec.encode(portrait.view.colour, as: .png())),
            Sample.Member("json", try StableJSON.encode(portrait.truth())),
        ]
        if !options.maps.isEmpty {
            let maps = try SafetensorsWriter.bytes(
                of: portrait.tensors(options.maps), name: "maps of sample \(index)")
            members.append(Sample.Member("safetensors", maps))
        }
        return Sample(key: Sample.key(for: index), members: members)
    }

    /// One picture with its truth, in memory.
    ///
    /// - Parameter index: `0..<count`.
    /// - Returns: the portrait.
    /// - Throws: ``RenderError``, `TorchError`.
    public func portrait(at index: Int) throws -> Portrait {
        let (number, view) = (index / options.views, index % options.views)
        var room = try take(for: number)
        if room.sitter?.person.index != number {
            room.sitter = try room.studio.sitter(
                Person(seed: seed, index: number), detail: .init(size: options.size))
        }
        let used = room
        defer { idle.withLock { $0.append(used) } }
        guard let sitter = room.sitter else { throw WorldError("expected a sitter, found none") }
        let look = Look(of: sitter.person, view: view, in: options.range)
        return try room.studio.portrait(
            of: sitter, look, size: options.size, quality: options.quality)
    }

    /// A free studio, best one in which this person already sits.
    private func take(for person: Int) throws -> Room {
        let free = idle.withLock { rooms -> Room? in
            let known = rooms.firstIndex { $0.sitter?.person.index == person }
            return rooms.isEmpty ? nil : rooms.remove(at: known ?? rooms.count - 1)
        }
        return try free ?? Room(studio: Studio(), sitter: nil)
    }
}

/// What is wrong with a wish for the world, in one sentence.
public struct WorldError: Error, Equatable, Sendable, CustomStringConvertible {
    /// One sentence: what was expected and what was found.
    public let description: String

    init(_ description: String) { self.description = description }
}
