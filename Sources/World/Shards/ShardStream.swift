import Checkpoints
import Foundation

/// Where a stream of samples stands; save it with a checkpoint, and reading goes on from there.
public struct ShardPosition: Codable, Equatable, Sendable {
    /// From 0.
    public var epoch: Int
    /// Samples of this epoch that were taken.
    public var taken: Int
    /// Of the data set, the order and the part, so that a position is not used elsewhere.
    public var fingerprint: String
}

/// Samples of a data set one after the other, read ahead by threads of its own.
///
/// Use it from one thread at a time. When it is given up, its threads end.
public final class ShardStream {
    /// Where the stream stands, counting what ``next()`` has returned.
    public private(set) var position: ShardPosition
    private let pipeline: OrderedPipeline<Job, (Sample, after: (epoch: Int, taken: Int))>

    /// One sample to read.
    private struct Job: Sendable {
        let shard: OpenShard
        let ordinal: Int
        let after: (epoch: Int, taken: Int)
    }

    init(
        _ reader: ShardReader, _ options: ShardReader.Options, from start: ShardPosition?
    ) throws {
        try options.check()
        let fingerprint = reader.fingerprint(options)
        let start = start ?? ShardPosition(epoch: 0, taken: 0, fingerprint: fingerprint)
        let length = options.part.range(of: reader.count).count
        guard start.fingerprint == fingerprint, start.epoch >= 0,
            (0...length).contains(start.taken)
        else {
            throw ShardError(
                reader.shards.first.map { pathParts($0.path).folder } ?? "", .otherPosition)
        }
        position = start
        var plan = Plan(reader, options, length: length, from: start)
        pipeline = OrderedPipeline(
            threads: options.threads, window: options.prefetch,
            draw: {
                plan.next().map { place, shard, after in
                    Job(shard: shard, ordinal: place.ordinal, after: after)
                }
            },
            work: { (try $0.shard.sample($0.ordinal), $0.after) })
    }

    /// The next sample; nil after the last epoch.
    ///
    /// - Returns: a sample, its members in the order of the file, their suffixes in lower case.
    /// - Throws: ``ShardError`` for a shard that is damaged; nothing follows.
    public func next() throws -> Sample? {
        guard let (sample, after) = try pipeline.next() else { return nil }
        (position.epoch, position.taken) = after
        return sample
    }
}

/// Which sample of which shard comes next, over all epochs.
private struct Plan {
    private let reader: ShardReader
    private let options: ShardReader.Options
    private let length: Int
    private var epoch: Int
    private var taken: Int
    private var order: SampleOrder
    /// The shards of which samples are still to come; their indexes are kept no longer than that.
    private var open: [Int: OpenShard] = [:]

    init(
        _ reader: ShardReader, _ options: ShardReader.Options, length: Int,
        from start: ShardPosition
    ) {
        (self.reader, self.options, self.length) = (reader, options, length)
        (epoch, taken) = (start.epoch, start.taken)
        order = SampleOrder(
            counts: reader.counts, order: options.order, part: options.part, epoch: epoch)
        // Arithmetic alone: nothing is read of what was taken before.
        for _ in 0..<taken { _ = order.next() }
    }

    mutating func next() -> (
        place: SampleOrder.Place, shard: OpenShard, after: (epoch: Int, taken: Int)
    )? {
        guard length > 0 else { return nil }
        if taken == length {
            (epoch, taken) = (epoch + 1, 0)
            order = SampleOrder(
                counts: reader.counts, order: options.order, part: options.part, epoch: epoch)
        }
        if let epochs = options.epochs, epoch >= epochs { return nil }
        guard let (place, isLastOfShard) = order.next() else { return nil }
        taken += 1
        let shard =
            open[place.shard]
            ?? OpenShard(reader.shards[place.shard], hashing: options.checksums)
        open[place.shard] = isLastOfShard ? nil : shard
        return (place, shard, (epoch, taken))
    }
}

/// A shard whose index is made when its first sample is read.
private final class OpenShard: @unchecked Sendable {
    // Sendable by contract: `index` is guarded by `lock`.
    private let file: ShardFile
    private let hashing: Bool
    private let lock = NSLock()
    private var index: Result<ShardIndex, any Error>?

    init(_ file: ShardFile, hashing: Bool) { (self.file, self.hashing) = (file, hashing) }

    /// Reads a sample. The file is opened each time, which costs microseconds: a large buffer may
    /// hold places in more shards than a process may have files open.
    func sample(_ ordinal: Int) throws -> Sample {
        try made().sample(ordinal, from: file.open())
    }

    private func made() throws -> ShardIndex {
        lock.lock()
        defer { lock.unlock() }
        let result = index ?? Result { try file.index(hashing: hashing) }
        index = result
        return try result.get()
    }
}

extension ShardReader.Options {
    /// Throws unless every option is in its range.
    fileprivate func check() throws {
        func demand(_ holds: Bool, _ name: String, _ expected: String, _ found: Int) throws {
            guard holds else {
                throw ShardError("", .option(name: name, expected: expected, found: "\(found)"))
            }
        }
        try demand(part.count > 0, "the number of parts", "at least 1", part.count)
        try demand(
            (0..<part.count).contains(part.index), "the part", "0..<\(part.count)", part.index)
        try demand(prefetch > 0, "prefetch", "at least 1", prefetch)
        try demand(threads > 0, "threads", "at least 1", threads)
        try demand(epochs ?? 1 > 0, "epochs", "at least 1", epochs ?? 1)
        if case .shuffled(_, let buffer) = order {
            try demand(buffer > 0, "the shuffle buffer", "at least 1", buffer)
        }
    }
}
