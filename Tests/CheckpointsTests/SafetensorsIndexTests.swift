import Checkpoints
import Foundation
import Testing
import Torch

@Suite struct SafetensorsIndexTests {
    private static var tensors: [TensorSource] {
        ["a", "b", "c"].enumerated().map { k, name in
            let bytes = [UInt8](repeating: UInt8(k), count: 4)
            return TensorSource(name: name, dtype: .uint8, shape: [4], bytes: bytes)
        }
    }

    @Test func writesShardsThatReadBackAsOne() throws {
        let folder = try Folder()
        let path = try SafetensorsIndex.write(
            Self.tensors, metadata: ["format": "pt"], folder: folder.path, name: "m",
            maximumShardByteCount: 8)
        #expect(
            try folder.names() == [
                "m-00001-of-00002.safetensors", "m-00002-of-00002.safetensors",
                "m.safetensors.index.json",
            ])
        #expect(
            String(decoding: try contents(path), as: UTF8.self) == """
                {
                  "metadata": {
                    "total_size": 12
                  },
                  "weight_map": {
                    "a": "m-00001-of-00002.safetensors",
                    "b": "m-00001-of-00002.safetensors",
                    "c": "m-00002-of-00002.safetensors"
                  }
                }

                """)
        let set = try openCheckpoint(path)
        #expect(set.entries.map(\.name) == ["a", "b", "c"])
        #expect(set.metadata == ["format": "pt"])
        let c = try set.entry(named: "c")
        #expect(try set.bytes(of: c) == [2, 2, 2, 2])
        let range = try #require(c.byteRange)
        #expect(try set.map(c.file).bytes(in: range) == [2, 2, 2, 2])
    }

    @Test func writesOneFileWithoutAnIndexWhenItIsEnough() throws {
        let folder = try Folder()
        let path = try SafetensorsIndex.write(Self.tensors, folder: folder.path)
        #expect(path == folder.file("model.safetensors"))
        #expect(try folder.names() == ["model.safetensors"])
    }

    /// An index beside two shards, a and b in 1, c in 2, with one part of it replaced.
    private func verdict(_ old: String, _ new: String, removing: [String] = []) throws -> String? {
        let folder = try Folder()
        let path = try SafetensorsIndex.write(
            Self.tensors, folder: folder.path, name: "m", maximumShardByteCount: 8)
        let text = String(decoding: try contents(path), as: UTF8.self)
        try folder.write(Array(text.replacingOccurrences(of: old, with: new).utf8), "i.json")
        for name in removing { try FileManager.default.removeItem(atPath: folder.file(name)) }
        return sentence { _ = try openCheckpoint(folder.file("i.json")) }
    }

    @Test(arguments: [
        "../m.safetensors", "/etc/passwd", "sub/m.safetensors", "..", ".", "", ".hidden", "a\\\\b",
        "C:m.safetensors", "m\\u0000.safetensors", String(repeating: "m", count: 256),
    ])
    func refusesFilesElsewhere(_ name: String) throws {
        let found = try #require(try verdict("m-00002-of-00002.safetensors", name))
        #expect(
            found.hasPrefix(
                "i.json: index entry \"c\": expected a plain file name in the index's folder, found"
            ), "\(found)")
    }

    @Test func listsAllMissingShardsAtOnce() throws {
        let missing = ["m-00001-of-00002.safetensors", "m-00002-of-00002.safetensors"]
        #expect(
            try verdict("", "", removing: missing) == """
                i.json: expected these files beside the index, found none of them: \
                m-00001-of-00002.safetensors, m-00002-of-00002.safetensors; fetch the missing parts.
                """)
    }

    @Test func namesATensorThatItsShardDoesNotHold() throws {
        #expect(
            try verdict("\"c\": \"m-00002", "\"c\": \"m-00001") == """
                i.json: index entry "c": expected the tensor in "m-00001-of-00002.safetensors", \
                found none there; the shards belong to another index, or are damaged.
                """)
    }

    @Test func warnsOfTensorsThatTheIndexLeavesOut() throws {
        let folder = try Folder()
        let path = try SafetensorsIndex.write(
            Self.tensors, folder: folder.path, name: "m", maximumShardByteCount: 8)
        let text = String(decoding: try contents(path), as: UTF8.self)
            .replacingOccurrences(of: "    \"a\": \"m-00001-of-00002.safetensors\",\n", with: "")
        let set = try openCheckpoint(try folder.write(Array(text.utf8), "i.json"))
        #expect(set.entries.map(\.name) == ["b", "c"])
        #expect(
            set.warnings == [
                "m-00001-of-00002.safetensors holds \"a\", which the index does not give it"
            ])
    }

    @Test(arguments: [
        ("\"weight_map\"", "\"weights\"", "index entry \"weight_map\": expected this key"),
        ("\"b\":", "\"a\":", "expected every key once in an object, found the key \"a\" again"),
        ("\"m-00002-of-00002.safetensors\"", "2", "expected a string, found \"2\""),
        ("12", "1e999", "expected a number that fits"),
        ("}\n}", "}\n}x", "nothing after the closing brace"),
    ])
    func refusesBrokenIndices(old: String, new: String, says: String) throws {
        let found = try #require(try verdict(old, new))
        #expect(found.contains(says), "\(found)")
    }
}
