import Checkpoints
import Testing

/// Hostile zip archives around an innocent pickle.
@Suite struct ZipDirectoryTests {
    struct Hostile: Sendable, CustomTestStringConvertible {
        let id: String
        let bytes: [UInt8]
        let says: String
        var testDescription: String { id }

        init(_ id: String, _ says: String, _ change: (inout Zip) -> Void) {
            self.init(id, bytes: Zip.torch().changed(change).bytes, says)
        }

        init(_ id: String, bytes: [UInt8], _ says: String) {
            self.id = id
            self.bytes = bytes
            self.says = says
        }
    }

    private static let whole = Zip.torch().bytes
    private static let extra = Zip.Member(name: "archive/data/0", bytes: [9])

    static let hostile: [Hostile] = [
        Hostile(
            "deflated",
            "member \"archive/data/0\": expected stored bytes, found compression method 8"
        ) { $0.members[2].method = 8 },
        Hostile("encrypted", "no encryption or patches, found flags 0x1") {
            $0.members[0].flags = 1
        },
        Hostile(
            "zip-slip", "member \"../../etc/passwd\": expected only members that torch.save writes"
        ) { $0.members[1].name = "../../etc/passwd" },
        Hostile("absolute name", "member \"/data.pkl\"") { $0.members[1].name = "/data.pkl" },
        Hostile("backslash", "only members that torch.save writes") {
            $0.members[1].name = "archive\\x/version"
        },
        Hostile("NUL in a name", "only members that torch.save writes") {
            $0.members[1].name = "archive/version\0"
        },
        Hostile("TorchScript", "member \"archive/code/__torch__.py\"") {
            $0.members[1].name = "archive/code/__torch__.py"
        },
        Hostile("deeper folder", "only members that torch.save writes") {
            $0.members[1].name = "archive/archive/version"
        },
        Hostile("two folders", "every member in the folder \"archive\"") {
            $0.members[3].name = "other/version"
        },
        Hostile("same name twice", "member \"archive/data/0\": expected every name once") {
            $0.members.append(extra)
        },
        Hostile("two pickles", "member \"archive/data.pkl\": expected every name once") {
            $0.members.append($0.members[0])
        },
        Hostile("overlapping members", "member \"archive/data/0\"") { $0.members[2].offset = 0 },
        Hostile("all at one place (zip bomb)", "to start within 24 bytes after") { zip in
            for k in 1..<4 { zip.members[k].offset = 0 }
        },
        Hostile("local name differs", "a local header that repeats the directory") {
            $0.members[2].localName = "archive/data/1"
        },
        Hostile("local size differs", "a local header that repeats the directory") {
            $0.members[2].localSize = 4
        },
        Hostile(
            "size beyond the file",
            "member \"archive/version\": expected a local header and 4000000 bytes"
        ) { $0.members[3].size = 4_000_000 },
        Hostile("size past the next member", "to start within 24 bytes after") {
            $0.members[1].size = 40
        },
        Hostile("zip64 size missing", "equal sizes before and after storing") {
            $0.members[2].size = 0xFFFF_FFFF
        },
        Hostile("zip64 size of 2^64-1", "equal sizes before and after storing") {
            $0.members[2].size = 0xFFFF_FFFF;
            $0.members[2].extra = [1, 0, 16, 0] + [UInt8](repeating: 0xFF, count: 16)
        },
        Hostile("zip64 size of 2^62", "expected a local header and 4611686018427387904 bytes") {
            $0.members[2].size = 0xFFFF_FFFF;
            $0.members[2].extra = [1, 0, 16, 0] + littleEndian(1 << 62) + littleEndian(1 << 62)
        },
        Hostile("bytes before the first member", "to start within 24 bytes after 0") {
            $0.prefix = Array("PK\u{3}\u{4}".utf8)
        },
        Hostile("comment", "an end record without a comment") { $0.comment = [0x41] },
        Hostile("end record in a comment", "an end record without a comment") {
            $0.comment = Array(whole.suffix(22)) + [0]
        },
        Hostile("bytes after the end", "an end record without a comment") { $0.suffix = [0] },
        Hostile("too many members counted", "a directory right before the end record") {
            $0.countOff = 60_000
        },
        Hostile(
            "7z around it", bytes: Array("7z".utf8) + [0xBC, 0xAF, 0x27, 0x1C] + whole,
            "found a 7z archive; unpack it yourself first"),
        Hostile("gzip around it", bytes: [0x1F, 0x8B] + whole, "found gzip-compressed data"),
        Hostile(
            "truncated", bytes: Array(whole.dropLast(40)),
            "an end record without a comment at the end"),
        Hostile("no pickle", "member \"data.pkl\": expected it to be there") {
            $0.members.removeFirst()
        },
        Hostile("no storage", "storage \"0\": expected 16 bytes, found none") {
            $0.members.remove(at: 2)
        },
        Hostile("storage of another size", "storage \"0\": expected 16 bytes, found 12") {
            $0.members[2].bytes.removeLast(4)
        },
        Hostile("big-endian", "member \"byteorder\": expected little-endian data, found \"big\"") {
            $0.members[1].bytes = Array("big".utf8)
        },
        Hostile("version 99", "member \"version\": expected 1 to 10, found \"99\"") {
            $0.members[3].bytes = Array("99".utf8)
        },
        Hostile("pickle damaged", "member \"data.pkl\": expected CRC-32 1") {
            $0.members[0].checksum = 1
        },
        Hostile("bytes after STOP", "nothing after STOP") { $0.members[0].bytes.append(0x2E) },
        Hostile(
            "only an end record",
            bytes: Array("PK".utf8) + [5, 6] + [UInt8](repeating: 0, count: 18),
            "a directory right before the end record"),
    ]

    @Test(arguments: hostile)
    func refusesHostileArchives(_ hostile: Hostile) throws {
        let folder = try Folder()
        let path = try folder.write(hostile.bytes, "x.pth")
        let found = try #require(
            sentence { _ = try openCheckpoint(path) }, "accepted \(hostile.id)")
        #expect(found.contains(hostile.says), "\(found)")
        #expect(try folder.names() == ["x.pth"])
    }

    @Test func verifyFindsDamagedWeights() throws {
        let folder = try Folder()
        let zip = Zip.torch().changed { $0.members[2].checksum = 0xABCD }
        let archive = try TorchArchive(try folder.write(zip.bytes, "x.pth"))
        #expect(
            sentence { try archive.verify() } == """
                x.pth: zip archive, member "data/0": expected CRC-32 abcd, found cecee288; save it \
                again with torch.save, or convert it to safetensors.
                """)
        try TorchArchive(fixture("zip-protocol2.pth")).verify()
    }
}
