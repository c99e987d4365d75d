import Checkpoints
import Images
import Synchronization

/// Pictures of several people as a data set: `png`, `json` (``GroupTruth``) and, if maps are wanted,
/// `safetensors` with them.
///
/// Every run of ``picturesOfParty`` pictures is a party: its pictures show people out of one circle
/// of ``partySize``, each in clothes and light of their own.
public final class GroupSource: SampleSource {
    /// What to make.
    public struct Options: Equatable, Sendable {
        /// Pictures.
        public var pictures: Int
        /// How many people a picture shows, all counts alike likely; 0 shows the backdrop alone.
        public var people: ClosedRange<Int>
        /// People of the world that parties are drawn from: the first ones of the seed.
        public var identities: Int
        /// Columns.
        public var width: Int
        /// Rows.
        public var height: Int
        /// The maps that go with each picture.
        public var maps = GroupMap.allCases
        /// How finely pictures are rendered.
        public var quality = Studio.Quality.draft

        /// Pictures at the usual quality, with all maps.
        public init(
            pictures: Int, people: ClosedRange<Int>, identities: Int, width: Int, height: Int
        ) {
            self.pictures = pictures
            self.people = people
            self.identities = identities
            self.width = width
            self.height = height
        }
    }

    /// Pictures of one party.
    public static let picturesOfParty = 8
    /// People at a party.
    public static let partySize = 8
    /// The most people in a picture.
    public static let mostPeople = 4

    /// What is made.
    public let options: Options
    /// What chance starts from.
    public let seed: UInt64
    /// Pictures in all.
    public var count: Int { options.pictures }
    /// The world's version and that of its groups: another one makes other bytes.
    public var version: String { "likeness-world-\(WorldRandom.worldVersion)-groups-1" }
    private let codec: VipsCodec
    /// Studios that no thread is using, each with the sitters that it saw last.
    private let idle = Mutex<[Room]>([])

    /// A studio and who sits in it.
    private struct Room: @unchecked Sendable {
        let studio: Studio
        var party = -1
        var sitters: [Sitter] = []
    }

    /// - Throws: ``WorldError`` for options out of range; `ImageError` when the picture codec does
    ///   not start.
    public init(_ options: Options, seed: UInt64) throws {
        for (name, value, range) in [
            ("pictures", options.pictures, 1...100_000_000),
            ("people", options.people.lowerBound, 0...Self.mostPeople),
            ("people", options.people.upperBound, 1...Self.mostPeople),
            ("identities", options.identities, options.people.upperBound...10_000_000),
            ("width", options.width, 32...2048),
            ("height", options.height, 32...1024),
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
            "pictures": "\(options.pictures)",
            "people": "\(options.people.lowerBound)...\(options.people.upperBound)",
            "identities": "\(options.identities)", "width": "\(options.width)",
            "height": "\(options.height)",
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
        let group = try portrait(at: index)
        var members = [
            Sample.Member("png", try codec.encode(group.view.colour, as: .png())),
            Sample.Member("json", try StableJSON.encode(group.truth())),
        ]
        if !options.maps.isEmpty {
            let maps = try SafetensorsWriter.bytes(
                of: group.tensors(options.maps), name: "maps of sample \(index)")
            members.append(Sample.Member("safetensors", maps))
        }
        return Sample(key: Sample.key(for: index), members: members)
    }

    /// What chance wants of one picture.
    ///
    /// - Parameter index: `0..<count`.
    /// - Returns: the plan.
    public func plan(at index: Int) -> GroupPlan {
        GroupPlan(
            of: cast(index).map { Person(seed: seed, index: $0) }, seed: seed, index: index)
    }

    /// One picture with its truth, in memory.
    ///
    /// - Parameter index: `0..<count`.
    /// - Returns: the picture.
    /// - Throws: ``RenderError``, `TorchError`.
    public func portrait(at index: Int) throws -> GroupPortrait {
        var room = try take(for: index / Self.picturesOfParty)
        let plan = plan(at: index)
        let sitters = try plan.guests.map { guest -> Sitter in
            if let known = room.sitters.first(where: { $0.person.index == guest.person }) {
                return known
            }
            let made = try room.studio.sitter(
                Person(seed: seed, index: guest.person), detail: .init(size: options.height))
            room.sitters.append(made)
            return made
        }
        let used = room
        defer { idle.withLock { $0.append(used) } }
        return try room.studio.group(
            plan, of: sitters, width: options.width, height: options.height,
            quality: options.quality)
    }

    /// Who is in a picture: some of its party.
    private func cast(_ index: Int) -> [Int] {
        var random = WorldRandom(
            seed: seed, stream: "group/party", indices: [index / Self.picturesOfParty])
        let circle = drawn(min(Self.partySize, options.identities), &random) {
            $0.below(options.identities)
        }
        var choice = WorldRandom(seed: seed, stream: "group/cast", indices: [index])
        let range = options.people
        let count = range.lowerBound + choice.below(range.upperBound - range.lowerBound + 1)
        return drawn(count, &choice) { circle[$0.below(circle.count)] }
    }

    /// Different numbers, in the order in which they are drawn.
    private func drawn(
        _ count: Int, _ random: inout WorldRandom, _ draw: (inout WorldRandom) -> Int
    ) -> [Int] {
        var result: [Int] = []
        while result.count < count {
            let next = draw(&random)
            if !result.contains(next) { result.append(next) }
        }
        return result
    }

    /// A free studio, best one in which this party already is.
    private func take(for party: Int) throws -> Room {
        let free = idle.withLock { rooms -> Room? in
            let known = rooms.firstIndex { $0.party == party }
            return rooms.isEmpty ? nil : rooms.remove(at: known ?? rooms.count - 1)
        }
        var room = try free ?? Room(studio: Studio())
        if room.party != party { room.sitters.removeAll() }
        room.party = party
        return room
    }
}
