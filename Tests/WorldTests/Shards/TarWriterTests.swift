import Checkpoints
import Testing
import World

@Suite struct TarWriterTests {
    private func archive(_ members: [(String, [UInt8])]) throws -> [UInt8] {
        var bytes: [UInt8] = []
        let tar = TarWriter { bytes += $0 }
        for (name, content) in members { try tar.append(name, content) }
        try tar.finish()
        return bytes
    }

    @Test func writesTheFieldsOfUstarAndNothingElse() throws {
        let written = try archive([("000000001.json", Array("{}".utf8)), ("a.b", [])])
        let byHand = TarBuilder.archive {
            $0.add("000000001.json", Array("{}".utf8))
            $0.add("a.b")
        }
        #expect(written == byHand)
        #expect(written.count == 512 + 512 + 512 + 1024)
        // Python 3.11: tarfile.TarInfo("000000001.json"), size 2, mode 0o644, tobuf(USTAR_FORMAT).
        #expect(Array(written[148..<156]) == Array("007570\u{0} ".utf8))
    }

    @Test func readsBackWhatItWrote() throws {
        let folder = try ScratchFolder()
        let members = [
            ("a.x", [UInt8](repeating: 1, count: 511)), ("a.y", [UInt8](repeating: 2, count: 512)),
            ("b/c.x", [UInt8](repeating: 3, count: 513)), ("é.x", []),
            (String(repeating: "n", count: 98) + ".x", [4]),
        ]
        let file = try InputFile(folder.write("a.tar", archive(members)))
        var reader = TarReader(file)
        for (name, content) in members {
            let member = try #require(try reader.next())
            #expect(member.name == name)
            #expect(try reader.bytes(of: member) == content)
        }
        #expect(try reader.next() == nil)
        #expect(try reader.next() == nil)
    }

    @Test(arguments: ["", "/a.x", "../a.x", "a/../../b.x", "a\u{0}.x", "a\n.x"])
    func refusesNamesThatLeaveTheFolder(name: String) throws {
        #expect(throws: ShardError.self) { try archive([(name, [])]) }
    }

    @Test func refusesNamesThatDoNotFit() throws {
        let name = String(repeating: "n", count: 99) + ".x"
        #expect(
            shardSentence { _ = try archive([(name, [])]) }
                == "…: expected a member to be a name of at most 100 bytes, found one of 101.")
    }
}
