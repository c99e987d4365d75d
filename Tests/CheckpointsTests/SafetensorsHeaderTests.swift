import Checkpoints
import Testing
import Torch

@Suite struct SafetensorsHeaderTests {
    /// A file with this JSON and so many bytes of data.
    static func file(_ json: [UInt8], data: Int = 0) -> [UInt8] {
        littleEndian(UInt64(json.count)) + json + [UInt8](repeating: 7, count: data)
    }

    static func file(_ json: String, data: Int = 0) -> [UInt8] {
        file(Array(json.utf8), data: data)
    }

    private func verdict(_ bytes: [UInt8]) throws -> String? {
        let folder = try Folder()
        let path = try folder.write(bytes, "x.safetensors")
        return sentence { _ = try SafetensorsFile(path) }
    }

    struct Hostile: Sendable, CustomTestStringConvertible {
        let id: String
        let bytes: [UInt8]
        /// What the sentence must contain.
        let says: String
        var testDescription: String { id }

        init(_ id: String, _ json: String, data: Int = 1, _ says: String) {
            self.init(id, bytes: file(json, data: data), says)
        }

        init(_ id: String, bytes: [UInt8], _ says: String) {
            self.id = id
            self.bytes = bytes
            self.says = says
        }
    }

    /// `{"a": U8 [1] at 0...1}` with one part replaced.
    static func entry(
        dtype: String = "\"U8\"", shape: String = "[1]", offsets: String = "[0,1]",
        extra: String = ""
    ) -> String {
        "{\"a\":{\"dtype\":\(dtype),\"shape\":\(shape),\"data_offsets\":\(offsets)\(extra)}}"
    }

    static func two(_ a: (String, String, String), _ b: (String, String, String)) -> String {
        let members = [("a", a), ("b", b)].map { name, t in
            "\"\(name)\":{\"dtype\":\"\(t.0)\",\"shape\":\(t.1),\"data_offsets\":\(t.2)}"
        }
        return "{\(members.joined(separator: ","))}"
    }

    // Every case was put to safetensors 0.8.0, which accepts only those marked so.
    static let hostile: [Hostile] = [
        Hostile(
            "overlap", two(("U8", "[2]", "[0,2]"), ("U8", "[2]", "[1,3]")), data: 3,
            "to start at byte 2"),
        Hostile(
            "hole", two(("U8", "[1]", "[0,1]"), ("U8", "[1]", "[2,3]")), data: 3,
            "to start at byte 1"),
        Hostile("first not at 0", entry(offsets: "[1,2]"), data: 2, "to start at byte 0"),
        Hostile("trailing byte", entry(), data: 2, "expected 1 bytes of data"),
        Hostile("short data", entry(), data: 0, "expected 1 bytes of data"),
        Hostile("reversed offsets", entry(offsets: "[1,0]"), "start <= end"),
        Hostile(
            "same range twice", two(("U8", "[1]", "[0,1]"), ("U8", "[1]", "[0,1]")),
            "to start at byte 1"),
        Hostile(
            "empty tensor inside another", two(("U8", "[2]", "[0,2]"), ("F32", "[0]", "[1,1]")),
            data: 2, "to start at byte 2"),
        Hostile(
            "length 2^64-1", bytes: [UInt8](repeating: 0xFF, count: 16), "18446744073709551615"),
        Hostile(
            "length over the limit",
            bytes: littleEndian(UInt64(100_000_001)) + [UInt8](repeating: 1, count: 8), "100000001"),
        Hostile(
            "length past the end", bytes: littleEndian(UInt64(9)) + Array("{}".utf8),
            "found 9 in a file of 10 bytes"),
        Hostile("length 0", bytes: littleEndian(UInt64(0)), "found 0 in a file of 8 bytes"),
        Hostile("empty file", bytes: [], "found an empty file"),
        Hostile("seven bytes", bytes: [2, 0, 0, 0, 0, 0, 0], "in a file of 7 bytes"),
        Hostile("shape overflows", entry(shape: "[4294967296,4294967296,16]"), "fits in memory"),
        Hostile(
            "byte count overflows", entry(dtype: "\"F64\"", shape: "[4611686018427387904]"),
            "fits in memory"),
        Hostile("negative size", entry(shape: "[-1]"), "expected a whole number, found \"-\""),
        Hostile("float size", entry(shape: "[1.0]"), "expected a whole number of at most"),
        Hostile("exponent size", entry(shape: "[1e0]"), "expected a whole number of at most"),
        Hostile("minus zero", entry(offsets: "[-0,1]"), "expected a whole number"),
        Hostile("leading zero", entry(shape: "[01]"), "expected a comma or a closing bracket"),
        Hostile("three offsets", entry(offsets: "[0,1,1]"), "at most 2 numbers"),
        Hostile("one offset", entry(offsets: "[0]"), "data_offsets [start, end]"),
        Hostile("duplicate field", entry(extra: ",\"dtype\":\"U8\""), "the key \"dtype\" again"),
        Hostile(
            "missing shape", "{\"a\":{\"dtype\":\"U8\",\"data_offsets\":[0,1]}}", "found no shape"),
        Hostile(
            "missing dtype", "{\"a\":{\"shape\":[1],\"data_offsets\":[0,1]}}", "found no dtype"),
        Hostile("unknown dtype", entry(dtype: "\"F128\""), "found \"F128\""),
        Hostile(
            "size against dtype", entry(dtype: "\"F32\""),
            "expected 4 bytes for F32 [1], found data_offsets [0, 1], 1 bytes"),
        Hostile("odd F4", entry(dtype: "\"F4\"", shape: "[1]"), "even last dimension"),
        Hostile("scalar F4", entry(dtype: "\"F4\"", shape: "[]"), "even last dimension"),
        Hostile(
            "6-bit floats (reference accepts)",
            entry(dtype: "\"F6_E2M3\"", shape: "[4]", offsets: "[0,3]"), data: 3,
            "expected a dtype that torch has, found F6_E2M3, a 6-bit float"),
        Hostile("nested metadata", "{\"__metadata__\":{\"a\":{}}}", data: 0, "expected a string"),
        Hostile("metadata number", "{\"__metadata__\":{\"a\":1}}", data: 0, "expected a string"),
        Hostile("metadata array", "{\"__metadata__\":[]}", data: 0, "expected an object"),
        Hostile(
            "two metadata", "{\"__metadata__\":{},\"__metadata__\":{}}", data: 0,
            "the key \"__metadata__\" again"),
        Hostile("byte-order mark", "\u{FEFF}" + entry(), "expected an object, found byte 0xef"),
        Hostile(
            "lone high surrogate", "{\"__metadata__\":{\"a\":\"\\ud800\"}}", data: 0,
            "expected a pair of surrogates, found half of one"),
        Hostile(
            "lone low surrogate", "{\"__metadata__\":{\"a\":\"\\udc00\"}}", data: 0,
            "expected a pair of surrogates"),
        Hostile(
            "surrogate in UTF-8",
            bytes: file(Array("{\"".utf8) + [0xED, 0xA0, 0x80] + Array("\":1}".utf8)),
            "expected UTF-8"),
        Hostile(
            "overlong UTF-8", bytes: file(Array("{\"".utf8) + [0xC0, 0x80] + Array("\":1}".utf8)),
            "expected UTF-8"),
        Hostile(
            "NUL after the JSON", entry() + "\0", "nothing after the closing brace, found byte 0x0"),
        Hostile("vertical tab after the JSON", entry() + "\u{B}", "found byte 0xb"),
        Hostile("two documents", "{}{}", data: 0, "nothing after the closing brace, found \"{\""),
        Hostile("array as root", "[]", data: 0, "expected an object"),
        Hostile("comment", "/**/" + entry(), "expected an object, found \"/\""),
        Hostile(
            "trailing comma", "{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1],}}",
            "expected a key in quotes"),
        Hostile("raw control character", "{\"a\u{1}\":1}", "control characters to be escaped"),
        Hostile("bad escape", "{\"\\x\":1}", "one of the escapes"),
        Hostile(
            "depth bomb", entry(extra: ",\"x\":" + String(repeating: "[", count: 100_000)),
            "at most 64 nested values"),
        Hostile("infinite number", entry(extra: ",\"x\":1e999"), "a number that fits"),
        Hostile("NaN", entry(extra: ",\"x\":NaN"), "expected a value"),
        Hostile(
            "name twice (reference accepts)",
            "{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]},\"\\u0061\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}",
            "the key \"a\" again"),
        Hostile(
            "metadata key twice (reference accepts)",
            "{\"__metadata__\":{\"k\":\"1\",\"k\":\"2\"}}", data: 0, "the key \"k\" again"),
        Hostile(
            "key twice in an unknown field (reference accepts)",
            entry(extra: ",\"x\":{\"k\":1,\"k\":2}"), "the key \"k\" again"),
        Hostile(
            "rank 65 (reference accepts)",
            entry(shape: "[" + String(repeating: "1,", count: 64) + "1]"), "at most 64 numbers"),
        Hostile(
            "size torch cannot hold (reference accepts)",
            entry(shape: "[0,9223372036854775808]", offsets: "[0,0]"), data: 0,
            "a whole number of at most 9223372036854775807"),
        Hostile(
            "strides torch cannot hold (reference accepts)",
            entry(dtype: "\"F32\"", shape: "[0,4611686018427387904]", offsets: "[0,0]"), data: 0,
            "fits in memory"),
        Hostile(
            "empty name (reference accepts)",
            "{\"\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}", "found an empty one"),
        Hostile(
            "NUL in a name (reference accepts)",
            "{\"a\\u0000\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}",
            "a name without control characters"),
        Hostile(
            "entry as an array (reference accepts)", "{\"a\":[\"U8\",[1],[0,1]]}",
            "expected an object"),
        Hostile(
            "dtype as an object (reference accepts)", entry(dtype: "{\"U8\":null}"),
            "expected a string"),
    ]

    @Test(arguments: hostile)
    func refusesHostileHeaders(_ hostile: Hostile) throws {
        let verdict = try #require(try verdict(hostile.bytes), "accepted \(hostile.id)")
        #expect(verdict.contains(hostile.says), "\(verdict)")
        #expect(hostile.id == "empty file" || !CheckpointOracle.accepts(hostile.bytes))
    }

    @Test func errorsSayWhatWhereAndWhatToTry() throws {
        #expect(
            try verdict(littleEndian(UInt64.max)) == """
                x.safetensors: expected the first 8 bytes to give a header length of 2...100000000 \
                bytes that fits in the file, found 18446744073709551615 in a file of 8 bytes; the \
                download may be incomplete or not a safetensors file.
                """)
        #expect(
            try verdict(Self.file("{\"a\":1,\"a\":2}")) == """
                x.safetensors: expected an object, found "1" at byte 5 of the JSON; write the file \
                again with an official safetensors library.
                """)
        #expect(
            try verdict(Self.file(Self.entry(dtype: "\"F32\""), data: 1)) == """
                x.safetensors: tensor "a": expected 4 bytes for F32 [1], found data_offsets \
                [0, 1], 1 bytes.
                """)
        #expect(
            try verdict(Self.file(Self.entry(), data: 9)) == """
                x.safetensors: expected 1 bytes of data, as the header promises, found 9; the file \
                is damaged or incomplete, fetch it again.
                """)
    }

    @Test func escapesHostileNamesInErrors() throws {
        let json = "{\"\\u001b[31m\\u202e\":{}}"
        #expect(
            try verdict(Self.file(json)) == """
                x.safetensors: tensor "\\u{1B}[31m\\u{202E}": expected a name without control \
                characters, found this one.
                """)
    }

    @Test(arguments: [" \n\r\t", ""], ["", "  \n\t\r "])
    func allowsWhitespaceAroundTheHeader(before: String, after: String) throws {
        #expect(try verdict(Self.file(before + Self.entry() + after, data: 1)) == nil)
    }

    @Test func warnsOfOddThingsAndGoesOn() throws {
        let folder = try Folder()
        let extra = ",\"sha\":{\"x\":[1,-2.5e3,true,false,null,\"\\ud83d\\ude00\"]}"
        let json = "{\"__metadata__\":null," + Self.entry(extra: extra).dropFirst()
        let path = try folder.write(Self.file(json, data: 1), "x.safetensors")
        let file = try SafetensorsFile(path)
        #expect(
            file.warnings == [
                "__metadata__ is null and was taken as empty",
                "tensor \"a\" has an unknown field \"sha\"",
            ])
    }

    @Test func readsUnalignedAndEmptyTensors() throws {
        let folder = try Folder()
        let json =
            Self.two(("U8", "[1]", "[0,1]"), ("F32", "[1]", "[1,5]")).dropLast()
            + ",\"c\":{\"dtype\":\"F16\",\"shape\":[0,3],\"data_offsets\":[5,5]}}"
        let path = try folder.write(Self.file(String(json), data: 5), "x.safetensors")
        let file = try SafetensorsFile(path)
        #expect(file.entries.map(\.name) == ["a", "b", "c"])
        #expect(try file.bytes(of: file.entry(named: "b")) == [7, 7, 7, 7])
        #expect(try file.bytes(of: file.entry(named: "c")) == [])
    }

    @Test func readsEveryDimensionOfSixtyFour() throws {
        let shape = "[" + Array(repeating: "1", count: 64).joined(separator: ",") + "]"
        #expect(try verdict(Self.file(Self.entry(shape: shape), data: 1)) == nil)
    }
}
