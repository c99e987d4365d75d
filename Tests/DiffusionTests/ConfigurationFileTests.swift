import Diffusion
import Testing

@Suite struct ConfigurationFileTests {
    private func file(_ text: String) throws -> ConfigurationFile {
        try ConfigurationFile(bytes: Array(text.utf8), from: "config.json")
    }

    private enum Block: String, CaseIterable, ConfigurationValue {
        case plain = "DownBlock2D"
        case crossAttention = "CrossAttnDownBlock2D"
    }

    @Test func readsEveryKindOfValue() throws {
        let file = try file(
            """
            {"_class_name": "X", "a": -3, "b": 1e-5, "c": 2, "d": true, "e": "é", "f": [1, 2],
             "g": ["DownBlock2D", "CrossAttnDownBlock2D"], "h": null, "i": 5, "j": [5, 6],
             "k": [[1, 2], 3], "l": {"m": 1}, "n": null, "o": [null, "p"]}
            """)
        #expect(file.read("a") == -3)
        #expect(file.read("b") == 1e-5)
        #expect(file.read("c") == 2.0)
        #expect(file.read("d") == true)
        #expect(file.read("e") == "é")
        #expect(file.read("f") == [1, 2])
        #expect(file.read("g") == [Block.plain, .crossAttention])
        #expect(file.read("h", as: Int?.self) == nil)
        #expect(file.read("i") == PerBlock.one(5))
        #expect(file.read("j") == PerBlock.each([5, 6]))
        #expect(file.read("k") == PerBlock.each([PerBlock.each([1, 2]), .one(3)]))
        #expect(file.object("l")?.read("m") == 1)
        #expect(file.object("n") == nil)
        #expect(file.read("o") == [nil, "p"])
        #expect(file.read("absent", default: 7) == 7)
        #expect(file.read("absent", default: Int?.none) == nil)
        #expect(file.expect("absent", oneOf: ["silu", "mish"]) == "silu")
        try file.finish()
    }

    @Test func reportsEverythingAtOnce() throws {
        let file = try file(
            """
            {"_note": 1, "act_fn": "mish", "layers": "two", "blocks": ["UpBlock"], "eps": null,
             "heads": 8.0, "extra": 1, "dropout": 0.1, "other": [], "vision": {"x": 1.5, "y": 2}}
            """)
        file.expect("act_fn", "silu")
        file.ignore("dropout")
        _ = file.read("layers", as: PerBlock<Int>.self)
        _ = file.read("blocks", as: [Block].self)
        _ = file.read("eps", default: 1e-5)
        _ = file.read("heads", as: Int.self)
        _ = file.read("in_channels", as: Int.self)
        let nested = try #require(file.object("vision"))
        _ = nested.read("x", as: Int.self)
        _ = nested.read("z", as: Int.self)
        #expect(
            sentence { try file.finish() } == """
                config.json: missing keys in_channels, vision.z; act_fn: expected "silu", found \
                "mish"; layers: expected a whole number or a list with one per block, found \
                "two"; blocks: expected a list, each entry "DownBlock2D" or \
                "CrossAttnDownBlock2D", found ["UpBlock"]; eps: expected a number, found null; \
                heads: expected a whole number, found 8.0; vision.x: expected a whole number, \
                found 1.5; unknown keys extra, other, vision.y; each may change the picture, so \
                none is passed over: use a model of the kind that is asked for, or a newer Likeness
                """)
    }

    @Test(arguments: [
        ("[1]", "expected a JSON object, found [1]; name the model's own config.json"),
        ("", "expected a value, found the end at byte 0 of the JSON"),
        ("{\"a\": 1,}", "expected a key in quotes, found \"}\" at byte 8"),
        ("{\"a\": 1, \"a\": 2}", "found the key \"a\" again"),
        ("{\"a\": NaN}", "expected a value, found \"N\""),
        ("{\"a\": 1} {}", "expected nothing after the closing brace"),
    ])
    func refusesWhatIsNoObject(text: String, says: String) throws {
        let found = try #require(sentence { _ = try file(text) })
        #expect(found.hasPrefix("config.json: ") && found.contains(says), "\(found)")
    }

    @Test func refusesMissingAndHugeFiles() throws {
        let folder = try Folder()
        #expect(
            sentence(in: folder) { _ = try ConfigurationFile(folder.file("config.json")) } == """
                config.json: expected a file to open, found none of this name; check the path.
                """)
        let path = try folder.write(
            String(repeating: " ", count: ConfigurationFile.maximumByteCount + 1), "config.json")
        #expect(
            sentence(in: folder) { _ = try ConfigurationFile(path) } == """
                config.json: expected a configuration of at most 1048576 bytes, found 1048577; \
                check that this is the right file
                """)
    }

    @Test func spreadsOneValueOverBlocks() throws {
        #expect(try PerBlock.one(8).values(count: 3, key: "heads") == [8, 8, 8])
        #expect(try PerBlock.each([5, 10]).values(count: 2, key: "heads") == [5, 10])
        #expect(
            sentence { _ = try PerBlock.each([5, 10]).values(count: 4, key: "heads") } == """
                expected heads to be one value or 4, one per block, found 2: [5, 10]; check the \
                configuration
                """)
    }
}
