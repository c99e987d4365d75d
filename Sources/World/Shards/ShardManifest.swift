/// What a folder of shards holds and how it came about: its `manifest.json`.
public struct ShardManifest: Equatable, Sendable {
    /// One tar file.
    public struct Shard: Equatable, Sendable {
        /// Name in the folder, `shard-000012.tar`.
        public var file: String
        /// Index of its first sample in the data set.
        public var first: Int
        /// Samples in it.
        public var samples: Int
        /// Size of the file.
        public var bytes: Int
        /// Of the whole file, 64 lower-case hexadecimal digits.
        public var sha256: String
    }

    /// The file's name.
    public static let name = "manifest.json"

    /// ``SampleSource/version`` of what made it.
    public var version: String
    /// ``SampleSource/seed`` of what made it.
    public var seed: UInt64
    /// ``SampleSource/settings`` of what made it.
    public var settings: [String: String]
    /// Samples when it is complete.
    public var samples: Int
    /// Samples of every shard but the last.
    public var samplesPerShard: Int
    /// The shards that are made, by ``Shard/first``.
    public var shards: [Shard]

    /// The manifest of a data set of which nothing is made yet.
    init(of source: some SampleSource, samplesPerShard: Int) {
        version = source.version
        seed = source.seed
        settings = source.settings
        samples = source.count
        self.samplesPerShard = samplesPerShard
        shards = []
    }

    /// Shards when it is complete.
    public var shardCount: Int {
        samples / samplesPerShard + (samples % samplesPerShard == 0 ? 0 : 1)
    }

    /// Whether every shard is made.
    public var isComplete: Bool { shards.count == shardCount }

    /// The file of a shard: `shard-000012.tar`.
    static func file(ofShard number: Int) -> String { "shard-\(padded(number, 6)).tar" }

    /// Whether a file name could be a shard's of any data set.
    static func isShardFile(_ name: String) -> Bool {
        name.hasPrefix("shard-") && name.hasSuffix(".tar")
    }

    /// Indices of the samples of a shard.
    func indices(ofShard number: Int) -> Range<Int> {
        let first = number * samplesPerShard
        return first..<min(first + samplesPerShard, samples)
    }

    /// The first thing in which another data set differs; nil if it is the same one.
    func difference(_ other: ShardManifest) -> (what: String, there: String, here: String)? {
        if version != other.version { return ("version", version, other.version) }
        if seed != other.seed { return ("seed", "\(seed)", "\(other.seed)") }
        if samples != other.samples {
            return ("number of samples", "\(samples)", "\(other.samples)")
        }
        if samplesPerShard != other.samplesPerShard {
            return ("samples per shard", "\(samplesPerShard)", "\(other.samplesPerShard)")
        }
        for key in Set(settings.keys).union(other.settings.keys).sorted()
        where settings[key] != other.settings[key] {
            return (key, settings[key] ?? "none", other.settings[key] ?? "none")
        }
        return nil
    }
}
