import Checkpoints
import Foundation
import Testing
import World

@Suite struct ShardReaderTests {
    private typealias Options = ShardReader.Options

    /// A folder of the pattern's 25 samples in seven shards.
    private func made(_ source: PatternSource = PatternSource()) throws -> ScratchFolder {
        let folder = try ScratchFolder()
        try ShardWriter(.init(samplesPerShard: 4, workers: 2)).write(source, to: folder.path)
        return folder
    }

    private static let orders: [ShardReader.Order] = [
        .sequential, .shuffled(seed: 1, buffer: 1), .shuffled(seed: 1, buffer: 6),
        .shuffled(seed: 1, buffer: 1000),
    ]

    @Test(arguments: [1, 3])
    func readsBackWhatWasWritten(threads: Int) throws {
        let folder = try made()
        let reader = try ShardReader(folder: folder.path)
        #expect(reader.count == 25)
        let options = Options(prefetch: 5, threads: threads, checksums: true)
        #expect(try drain(reader.stream(options)) == PatternSource().samples)
        try reader.verify()
    }

    @Test(arguments: orders)
    func everyEpochHasEachSampleOnce(order: ShardReader.Order) throws {
        let folder = try made()
        let reader = try ShardReader(folder: folder.path)
        let keys = try drain(reader.stream(Options(order: order, epochs: 3))).map(\.key)
        let expected = (0..<25).map(Sample.key)
        #expect(keys.count == 75)
        let epochs = stride(from: 0, to: 75, by: 25).map { Array(keys[$0..<($0 + 25)]) }
        for epoch in epochs { #expect(epoch.sorted() == expected) }
        if order != .sequential {
            #expect(Set(epochs).count == 3, "each epoch has its own order")
            #expect(!epochs.contains(expected))
        }
    }

    @Test func theSeedAndNothingElseMakesTheOrder() throws {
        let folder = try made()
        let reader = try ShardReader(folder: folder.path)
        func keys(_ seed: UInt64, threads: Int, prefetch: Int) throws -> [String] {
            try drain(
                reader.stream(
                    Options(
                        order: .shuffled(seed: seed, buffer: 8), prefetch: prefetch,
                        threads: threads))
            ).map(\.key)
        }
        let first = try keys(1, threads: 1, prefetch: 1)
        #expect(try keys(1, threads: 4, prefetch: 9) == first)
        #expect(try keys(2, threads: 1, prefetch: 1) != first)
        // Written down, since positions saved today must mean the same tomorrow.
        #expect(first.prefix(5).map { Int($0) } == [24, 9, 14, 10, 2])
    }

    @Test(arguments: orders, [1, 2, 3, 7, 30])
    func partsLoseNothingAndShareNothing(order: ShardReader.Order, parts: Int) throws {
        let folder = try made()
        let reader = try ShardReader(folder: folder.path)
        let lists = try (0..<parts).map { part in
            try drain(reader.stream(Options(order: order, part: .init(part, of: parts))))
                .map(\.key)
        }
        #expect(lists.flatMap { $0 }.sorted() == (0..<25).map(Sample.key))
        let lengths = lists.map(\.count)
        #expect((lengths.max() ?? 0) - (lengths.min() ?? 0) <= 1)
    }

    @Test func aPartWithoutSamplesEnds() throws {
        let folder = try made(PatternSource(count: 1))
        let reader = try ShardReader(folder: folder.path)
        let lengths = try (0..<2).map { part in
            let options = Options(part: .init(part, of: 2), epochs: part == 0 ? nil : 1)
            return try reader.stream(options).next() == nil ? 0 : 1
        }
        #expect(lengths.sorted() == [0, 1])
    }

    @Test(arguments: orders)
    func goesOnFromEverySavedPosition(order: ShardReader.Order) throws {
        let folder = try made()
        let reader = try ShardReader(folder: folder.path)
        let options = Options(order: order, part: .init(1, of: 2), epochs: 3)
        let all = try drain(reader.stream(options)).map(\.key)
        let stream = try reader.stream(options)
        for taken in 0...all.count {
            let saved = try JSONEncoder().encode(stream.position)
            let position = try JSONDecoder().decode(ShardPosition.self, from: saved)
            let rest = try drain(reader.stream(options, from: position)).map(\.key)
            #expect(rest == Array(all[taken...]), "after \(taken)")
            _ = try stream.next()
        }
    }

    @Test func refusesPositionsOfOtherStreams() throws {
        let folder = try made()
        let other = try made(PatternSource(seed: 8))
        let reader = try ShardReader(folder: folder.path)
        let options = Options(order: .shuffled(seed: 1, buffer: 6))
        let stream = try reader.stream(options)
        _ = try stream.next()
        let position = stream.position
        let refusal = """
            …: expected a position saved from these shards with the same order and part, found \
            another; start from the beginning, or read as when it was saved.
            """
        var beyond = position
        beyond.taken = 26
        for (reader, options, position) in [
            (reader, Options(order: .shuffled(seed: 2, buffer: 6)), position),
            (reader, Options(order: .shuffled(seed: 1, buffer: 7)), position),
            (reader, Options(order: options.order, part: .init(0, of: 2)), position),
            (try ShardReader(folder: other.path), options, position), (reader, options, beyond),
        ] {
            #expect(shardSentence { _ = try reader.stream(options, from: position) } == refusal)
        }
        _ = try reader.stream(
            Options(order: options.order, prefetch: 2, threads: 1), from: position)
    }

    @Test func readsAnyWebDataset() throws {
        let folder = try ScratchFolder()
        try folder.write(
            "b.tar",
            TarBuilder.archive {
                $0.add("set/", type: "5")
                $0.add("set/a.JPG", [1])
                $0.add("set/a.flow.bin", [2])
                $0.add("README", [0])
                $0.add("set/b.jpg", [3])
                $0.add("set/.hidden", [0])
                $0.add("set/b.cls", [4])
            })
        try folder.write("c.tar", TarBuilder.archive { _ in })
        try folder.write("a.tar", TarBuilder.archive { $0.add("z.txt", [9]) })
        try folder.write("notes.txt", [1])
        let expected = [
            Sample(key: "z", members: [.init("txt", [9])]),
            Sample(key: "set/a", members: [.init("jpg", [1]), .init("flow.bin", [2])]),
            Sample(key: "set/b", members: [.init("jpg", [3]), .init("cls", [4])]),
        ]
        let reader = try ShardReader(folder: folder.path)
        #expect((reader.count, reader.manifest) == (3, nil))
        #expect(try drain(reader.stream()) == expected)
        let files = try ShardReader(files: [folder.file("b.tar"), folder.file("a.tar")])
        #expect(try drain(files.stream()).map(\.key) == ["set/a", "set/b", "z"])
        #expect(
            try drain(files.stream(Options(order: .shuffled(seed: 3, buffer: 2)))).map(\.key)
                .sorted() == ["set/a", "set/b", "z"])
    }

    @Test func refusesWhatIsNoDataSet() throws {
        let folder = try ScratchFolder()
        #expect(
            shardSentence { _ = try ShardReader(folder: folder.path) }
                == "…: expected tar files with samples, found none; name a folder of shards.")
        #expect(
            shardSentence { _ = try ShardReader(folder: folder.file("none")) } == """
                …: could not list the folder, the system says No such file or directory (errno 2).
                """)
        try folder.write(
            "a.tar",
            TarBuilder.archive {
                $0.add("a.x")
                $0.add("a.X")
            })
        let sentence = shardSentence { _ = try ShardReader(folder: folder.path) }
        #expect(
            sentence?.contains("expected every member of a sample once, found \"a.X\" again")
                == true)
    }

    @Test func refusesUnfinishedAndDamagedDataSets() throws {
        let folder = try made()
        let good = try content(folder.file("shard-000002.tar"))
        try folder.write("shard-000002.tar", good + [0])
        let reader: () throws -> Void = { _ = try ShardReader(folder: folder.path) }
        #expect(
            shardSentence(reader) == """
                …: expected \(good.count) bytes, found \(good.count + 1); run the command that \
                made it again, only this shard is made anew.
                """)
        var bytes = good
        bytes[600] ^= 1
        try folder.write("shard-000002.tar", bytes)
        // Sizes do not show it; hashes do, at the first sample of the shard and not before.
        let all = try ShardReader(folder: folder.path)
        #expect(try drain(all.stream()).count == 25)
        #expect(shardSentence { try all.verify() }?.contains("expected SHA-256") == true)
        let stream = try all.stream(Options(checksums: true))
        for _ in 0..<8 { #expect(try stream.next() != nil) }
        #expect(shardSentence { _ = try stream.next() }?.contains("expected SHA-256") == true)

        let half = try ScratchFolder()
        var samples = 0
        _ = try? ShardWriter(.init(samplesPerShard: 4, workers: 1)).write(
            PatternSource(), to: half.path,
            shouldStop: {
                samples += 1
                return samples > 9
            })
        #expect(
            shardSentence { _ = try ShardReader(folder: half.path) } == """
                …: expected all 7 shards, found 2; run the command that makes them again, it \
                continues where it stopped.
                """)
    }

    @Test func refusesOptionsOutOfRange() throws {
        let folder = try made()
        let reader = try ShardReader(folder: folder.path)
        for (options, words) in [
            (Options(part: .init(2, of: 2)), "expected the part to be 0..<2, found 2"),
            (Options(part: .init(0, of: 0)), "expected the number of parts to be at least 1"),
            (Options(prefetch: 0), "expected prefetch to be at least 1, found 0"),
            (Options(threads: 0), "expected threads to be at least 1"),
            (Options(epochs: 0), "expected epochs to be at least 1"),
            (Options(order: .shuffled(seed: 1, buffer: 0)), "expected the shuffle buffer"),
        ] {
            let sentence = shardSentence { _ = try reader.stream(options) }
            #expect(sentence?.contains(words) == true, "\(sentence ?? "accepted")")
        }
    }
}
