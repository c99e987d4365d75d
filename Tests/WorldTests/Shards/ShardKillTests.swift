import Foundation
import Testing
import World

/// What a killed run leaves is what is on disk at that moment: copied here at 20 points of one run,
/// and truly left behind by `kill -9` at some. `Reference/shards/kill_resume.sh` kills the program.
@Suite struct ShardKillTests {
    private static let options = ShardWriter.Options(samplesPerShard: 4, workers: 2)

    /// Copies the folder at chosen events.
    private final class Snapshots: @unchecked Sendable {
        private let folder: ScratchFolder
        private var chosen: Set<Int>
        private var events = 0
        private(set) var names: [(name: String, event: ShardWriter.Event)] = []

        init(_ folder: ScratchFolder, at chosen: Set<Int>) {
            (self.folder, self.chosen) = (folder, chosen)
        }

        func see(_ event: ShardWriter.Event) throws {
            defer { events += 1 }
            guard chosen.remove(events) != nil else { return }
            try FileManager.default.copyItem(
                atPath: folder.file("data"), toPath: folder.file("copy-\(events)"))
            names.append(("copy-\(events)", event))
        }
    }

    @Test func everyPointOfAKillLeadsToTheSameBytes() throws {
        let folder = try ScratchFolder()
        let events = try events(folder)
        // Before the manifest knows of any shard, between a shard's name and the manifest, the end.
        let named = try #require(events.firstIndex(of: .named(shard: 0)))
        var random = TestGenerator(state: 5)
        var chosen: Set<Int> = [0, named, named + 1, events.count - 2, events.count - 1]
        while chosen.count < 20 {
            chosen.insert(Int.random(in: events.indices, using: &random))
        }
        let snapshots = Snapshots(folder, at: chosen)
        var writer = ShardWriter(Self.options)
        writer.observer = { try snapshots.see($0) }
        try writer.write(PatternSource(), to: folder.file("data"))
        let whole = try contents(of: folder.file("data"))
        #expect(snapshots.names.count == 20)
        var keptOfAll = 0
        for (name, event) in snapshots.names {
            let before = try folder.names(name)
            let outcome = try ShardWriter(Self.options).write(
                PatternSource(), to: folder.file(name))
            #expect(try contents(of: folder.file(name)) == whole, "killed at \(event): \(before)")
            #expect(outcome.repaired.isEmpty)
            keptOfAll += outcome.kept
            if case .wrote = event { #expect(before.contains { $0.hasSuffix(".partial") }) }
        }
        #expect(keptOfAll > 20, "runs that keep nothing prove nothing")
    }

    /// Everything that happens in a whole run.
    private func events(_ folder: ScratchFolder) throws -> [ShardWriter.Event] {
        let seen = Seen()
        var writer = ShardWriter(Self.options)
        writer.observer = { seen.events.append($0) }
        try writer.write(PatternSource(), to: folder.file("seen"))
        return seen.events
    }

    /// The observer is called on one thread only.
    private final class Seen: @unchecked Sendable { var events: [ShardWriter.Event] = [] }

    @Test(arguments: [1, 60, 130])
    func aRealKillIsSurvived(event: Int) async throws {
        let folder = try ScratchFolder()
        let path = folder.path
        await #expect(processExitsWith: .signal(SIGKILL)) {
            [path = path as String, event = event as Int] in
            let seen = Seen()
            var writer = ShardWriter(Self.options)
            writer.observer = {
                seen.events.append($0)
                if seen.events.count == event { kill(getpid(), SIGKILL) }
            }
            try writer.write(PatternSource(), to: path)
        }
        let left = try folder.names()
        #expect(left.contains(".writer.lock"))
        try ShardWriter(Self.options).write(PatternSource(), to: path)
        let whole = try ScratchFolder()
        try ShardWriter(Self.options).write(PatternSource(), to: whole.path)
        #expect(try contents(of: path) == contents(of: whole.path), "left: \(left)")
    }
}
