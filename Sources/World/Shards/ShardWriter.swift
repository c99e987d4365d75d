import Checkpoints
import Foundation

/// Writes a source's samples as a folder of tar files that WebDataset reads, with a manifest.
///
/// Samples are made on several threads and written in order, so the bytes do not depend on how many
/// there are. A shard has its name only when it is whole and on disk. However a run ends, the next
/// one keeps the whole shards and makes the rest.
public struct ShardWriter: Sendable {
    /// How to write.
    public struct Options: Equatable, Sendable {
        /// Samples of every shard but the last, at least 1.
        public var samplesPerShard: Int
        /// Threads that make samples, at least 1.
        public var workers: Int

        /// Options.
        ///
        /// - Parameters:
        ///   - samplesPerShard: samples of every shard but the last.
        ///   - workers: threads that make samples; one a core unless given.
        public init(
            samplesPerShard: Int = 1000, workers: Int = ProcessInfo.processInfo.activeProcessorCount
        ) {
            self.samplesPerShard = samplesPerShard
            self.workers = workers
        }
    }

    /// What a run did.
    public struct Outcome: Equatable, Sendable {
        /// The data set, complete.
        public var manifest: ShardManifest
        /// Shards that were there already and are whole.
        public var kept: Int
        /// Shards that the manifest promised but that were missing or damaged, made anew.
        public var repaired: [String]
    }

    /// What happens on the way, for tests that interrupt it.
    package enum Event: Equatable, Sendable {
        /// So many bytes of this shard are in its temporary file.
        case wrote(shard: Int, bytes: Int)
        /// The shard has its name; the manifest does not know it yet.
        case named(shard: Int)
        /// The manifest knows so many shards.
        case noted(shards: Int)
    }

    private let options: Options
    /// Called on the thread that writes; what it throws ends the run like a full disk.
    package var observer: (@Sendable (Event) throws -> Void)?

    /// A writer.
    ///
    /// - Parameter options: samples a shard, and threads.
    public init(_ options: Options = Options()) { self.options = options }

    /// Makes a data set, or what is missing of one.
    ///
    /// - Parameters:
    ///   - source: makes the samples.
    ///   - folder: created if it is not there; it must hold no shards, or those of the same data set.
    ///   - progress: called after every sample on the calling thread.
    ///   - shouldStop: asked before every sample on the calling thread; when it says yes, nothing
    ///     half is left and the whole shards stay.
    /// - Returns: what was done, once everything is safely on disk.
    /// - Throws: ``ShardError`` if the folder holds anything else or another writer is at work, or a
    ///   sample fails; `CancellationError` after `shouldStop`; `CheckpointError` from the disk.
    @discardableResult
    public func write(
        _ source: some SampleSource, to folder: String,
        progress: (ShardProgress) -> Void = { _ in }, shouldStop: () -> Bool = { false }
    ) throws -> Outcome {
        try check(source)
        try Self.makeFolder(folder)
        let lock = try lock(folder)
        defer { withExtendedLifetime(lock) {} }
        var work = try ShardFolder(
            folder, ShardManifest(of: source, samplesPerShard: options.samplesPerShard))
        let repaired = try work.dropDamaged(threads: options.workers)
        let kept = work.manifest.shards.count
        let missing = work.missing
        var clock = ProgressClock(
            total: source.count,
            done: source.count - missing.reduce(0) { $0 + work.manifest.indices(ofShard: $1).count }
        )
        var indices = missing.lazy.flatMap { [manifest = work.manifest] in
            manifest.indices(ofShard: $0)
        }.makeIterator()
        let samples = OrderedPipeline(
            threads: options.workers, window: 2 * options.workers, draw: { indices.next() },
            work: { try source.storableSample(at: $0) })
        // The source is not used after this function returns, however it does.
        defer { samples.finish() }
        for number in missing {
            let shard = try write(shard: number, of: work) {
                if shouldStop() { throw CancellationError() }
                let sample = try samples.next()
                progress(clock.tick())
                return sample
            }
            try observer?(.named(shard: number))
            if try work.add(shard) { try observer?(.noted(shards: work.manifest.shards.count)) }
        }
        return Outcome(manifest: work.manifest, kept: kept, repaired: repaired)
    }

    /// Writes one tar file, whole or not at all.
    private func write(
        shard number: Int, of work: ShardFolder, next: () throws -> Sample?
    ) throws -> ShardManifest.Shard {
        let name = ShardManifest.file(ofShard: number)
        let indices = work.manifest.indices(ofShard: number)
        var hash = SHA256()
        let bytes = try AtomicFile.write(to: "\(work.folder)/\(name)") { file in
            let tar = TarWriter { part in
                hash.update(part)
                try file.write(part)
                try observer?(.wrote(shard: number, bytes: file.byteCount))
            }
            for _ in indices {
                guard let sample = try next() else { break }
                for member in sample.members {
                    try tar.append("\(sample.key).\(member.suffix)", member.bytes)
                }
            }
            try tar.finish()
            return file.byteCount
        }
        return ShardManifest.Shard(
            file: name, first: indices.lowerBound, samples: indices.count, bytes: bytes,
            sha256: hash.finish())
    }

    private func check(_ source: some SampleSource) throws {
        func demand(_ name: String, _ found: Int) throws {
            guard found > 0 else {
                throw ShardError(
                    "", .option(name: name, expected: "at least 1", found: "\(found)"))
            }
        }
        try demand("the number of samples", source.count)
        try demand("samples per shard", options.samplesPerShard)
        try demand("workers", options.workers)
    }

    private func lock(_ folder: String) throws -> FolderLock {
        do { return try FolderLock(folder) } catch let failure as FolderLock.Failure {
            switch failure {
            case .busy: throw ShardError(folder, .busy)
            case .system(let doing, let code):
                throw ShardError(folder, .system(doing: doing, code: code))
            }
        }
    }

    private static func makeFolder(_ folder: String) throws {
        guard mkdir(folder, 0o777) != 0, errno != EEXIST else { return }
        throw ShardError(folder, .system(doing: "make the folder", code: errno))
    }
}

extension SampleSource {
    /// A sample, refused if a shard could not hold it; errors name the index.
    fileprivate func storableSample(at index: Int) throws -> Sample {
        do {
            let sample = try self.sample(at: index)
            if let fault = sample.fault {
                throw ShardError("", .sample(index: index, reason: "found \(fault)"))
            }
            return sample
        } catch let error as ShardError {
            throw error
        } catch {
            throw ShardError("", .sample(index: index, reason: shortened("\(error)")))
        }
    }
}
