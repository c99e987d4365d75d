import Checkpoints
import Foundation
import Testing
import World

@Suite struct ShardWriterTests {
    private func writer(_ workers: Int = 2, samplesPerShard: Int = 4) -> ShardWriter {
        ShardWriter(.init(samplesPerShard: samplesPerShard, workers: workers))
    }

    @Test func theNumberOfWorkersChangesNoByte() throws {
        let folder = try ScratchFolder()
        for workers in [1, 2, 4] {
            try writer(workers).write(PatternSource(), to: folder.file("\(workers)"))
        }
        let one = try contents(of: folder.file("1"))
        #expect(one.count == 8, "seven shards of 4, 4, 4, 4, 4, 4, 1 samples, and a manifest")
        #expect(try contents(of: folder.file("2")) == one)
        #expect(try contents(of: folder.file("4")) == one)
        try writer().write(PatternSource(seed: 8), to: folder.file("other"))
        #expect(try contents(of: folder.file("other")) != one)
    }

    @Test func theManifestSaysWhatIsThere() throws {
        let folder = try ScratchFolder()
        let outcome = try writer().write(PatternSource(), to: folder.file("a"))
        let manifest = try ShardManifest(folder: folder.file("a"))
        #expect(outcome.manifest == manifest)
        #expect(outcome.kept == 0 && outcome.repaired.isEmpty)
        #expect(manifest.shards.map(\.first) == [0, 4, 8, 12, 16, 20, 24])
        #expect(manifest.shards.map(\.samples) == [4, 4, 4, 4, 4, 4, 1])
        #expect(manifest.shards.last?.file == "shard-000006.tar")
        for shard in manifest.shards {
            let bytes = try content(folder.file("a/\(shard.file)"))
            #expect(shard.bytes == bytes.count)
            #expect(shard.sha256 == SHA256.hex(bytes))
        }
        #expect((manifest.version, manifest.seed) == ("pattern-1", 7))
        #expect((manifest.samples, manifest.samplesPerShard) == (25, 4))
        #expect(manifest.settings == ["size": "64"])
    }

    @Test func aSecondRunMakesNothing() throws {
        let folder = try ScratchFolder()
        try writer().write(PatternSource(), to: folder.path)
        let first = try contents(of: folder.path)
        let source = PatternSource(before: { Issue.record("sample \($0) was made again") })
        let outcome = try writer().write(source, to: folder.path)
        #expect(outcome.kept == 7)
        #expect(try contents(of: folder.path) == first)
    }

    @Test func damagedAndLostShardsAreMadeAnew() throws {
        let folder = try ScratchFolder()
        try writer().write(PatternSource(), to: folder.path)
        let first = try contents(of: folder.path)
        var bytes = try content(folder.file("shard-000001.tar"))
        bytes[700] ^= 1
        try folder.write("shard-000001.tar", bytes)
        try folder.write("shard-000003.tar", Array(bytes.prefix(1000)))
        try FileManager.default.removeItem(atPath: folder.file("shard-000006.tar"))
        let outcome = try writer().write(PatternSource(), to: folder.path)
        #expect(outcome.kept == 4)
        #expect(
            outcome.repaired == ["shard-000001.tar", "shard-000003.tar", "shard-000006.tar"])
        #expect(try contents(of: folder.path) == first)
    }

    @Test(arguments: [
        (PatternSource(version: "pattern-2"), "version of the data set in this folder, pattern-1"),
        (PatternSource(seed: 8), "seed of the data set in this folder, 7, found 8; continue"),
        (PatternSource(count: 26), "number of samples of the data set in this folder, 25, found"),
        (PatternSource(settings: ["size": "128"]), "size of the data set in this folder, 64"),
        (PatternSource(settings: ["size": "64", "maps": "all"]), "the maps of the data set"),
        (PatternSource(settings: [:]), "the size of the data set in this folder, 64, found none"),
    ])
    func refusesToContinueAnotherDataSet(source: PatternSource, words: String) throws {
        let folder = try ScratchFolder()
        try writer().write(PatternSource(), to: folder.path)
        let first = try contents(of: folder.path)
        let sentence = shardSentence { try writer().write(source, to: folder.path) }
        #expect(sentence?.contains(words) == true, "\(sentence ?? "accepted")")
        #expect(try contents(of: folder.path) == first)
    }

    @Test func refusesOtherShardSizesAndStrangers() throws {
        let folder = try ScratchFolder()
        try writer().write(PatternSource(), to: folder.file("a"))
        #expect(
            shardSentence {
                try writer(samplesPerShard: 5).write(PatternSource(), to: folder.file("a"))
            } == """
                …: expected the samples per shard of the data set in this folder, 4, found 5; \
                continue with the same settings, or name another folder.
                """)
        try folder.write("b/shard-000000.tar", [1])
        let strangers = """
            …: expected no shards but those of its manifest.json, found shard-000000.tar; remove \
            them or name another folder.
            """
        #expect(
            shardSentence { try writer().write(PatternSource(), to: folder.file("b")) }
                == strangers)
        try folder.write("a/shard-000007.tar", [1])
        #expect(
            shardSentence { try writer().write(PatternSource(), to: folder.file("a")) }
                == strangers.replacingOccurrences(of: "000000", with: "000007"))
    }

    @Test func refusesABrokenManifest() throws {
        let folder = try ScratchFolder()
        try writer().write(PatternSource(), to: folder.path)
        let good = String(decoding: try content(folder.file("manifest.json")), as: UTF8.self)
        for (from, to, words) in [
            ("\"seed\": 7", "\"seed\": -7", "expected a whole number of at most 64 bits"),
            ("\"samples\": 25", "\"samples\": 0", "expected at least one sample"),
            ("shard-000002.tar", "../../etc/x.tar", "found \"../../etc/x.tar\" with 4 from 8"),
            ("\"first\": 8", "\"first\": 4", "expected shards in order"),
            ("\"first\": 8", "\"first\": 9223372036854775807", "expected a whole number"),
            ("\"format_version\": 1", "\"format_version\": 2", "found likeness-shards 2"),
            ("\"shards\": [", "\"shards\": [1,", "expected a text for \"file\" in shards"),
            ("{", "", "the closing brace"),
            ("\"sha256\": \"", "\"sha256\": \"x", "expected a SHA-256"),
        ] {
            try folder.write(
                "manifest.json", Array(good.replacingOccurrences(of: from, with: to).utf8))
            let sentence = shardSentence { try writer().write(PatternSource(), to: folder.path) }
            #expect(sentence?.contains(words) == true, "\(to): \(sentence ?? "accepted")")
        }
    }

    @Test func aSecondWriterIsRefusedAndTheFirstGoesOn() throws {
        let folder = try ScratchFolder()
        let path = folder.path
        var writer = writer(samplesPerShard: 10)
        writer.observer = { event in
            guard case .named(1) = event else { return }
            #expect(
                shardSentence { try ShardWriter().write(PatternSource(), to: path) } == """
                    …: expected to be the only writer in this folder, found another one at work; \
                    wait for it or name another folder.
                    """)
        }
        try writer.write(PatternSource(), to: path)
        #expect(try ShardReader(folder: path).count == 25)
        #expect(try folder.names().count == 4, "the lock is gone")
    }

    @Test func stoppingLeavesNothingHalf() throws {
        let folder = try ScratchFolder()
        var asked = 0
        #expect(throws: CancellationError.self) {
            try writer().write(
                PatternSource(), to: folder.path,
                shouldStop: {
                    asked += 1
                    return asked > 10
                })
        }
        #expect(
            try folder.names() == ["manifest.json", "shard-000000.tar", "shard-000001.tar"])
        #expect(try writer().write(PatternSource(), to: folder.path).kept == 2)
    }

    @Test func aFailingSampleIsNamedAndLeavesNothingHalf() throws {
        struct Broken: Error, CustomStringConvertible { let description = "no such head" }
        let folder = try ScratchFolder()
        let source = PatternSource(before: { if $0 == 9 { throw Broken() } })
        for workers in [1, 4] {
            #expect(
                shardSentence { try writer(workers).write(source, to: folder.path) }
                    == "…: sample 9 could not be made: no such head.")
        }
        #expect(
            try folder.names() == ["manifest.json", "shard-000000.tar", "shard-000001.tar"])
    }

    @Test func aFullDiskLeavesNothingHalf() throws {
        struct Full: Error {}
        let folder = try ScratchFolder()
        var writer = writer()
        writer.observer = { if case .wrote(2, 1024...) = $0 { throw Full() } }
        #expect(throws: Full.self) { try writer.write(PatternSource(), to: folder.path) }
        #expect(
            try folder.names() == ["manifest.json", "shard-000000.tar", "shard-000001.tar"])
    }

    @Test func refusesSamplesThatWouldNotBeReadBack() throws {
        struct Odd: SampleSource {
            let count = 1
            let version = "odd"
            let seed: UInt64 = 0
            let settings: [String: String] = [:]
            let key: String
            let suffixes: [String]

            func sample(at index: Int) throws -> Sample {
                Sample(key: key, members: suffixes.map { .init($0, []) })
            }
        }
        for (key, suffixes, words) in [
            ("a", [], "a sample without members"), ("a.b", ["x"], "not read as a key"),
            ("", ["x"], "not read as a key"), ("a", ["X"], "not read as a key"),
            ("a", ["b/c"], "not read as a key"), ("../a", ["x"], "found \"..\""),
            ("a", ["x", "x"], "found two members \"a.x\""),
            (String(repeating: "k", count: 99), ["x"], "of more than 100 bytes"),
        ] as [(String, [String], String)] {
            let folder = try ScratchFolder()
            let sentence = shardSentence {
                try writer().write(Odd(key: key, suffixes: suffixes), to: folder.path)
            }
            #expect(sentence?.contains(words) == true, "\(sentence ?? "accepted")")
        }
    }

    @Test func progressCountsWhatIsThereAlready() throws {
        let folder = try ScratchFolder()
        var reports: [ShardProgress] = []
        try writer().write(PatternSource(), to: folder.path, progress: { reports.append($0) })
        #expect(reports.map(\.done) == Array(1...25))
        #expect(reports.allSatisfy { $0.total == 25 && $0.samplesPerSecond > 0 })
        #expect(reports.last?.secondsLeft == 0)
        try FileManager.default.removeItem(atPath: folder.file("shard-000006.tar"))
        reports = []
        try writer().write(PatternSource(), to: folder.path, progress: { reports.append($0) })
        #expect(reports.map(\.done) == [25])
    }

    @Test func noMoreSamplesAreHeldThanTwiceTheWorkers() throws {
        final class Tally: @unchecked Sendable {
            private let lock = NSLock()
            private(set) var made = 0
            func add() { lock.withLock { made += 1 } }
        }
        let (folder, tally) = (try ScratchFolder(), Tally())
        var taken = 0
        var most = 0
        try writer(3).write(
            PatternSource(count: 200, before: { _ in tally.add() }), to: folder.path,
            progress: { _ in
                taken += 1
                most = max(most, tally.made - taken)
            })
        #expect(most <= 6)
    }
}
