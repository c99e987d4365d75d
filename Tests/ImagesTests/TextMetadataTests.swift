import Images
import TestSupport
import Testing

/// Texts in and out of PNG, JPEG and WebP; fixture by `Reference/images/write_fixtures.py`.
@Suite struct TextMetadataTests {
    static let formats: [OutputFormat] = [.jpeg(), .png(), .webp(), .losslessWebP]

    static let parameters = [
        "a portrait\nNegative prompt: blurry\nSteps: 20, Seed: 7, Size: 512x512",
        "élève à Noël", "雪の肖像 — ‘quoted’ 🙂\nsecond line\n\nfourth", "x", "tab\there",
        "ends with a space ",
    ]

    @Test(arguments: formats, parameters)
    func comeBackAsTheyWere(_ format: OutputFormat, _ parameters: String) throws {
        let codec = try VipsCodec()
        let image = try Pictures.waves(70, 66)
        let json = #"{"seed": 7, "name": "Zoë", "note": "a: b\nc"}"#
        let text = TextMetadata([
            .init(TextMetadata.parametersKeyword, parameters),
            .init(TextMetadata.likenessKeyword, json),
            .init(TextMetadata.xmpKeyword, "<x:xmpmeta>é</x:xmpmeta>"),
        ])
        let bytes = try codec.encode(image, as: format, text: text)
        let (found, notes) = TextMetadata.read(from: bytes)
        #expect(found == text)
        #expect(found.parameters == parameters && found.likeness == json)
        #expect(notes.isEmpty)
        // The pixels do not care.
        let plain = try codec.decode(try codec.encode(image, as: format))
        #expect(try codec.decode(bytes).image == plain.image)
    }

    @Test func areReadAsOtherProgramsWriteThem() throws {
        let fixture = try Fixture("images/texts")
        let comment = String(decoding: try fixture.bytes("comment"), as: UTF8.self)
        for name in ["comment_mm.jpeg", "comment_ii.jpeg", "comment_le.webp"] {
            let (text, notes) = TextMetadata.read(from: try fixture.bytes(name))
            #expect(text.parameters == comment, "\(name)")
            #expect(notes.isEmpty)
        }
    }

    @Test func leaveCompressedTextsOutWithANote() throws {
        let bytes = try Fixture("images/texts").bytes("texts.png")
        let comment = String(
            decoding: try Fixture("images/texts").bytes("comment"), as: UTF8.self)
        let (text, notes) = TextMetadata.read(from: bytes)
        #expect(text.parameters == comment)
        #expect(text["plain"] == "café\nsecond line")
        #expect(text["kept"] == comment)
        #expect(text["bomb"] == nil && text["zipped"] == nil)
        #expect(
            notes == [
                "Compressed text 'bomb' was left out.", "Compressed text 'zipped' was left out.",
            ])
    }

    @Test func stopAtTheLimitsWhenRead() throws {
        let codec = try VipsCodec()
        let many = TextMetadata((0..<9).map { .init("k\($0)", "0123456789") })
        let bytes = try codec.encode(try Pictures.waves(64, 64), as: .png(), text: many)
        let few = TextMetadata.read(from: bytes, limits: TextLimits(count: 4, bytes: 1000))
        #expect(few.text.entries.count == 4)
        #expect(few.notes == ["Texts beyond 4 entries or 1000 bytes were left out."])
        let short = TextMetadata.read(from: bytes, limits: TextLimits(count: 64, bytes: 36))
        #expect(short.text.entries.count == 3)
    }

    @Test func refuseWhatCannotBeStored() throws {
        let codec = try VipsCodec()
        let image = try Pictures.waves(64, 64)
        func error(_ entry: TextMetadata.Entry, as format: OutputFormat) -> ImageError? {
            do {
                _ = try codec.encode(image, as: format, text: TextMetadata([entry]))
                return nil
            } catch {
                return error as? ImageError
            }
        }
        let long = String(repeating: "x", count: 1 << 20)
        #expect(error(.init("a", long), as: .png()) == nil)
        #expect(
            error(.init("a", long + "x"), as: .png())?.description
                == "The text has 1048577 bytes and the limit is 1048576: shorten it.")
        #expect(
            error(.init("likeness", String(repeating: "x", count: 65524)), as: .jpeg())?.description
                == "The text entry 'likeness' cannot be stored "
                + "(it needs 65534 bytes and a JPEG segment holds 65533).")
        #expect(error(.init("likeness", String(repeating: "x", count: 65523)), as: .jpeg()) == nil)
        #expect(
            error(.init("", "x"), as: .png())?.description
                == "The text entry '' cannot be stored "
                + "(a keyword is 1 to 79 Latin-1 characters without outer spaces).")
        #expect(
            error(.init("k", "a\0b"), as: .png())?.description
                == "The text entry 'k' cannot be stored (it contains a NUL character).")
        #expect(
            error(.init("two words", "x"), as: .jpeg())?.description
                == "The text entry 'two words' cannot be stored "
                + "(outside PNG a keyword has no colon and no space).")
        #expect(error(.init("two words", "x"), as: .png()) == nil)
    }

    @Test func replaceAndRemoveByKeyword() {
        var text = TextMetadata([.init("a", "1"), .init("b", "2"), .init("a", "3")])
        text["b"] = "4"
        text["c"] = "5"
        text["a"] = nil
        #expect(text == TextMetadata([.init("b", "4"), .init("c", "5")]))
    }

    @Test func ignoreChunksWhoseChecksumIsWrong() throws {
        let codec = try VipsCodec()
        let text = TextMetadata([.init("parameters", "HELLO")])
        var bytes = try codec.encode(try Pictures.waves(64, 64), as: .png(), text: text)
        let place = try #require(bytes.indices.first { bytes[$0...].starts(with: "HELLO".utf8) })
        bytes[place] = 0x4A
        let (found, notes) = TextMetadata.read(from: bytes)
        #expect(found.entries.isEmpty)
        #expect(notes == ["A text chunk with a wrong checksum was left out."])
    }

    @Test func checksumIsThePNGOne() {
        // The check value that the CRC catalogue gives for "123456789".
        #expect(CRC32.checksum("123456789".utf8) == 0xCBF4_3926)
    }
}
