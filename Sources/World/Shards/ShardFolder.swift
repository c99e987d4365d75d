import Checkpoints
import Foundation

/// The state of a folder that a writer works in: its manifest, in memory and on disk.
struct ShardFolder {
    let folder: String
    private(set) var manifest: ShardManifest
    /// Shards that the manifest on disk knows.
    private var noted: Int

    /// Takes stock of a folder: the manifest there must be of the same data set, and other shards
    /// must not be there. Temporary files of a killed run are removed. The folder is locked.
    ///
    /// - Throws: ``ShardError``; `CheckpointError` from the disk.
    init(_ folder: String, _ wanted: ShardManifest) throws {
        self.folder = folder
        let names = try names(in: folder)
        let known = Set((0..<wanted.shardCount).map(ShardManifest.file))
        if names.contains(ShardManifest.name) {
            manifest = try ShardManifest(folder: folder)
            if let (what, there, here) = manifest.difference(wanted) {
                throw ShardError(
                    folder,
                    .otherData(
                        what: shortened(what), there: shortened(there), here: shortened(here)))
            }
            noted = manifest.shards.count
            try refuse(names.filter { ShardManifest.isShardFile($0) && !known.contains($0) })
            try removeLeftovers(names)
        } else {
            (manifest, noted) = (wanted, 0)
            try refuse(names.filter(ShardManifest.isShardFile))
            try removeLeftovers(names)
            // First of all: a folder that holds shards has a manifest, whenever we are interrupted.
            try save()
        }
    }

    /// Numbers of the shards that are to be made.
    var missing: [Int] {
        let made = Set(manifest.shards.map(\.file))
        return (0..<manifest.shardCount).filter { !made.contains(ShardManifest.file(ofShard: $0)) }
    }

    /// Compares the manifest's shards with their sizes and hashes and forgets those that differ.
    ///
    /// - Returns: the names of the forgotten.
    mutating func dropDamaged(threads: Int) throws -> [String] {
        let folder = folder
        var rest = manifest.shards[...]
        let pipeline = OrderedPipeline(
            threads: threads, window: 2 * threads, draw: { rest.popFirst() },
            work: { shard in
                (try? ShardFile(path: "\(folder)/\(shard.file)", entry: shard).verify()) != nil
            })
        var verdicts: [Bool] = []
        while let isWhole = try pipeline.next() { verdicts.append(isWhole) }
        let damaged = zip(manifest.shards, verdicts).filter { !$1 }.map(\.0.file)
        if !damaged.isEmpty {
            manifest.shards = zip(manifest.shards, verdicts).filter(\.1).map(\.0)
            try save()
        }
        return damaged
    }

    /// Takes a finished shard into the manifest.
    ///
    /// The file is written anew when a 64th of the shards, at least one, is not in it yet, and at
    /// the end: so the work stays in proportion, and a kill costs little of what was done.
    ///
    /// - Returns: whether the file was written.
    mutating func add(_ shard: ShardManifest.Shard) throws -> Bool {
        let place = manifest.shards.lastIndex { $0.first < shard.first }.map { $0 + 1 } ?? 0
        manifest.shards.insert(shard, at: place)
        let new = manifest.shards.count - noted
        guard manifest.isComplete || new >= max(1, manifest.shards.count / 64) else { return false }
        try save()
        return true
    }

    private func refuse(_ strangers: [String]) throws {
        guard strangers.isEmpty else { throw ShardError(folder, .strangers(strangers)) }
    }

    private mutating func save() throws {
        try AtomicFile.write(manifest.json, to: "\(folder)/\(ShardManifest.name)")
        noted = manifest.shards.count
    }

    /// Removes the files that ``AtomicFile`` had not named yet when a run was killed.
    private func removeLeftovers(_ names: [String]) throws {
        for name in names
        where name.hasSuffix(".partial")
            && (name.hasPrefix(".shard-") || name.hasPrefix(".\(ShardManifest.name)."))
        {
            guard unlink("\(folder)/\(name)") == 0 || errno == ENOENT else {
                throw ShardError(
                    folder, .system(doing: "remove \(quoted(name))", code: errno))
            }
        }
    }
}
