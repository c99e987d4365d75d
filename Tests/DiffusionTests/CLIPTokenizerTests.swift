import Diffusion
import Foundation
import TestSupport
import Testing
import Torch

// Vocabulary and texts: Reference/tokenizer/write_fixtures.py.
@Suite struct CLIPTokenizerTests {
    private static let vocabulary = Fixture.root.appendingPathComponent("Reference/tokenizer")

    /// A published tokenizer's folder with the small vocabulary; `pad` as SD1.5 or SDXL say it.
    private func folder(pad: String = "<|endoftext|>", config: String? = nil) throws -> Folder {
        let folder = try Folder()
        for name in ["vocab.json", "merges.txt"] {
            try FileManager.default.copyItem(
                at: Self.vocabulary.appendingPathComponent(name),
                to: URL(fileURLWithPath: folder.file(name)))
        }
        func object(_ content: String) -> String {
            #"{"content": "\#(content)", "lstrip": false, "normalized": true, "rstrip": false, "#
                + #""single_word": false}"#
        }
        let text = """
            {"bos_token": \(object("<|startoftext|>")), "eos_token": \(object("<|endoftext|>")),
             "pad_token": "\(pad)", "unk_token": \(object("<|endoftext|>")),
             "model_max_length": 77, "tokenizer_class": "CLIPTokenizer", "do_lower_case": true}
            """
        try folder.write(config ?? text, "tokenizer_config.json")
        return folder
    }

    private func tokenizer(pad: String = "<|endoftext|>") throws -> CLIPTokenizer {
        let folder = try folder(pad: pad)
        return try withExtendedLifetime(folder) { try CLIPTokenizer(folder: folder.path) }
    }

    private struct Texts {
        let texts: [String]
        let fixture: Fixture

        init() throws {
            fixture = try Fixture("tokenizer/texts")
            let bytes = try fixture.bytes("texts")
            var start = 0
            let lengths: [Int64] = try fixture["text_lengths"].toArray()
            texts = lengths.map { length in
                defer { start += Int(length) }
                return String(decoding: bytes[start..<start + Int(length)], as: UTF8.self)
            }
        }

        func ids(_ kind: String) throws -> [[Int]] {
            let all: [Int32] = try fixture["\(kind).ids"].toArray()
            var start = 0
            let lengths: [Int64] = try fixture["\(kind).lengths"].toArray()
            return lengths.map { length in
                defer { start += Int(length) }
                return all[start..<start + Int(length)].map { Int($0) }
            }
        }
    }

    @Test(arguments: [("first", "<|endoftext|>"), ("second", "!")])
    func matchesTransformers(kind: String, pad: String) throws {
        let texts = try Texts()
        let tokenizer = try tokenizer(pad: pad)
        let expected = try texts.ids(kind)
        #expect(expected.count == 2000)
        for (text, ids) in zip(texts.texts, expected) {
            #expect(tokenizer.encode(text) == ids, "\(text.debugDescription)")
        }
        let rows = try tokenizer.encode(Array(texts.texts.prefix(40)))
        #expect(rows.ids.shape == [40, 77] && rows.ids.dtype == .int64)
        let found: [Int64] = try rows.ids.toArray()
        let wanted: [Int64] = try texts.fixture["\(kind).rows"].toArray()
        #expect(found == wanted)
    }

    @Test func tellsTheTwoPaddingsApart() throws {
        let texts = try Texts()
        #expect(try texts.ids("first") != texts.ids("second"))
        #expect(try tokenizer().padID == tokenizer().endID)
        #expect(try tokenizer(pad: "!").padID == 0)
    }

    @Test func saysWhatWasCutOff() throws {
        let tokenizer = try tokenizer()
        let long = Array(repeating: "Café", count: 40).joined(separator: " ") + " lake"
        let result = try tokenizer.encode(["short", long, ""])
        #expect(result.cutOff[0] == nil && result.cutOff[2] == nil)
        #expect(result.cutOff[1]?.hasSuffix("café lake") == true, "\(result.cutOff)")
        let row: [Int64] = try result.ids[1].toArray()
        #expect(row.count == 77 && row[0] == tokenizer.startID && row[76] == tokenizer.endID)
    }

    @Test func decodesWhatItEncoded() throws {
        let tokenizer = try tokenizer()
        let ids = tokenizer.encode("  A Café's\n12 ünits 中文 👩‍🚀 ")
        #expect(tokenizer.decode(ids, skippingSpecial: true) == "a café 's 1 2 ünits 中文 👩‍🚀")
        #expect(tokenizer.decode([-1, 1 << 40]) == "")
    }

    @Test func staysFastWithHostileTexts() throws {
        let tokenizer = try tokenizer()
        let clock = ContinuousClock()
        let marks = "e" + String(repeating: "\u{301}\u{323}", count: 100_000)
        for text in [String(repeating: "ab", count: 500_000), marks] {
            let time = clock.measure { _ = tokenizer.encode(text) }
            #expect(time < .seconds(10), "\(time)")
        }
        let texts = (0..<10_000).map { "a portrait of person \($0), soft light, été" }
        #expect(clock.measure { for text in texts { _ = tokenizer.encode(text) } } < .seconds(2))
    }

    @Test func sharesOneTokenizerBetweenThreads() async throws {
        let tokenizer = try tokenizer()
        let expected = tokenizer.encode("été on the lake")
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<64 {
                group.addTask { tokenizer.encode("e\u{301}te\u{301} on the lake") == expected }
            }
            for await same in group { #expect(same) }
        }
    }

    @Test(arguments: [
        ("vocab.json", "[]", "vocab.json: expected an object, found \"[\" at byte 0"),
        ("vocab.json", "{\"a\": 1, \"b\": 1}", "found 1 numbers for 2 tokens"),
        ("vocab.json", "{}", "found 0 numbers for 0 tokens"),
        ("vocab.json", "{\"a\": 99999999}", "expected a token's number of at most 1048576"),
        ("vocab.json", "{\"a\": 0, \"b\": -1}", "expected a whole number"),
        ("merges.txt", "#version: 0.2\na b c\n", "on line 2, found \"a b c\""),
        ("merges.txt", "a \u{2603}\n", "found \"\u{2603}\", which is none; use the two files"),
        ("tokenizer_config.json", "{\"odd\": 1}", "unknown keys odd"),
        (
            "tokenizer_config.json", "{\"do_lower_case\": false}",
            "do_lower_case: expected true, found false"
        ),
        (
            "tokenizer_config.json",
            "{\"bos_token\": {\"content\": \"a\", \"lstrip\": true}}",
            "bos_token.lstrip: expected false, found true"
        ),
        (
            "tokenizer.json", "{\"model\": {\"type\": \"Unigram\", \"vocab\": {\"a\": 0}}}",
            "Unigram"
        ),
        ("tokenizer.json", "{", "tokenizer.json: expected a key in quotes, found the end"),
    ])
    func namesWhatIsBroken(name: String, text: String, says: String) throws {
        let folder = try folder()
        try folder.write(text, name)
        let found = try #require(
            sentence(in: folder) { _ = try CLIPTokenizer(folder: folder.path) })
        #expect(found.contains(says), "\(found)")
    }

    @Test func namesMissingFiles() throws {
        let folder = try Folder()
        #expect(
            sentence(in: folder) { _ = try CLIPTokenizer(folder: folder.path) } == """
                .: expected tokenizer.json, or vocab.json and merges.txt, found no \
                tokenizer.json and no vocab.json, no merges.txt; name the tokenizer folder of a \
                pipeline
                """)
        let tokenizer = try tokenizer()
        #expect(
            sentence { _ = try tokenizer.encode([]) } == """
                expected at least one text and a length of 2...65536 tokens, found 0 texts and a \
                length of 77; CLIP takes 77
                """)
    }
}
