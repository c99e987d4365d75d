import Checkpoints
import Foundation

/// Reads data sets of tar files: our own, checked against their manifest, and any WebDataset.
///
/// ```swift
/// let reader = try ShardReader(folder: "world")
/// let stream = try reader.stream(.init(order: .shuffled(seed: 7, buffer: 2000)))
/// while let sample = try stream.next() { … }
/// ```
public struct ShardReader: Sendable {
    /// The order of samples.
    public enum Order: Equatable, Sendable {
        /// As they lie in the shards.
        case sequential
        /// Shards in a new order every epoch, and their samples taken at random from a buffer of
        /// so many; the same for the same seed. Buffered samples cost some 50 bytes each.
        case shuffled(seed: UInt64, buffer: Int)
    }

    /// One of several readers that share a data set: ranks, or workers within ranks.
    public struct Part: Equatable, Sendable {
        /// Which one, `0..<count`.
        public var index: Int
        /// How many there are.
        public var count: Int

        /// Part `index` of `count`; worker w of W on rank r of R is part `r * W + w` of `R * W`.
        ///
        /// - Parameters:
        ///   - index: which one, `0..<count`.
        ///   - count: how many there are.
        public init(_ index: Int, of count: Int) {
            self.index = index
            self.count = count
        }

        /// Everything.
        public static let whole = Part(0, of: 1)

        /// Its stretch of `total` samples.
        func range(of total: Int) -> Range<Int> { cut(index, total)..<cut(index + 1, total) }

        /// `total * i / count`, also when the product exceeds an `Int`.
        private func cut(_ i: Int, _ total: Int) -> Int {
            let product = total.multipliedFullWidth(by: i)
            return count.dividingFullWidth(product).quotient
        }
    }

    /// How to read.
    public struct Options: Equatable, Sendable {
        /// The order of samples.
        public var order: Order
        /// Which of the samples.
        public var part: Part
        /// Stop after this many epochs; nil to go on for ever.
        public var epochs: Int?
        /// Most samples read ahead, at least 1: the bound on memory, in samples.
        public var prefetch: Int
        /// Threads that read, at least 1.
        public var threads: Int
        /// Whether each shard is compared with its SHA-256 before its first sample is used.
        public var checksums: Bool

        /// Options; the defaults read everything once, in order.
        ///
        /// - Parameters:
        ///   - order: the order of samples.
        ///   - part: which of the samples.
        ///   - epochs: stop after this many epochs; nil to go on for ever.
        ///   - prefetch: most samples read ahead.
        ///   - threads: threads that read.
        ///   - checksums: whether shards are compared with their SHA-256.
        public init(
            order: Order = .sequential, part: Part = .whole, epochs: Int? = 1,
            prefetch: Int = 16, threads: Int = 2, checksums: Bool = false
        ) {
            self.order = order
            self.part = part
            self.epochs = epochs
            self.prefetch = prefetch
            self.threads = threads
            self.checksums = checksums
        }
    }

    /// What the folder's manifest says; nil for tar files without one.
    public let manifest: ShardManifest?
    /// Samples in all shards.
    public var count: Int { counts.reduce(0, +) }
    let shards: [ShardFile]
    /// Samples of each shard.
    let counts: [Int]

    /// Opens a folder: by its `manifest.json` if there is one, else all its `.tar` files in the
    /// order of their names, whose headers are then read once to count samples.
    ///
    /// - Parameter folder: of shards.
    /// - Throws: ``ShardError`` for a data set that is unfinished or damaged as far as the sizes
    ///   of its files tell.
    public init(folder: String) throws {
        guard FileManager.default.fileExists(atPath: "\(folder)/\(ShardManifest.name)") else {
            let names = try names(in: folder).filter {
                $0.hasSuffix(".tar") && !$0.hasPrefix(".")
            }
            guard !names.isEmpty else { throw ShardError(folder, .noShards) }
            try self.init(files: names.map { "\(folder)/\($0)" })
            return
        }
        let manifest = try ShardManifest(folder: folder)
        guard manifest.isComplete else {
            throw ShardError(
                folder, .unfinished(shards: manifest.shards.count, of: manifest.shardCount))
        }
        let shards = manifest.shards.map { ShardFile(path: "\(folder)/\($0.file)", entry: $0) }
        for shard in shards { _ = try shard.open() }
        self.init(manifest, shards, manifest.shards.map(\.samples))
    }

    /// Opens tar files as one data set, in this order; their headers are read once.
    ///
    /// - Parameter files: paths of tar files, at least one.
    /// - Throws: ``ShardError`` for a file that is damaged or hostile.
    public init(files: [String]) throws {
        let shards = files.map { ShardFile(path: $0, entry: nil) }
        let counts = try shards.map { try $0.index(hashing: false).starts.count }
        guard counts.contains(where: { $0 > 0 }) else {
            throw ShardError(files.first ?? "", .noShards)
        }
        self.init(nil, shards, counts)
    }

    private init(_ manifest: ShardManifest?, _ shards: [ShardFile], _ counts: [Int]) {
        (self.manifest, self.shards, self.counts) = (manifest, shards, counts)
    }

    /// Compares every shard with the manifest's SHA-256.
    ///
    /// - Parameter threads: shards looked at together.
    /// - Throws: ``ShardError`` for the first that differs.
    public func verify(threads: Int = 2) throws {
        var rest = shards[...]
        let pipeline = OrderedPipeline(
            threads: threads, window: 2 * threads, draw: { rest.popFirst() },
            work: { try $0.verify() })
        while try pipeline.next() != nil {}
    }

    /// Starts reading.
    ///
    /// - Parameters:
    ///   - options: order, part, epochs and threads.
    ///   - position: where to go on, from ``ShardStream/position``; nil for the beginning.
    /// - Returns: the samples that follow, exactly those an uninterrupted stream would give.
    /// - Throws: ``ShardError`` for options out of range, or a position of another data set, order
    ///   or part.
    public func stream(
        _ options: Options = Options(), from position: ShardPosition? = nil
    ) throws -> ShardStream {
        try ShardStream(self, options, from: position)
    }

    /// What a position depends on, in few letters.
    func fingerprint(_ options: Options) -> String {
        var hash = SHA256()
        func add(_ text: String) {
            Array((text + "\n").utf8).withUnsafeBytes { hash.update($0) }
        }
        switch options.order {
        case .sequential: add("sequential")
        case .shuffled(let seed, let buffer): add("shuffled \(seed) \(buffer)")
        }
        add("part \(options.part.index) of \(options.part.count)")
        for (shard, count) in zip(shards, counts) {
            add("\(pathParts(shard.path).name) \(count) \(shard.entry?.sha256 ?? "")")
        }
        return String(hash.finish().prefix(16))
    }
}

extension ShardManifest {
    /// Reads a folder's manifest.
    ///
    /// - Parameter folder: of shards.
    /// - Throws: ``ShardError`` if it is broken; `CheckpointError` if there is none.
    public init(folder: String) throws {
        let path = "\(folder)/\(Self.name)"
        let file = try InputFile(path)
        guard file.size <= 1 << 28 else {
            throw ShardError(
                path, .manifest(expected: "at most 256 MiB", found: "\(file.size) bytes"))
        }
        try self.init(file.bytes(at: 0, count: file.size), path: path)
    }
}
