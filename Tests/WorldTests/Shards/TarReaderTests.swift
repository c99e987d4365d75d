import Checkpoints
import Testing
import World

@Suite struct TarReaderTests {
    /// Every member's name and content.
    private func members(_ bytes: [UInt8]) throws -> [(name: String, content: [UInt8])] {
        let folder = try ScratchFolder()
        var reader = TarReader(try InputFile(folder.write("a.tar", bytes)))
        var members: [(String, [UInt8])] = []
        while let member = try reader.next() {
            members.append((member.name, try reader.bytes(of: member)))
        }
        return members
    }

    @Test func readsWhatOtherWritersUse() throws {
        let long = String(repeating: "long/", count: 40) + "a.json"
        let found = try members(
            TarBuilder.archive {
                $0.addRecords([("comment", "common")], type: "g")
                $0.add("folder", type: "5")
                $0.add("folder/a.x", [1])
                $0.add("./b.x", [2], magic: "ustar  \u{0}")
                $0.add("c.x", [3], prefix: "start")
                $0.addRecords([("path", long), ("mtime", "1.5")])
                $0.add("short", [4])
                $0.add("././@LongLink", Array((long + "\u{0}").utf8), type: "L")
                $0.add("short", [5], type: "\u{0}")
                $0.addRecords([("size", "2")])
                $0.add("d.x", [6, 6], size: "00000000000")
                $0.add("e.x", [7], size: "1")
                $0.add(
                    "f.x", [8],
                    edit: { $0[124..<136] = [0x80] + [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1] })
            } + [UInt8](repeating: 0, count: 8192))
        #expect(
            found.map(\.name) == [
                "folder/a.x", "./b.x", "start/c.x", long, long, "d.x", "e.x", "f.x",
            ])
        #expect(found.map(\.content) == [[1], [2], [3], [4], [5], [6, 6], [7], [8]])
    }

    struct Hostile: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let bytes: [UInt8]
        let sentence: String

        init(_ name: String, _ sentence: String, _ bytes: [UInt8]) {
            (testDescription, self.sentence, self.bytes) = (name, sentence, bytes)
        }

        init(_ name: String, _ sentence: String, _ build: (inout TarBuilder) -> Void) {
            self.init(name, sentence, TarBuilder.archive(build))
        }
    }

    private static let good = TarBuilder.archive {
        $0.add("a.x", [UInt8](repeating: 1, count: 600))
    }

    static let hostile: [Hostile] = [
        Hostile("wrong checksum", "found another checksum at byte 0") {
            $0.add("a.x", spoil: { $0[0] ^= 1 })
        },
        Hostile("checksum of no digits", "expected an octal checksum") {
            $0.add("a.x", spoil: { $0[150] = 0x39 })
        },
        Hostile("no archive", "expected an octal checksum", [UInt8](repeating: 65, count: 2048)),
        Hostile("old archive without a magic", "expected a ustar header") {
            $0.add("a.x", magic: "")
        },
        Hostile(
            "cut in the content", "expected 1024 bytes of content, found 588 before the end",
            Array(good.prefix(1100))),
        Hostile(
            "cut in a header", "expected a header or two empty blocks, found the end of the file",
            Array(good.prefix(300))),
        Hostile(
            "cut between members", "expected a header or two empty blocks, found the end",
            Array(good.prefix(1536))),
        Hostile("cut in its end", "found the end of the file", Array(good.dropLast(512))),
        Hostile("one empty block", "expected two empty blocks at the end, found one") {
            $0.bytes += [UInt8](repeating: 0, count: 512)
            $0.add("a.x")
        },
        Hostile("a second archive", "expected nothing after the end, found more", good + good),
        Hostile("empty file", "found the end of the file at byte 0", [UInt8]()),
        Hostile("size beyond the file", "expected 262144 bytes of content, found 1024") {
            $0.add("a.x", size: "00001000000")
        },
        Hostile("huge binary size", "expected a size below 2^62") {
            $0.add("a.x", edit: { $0[124..<136] = [0x80] + [UInt8](repeating: 0xFF, count: 11) })
        },
        Hostile("large binary size", "expected a member of at most 1073741824 bytes") {
            $0.add(
                "a.x",
                edit: {
                    $0[124..<136] = [0x80, 0, 0, 0, 0x3F] + [UInt8](repeating: 0xFF, count: 7)
                })
        },
        Hostile("negative binary size", "expected an octal size") {
            $0.add("a.x", edit: { $0[124..<136] = ArraySlice([UInt8](repeating: 0xFF, count: 12)) })
        },
        Hostile("size of no digits", "expected an octal size") {
            $0.add("a.x", size: "0000000 001")
        },
        Hostile("empty size", "expected an octal size") { $0.add("a.x", size: "           ") },
        Hostile("absolute name", "found the absolute name \"/etc/a.x\"") { $0.add("/etc/a.x") },
        Hostile("leaving name", "found \"..\" in \"a/../../b.x\"") { $0.add("a/../../b.x") },
        Hostile("leaving through the prefix", "found \"..\" in \"../b.x\"") {
            $0.add("b.x", prefix: "..")
        },
        Hostile("leaving through pax", "found \"..\" in \"../b.x\"") {
            $0.addRecords([("path", "../b.x")])
            $0.add("b.x")
        },
        Hostile("leaving folder", "found \"..\" in \"../\"") { $0.add("../", type: "5") },
        Hostile("empty name", "found an empty name") { $0.add("") },
        Hostile("name that is not UTF-8", "found a name that is not UTF-8") {
            $0.add("a.x", edit: { $0[0] = 0xFF })
        },
        Hostile("control characters", "found control characters in \"a\\u{1B}[2J.x\"") {
            $0.add("a\u{1B}[2J.x")
        },
        Hostile("symbolic link", "expected files and folders only, found a link") {
            $0.add("a.x", type: "2")
        },
        Hostile("hard link", "found a link") { $0.add("a.x", type: "1") },
        Hostile("device", "found a device or pipe") { $0.add("a.x", type: "3") },
        Hostile("sparse file", "found a sparse file") { $0.add("a.x", type: "S") },
        Hostile("sparse file in pax", "found a sparse file") {
            $0.addRecords([("GNU.sparse.size", "9999999999")])
            $0.add("a.x")
        },
        Hostile("unknown type", "found a member of the unknown type 90") {
            $0.add("a.x", type: "Z")
        },
        Hostile("folder with content", "expected a folder without content") {
            $0.add("a/", [1], type: "5")
        },
        Hostile("pax size beyond the file", "expected 1073741824 bytes of content") {
            $0.addRecords([("size", "1073741824")])
            $0.add("a.x")
        },
        Hostile("pax size of no number", "expected pax records, found a size of no number") {
            $0.addRecords([("size", "-1")])
            $0.add("a.x")
        },
        Hostile("miscounted record", "found a record that is cut or miscounted") {
            $0.add("pax", Array("99 path=a\n".utf8), type: "x")
            $0.add("a.x")
        },
        Hostile("record of no key", "found a record without =") {
            $0.add("pax", Array("7 path\n".utf8), type: "x")
            $0.add("a.x")
        },
        Hostile("common name", "expected each file to have its own name and size") {
            $0.addRecords([("path", "b.x")], type: "g")
            $0.add("a.x")
        },
        Hostile("large records", "expected an extended header of at most 65536 bytes") {
            $0.add("pax", [UInt8](repeating: 65, count: 70_000), type: "x")
            $0.add("a.x")
        },
        Hostile("records for nothing", "expected a file after its extended header, found none") {
            $0.addRecords([("path", "b.x")])
        },
    ]

    @Test(arguments: hostile)
    func refusesHostileArchives(_ hostile: Hostile) throws {
        let sentence = shardSentence { _ = try members(hostile.bytes) }
        #expect(sentence?.contains(hostile.sentence) == true, "\(sentence ?? "accepted")")
    }

    @Test func namesTheByteWhereAnArchiveGoesWrong() throws {
        let bytes = TarBuilder.archive {
            $0.add("a.x", [1])
            $0.add("../b.x", [2])
        }
        #expect(
            shardSentence { _ = try members(bytes) } == """
                …: expected a relative name, found ".." in "../b.x" at byte 1024 of the tar file; \
                make or fetch it again.
                """)
    }

    @Test func manyFoldersAreNoDepth() throws {
        var builder = TarBuilder()
        builder.add("a/", type: "5")
        let block = builder.bytes
        var bytes: [UInt8] = []
        for _ in 0..<5_000 { bytes += block }
        #expect(try members(bytes + [UInt8](repeating: 0, count: 1024)).isEmpty)
    }

    /// Damaged archives are refused or read, never crash, and never leave the file.
    @Test func survivesTwoThousandMutants() throws {
        let seed = TarBuilder.archive {
            $0.addRecords([("path", "a.x"), ("size", "3")])
            $0.add("b", [1, 2, 3])
            $0.add("a.y", [4])
        }
        let folder = try ScratchFolder()
        var random = TestGenerator(state: 3)
        var accepted = 0
        for _ in 0..<2_000 {
            var mutant = seed
            for _ in 0..<Int.random(in: 1...2, using: &random) {
                let at = Int.random(in: 0..<mutant.count, using: &random)
                mutant[at] = UInt8.random(in: 0...255, using: &random)
            }
            fixChecksums(&mutant)
            try folder.write("a.tar", mutant)
            var reader = TarReader(try InputFile(folder.file("a.tar")))
            do {
                while let member = try reader.next() { _ = try reader.bytes(of: member) }
                accepted += 1
            } catch is ShardError {}
        }
        // Bytes of contents, times and modes do not matter; the others do.
        #expect((400..<1_900).contains(accepted), "\(accepted) accepted")
    }

    /// Makes the checksums of the seed's three headers right again, so that mutants get further.
    private func fixChecksums(_ bytes: inout [UInt8]) {
        for start in [0, 1024, 2048] {
            bytes.replaceSubrange((start + 148)..<(start + 156), with: Array("        ".utf8))
            let sum = String(bytes[start..<(start + 512)].reduce(0) { $0 + Int($1) }, radix: 8)
            let field = String(repeating: "0", count: 6 - sum.count) + sum + "\u{0} "
            bytes.replaceSubrange((start + 148)..<(start + 156), with: Array(field.utf8))
        }
    }
}
