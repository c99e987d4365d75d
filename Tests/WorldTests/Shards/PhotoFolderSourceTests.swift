import Checkpoints
import Images
import Testing
import World

@Suite struct PhotoFolderSourceTests {
    private let codec: VipsCodec

    init() throws { codec = try VipsCodec(limits: ImageLimits(sides: 1...16384)) }

    /// A picture with a gradient along x of this red, wider than high.
    private func photo(_ red: UInt8, _ format: OutputFormat = .png()) throws -> [UInt8] {
        let image = try Image(width: 96, height: 64) { out in
            for i in 0..<(96 * 64) {
                out[3 * i] = red
                out[3 * i + 1] = UInt8(i % 96 * 2)
            }
        }
        return try codec.encode(image, as: format)
    }

    /// Two persons with three photographs.
    private func folder() throws -> ScratchFolder {
        let folder = try ScratchFolder()
        try folder.write("bo/1.webp", photo(30, .losslessWebP))
        try folder.write("anna/front.png", photo(10))
        try folder.write("anna/Left.JPG", photo(20, .jpeg()))
        try folder.write("anna/notes.txt", [1])
        try folder.write("anna/.thumbnail.png", [1])
        try folder.write(
            "anna/person.json",
            Array(
                """
                {"age": 41, "captions": {"front.png": "Anna, from the front"},
                 "cameras": {"front.png": [1,0,0,0, 0,1,0,0, 0,0,1,2.7, 0,0,0,1, 4.26,0,0.5, \
                0,4.26,0.5, 0,0,1]}, "place": {"city": "Riga"}}
                """.utf8))
        return folder
    }

    private func json(_ sample: Sample) throws -> JSONValue {
        try JSONValue(try #require(sample["json"]))
    }

    @Test func makesOneSampleOfEachPhotographInOrder() throws {
        let folder = try folder()
        let source = try PhotoFolderSource(folder.path, .init(size: 32))
        let samples = try (0..<source.count).map(source.sample)
        #expect(samples.map(\.key) == ["000000000", "000000001", "000000002"])
        #expect(try samples.map { try json($0)["file"] } == ["Left.JPG", "front.png", "1.webp"])
        #expect(try samples.map { try json($0)["person"] } == ["anna", "anna", "bo"])
        #expect(try samples.map { try json($0)["view"] } == [0, 1, 0])
        let reds = try samples.map { sample in
            let image = try codec.decode(try #require(sample["png"])).image
            #expect((image.width, image.height) == (32, 32))
            return image[16, 16, 0]
        }
        #expect(abs(Int(reds[0]) - 20) < 4 && reds[1...] == [10, 30])
    }

    @Test func handsOnWhatTheUserSays() throws {
        let folder = try folder()
        let source = try PhotoFolderSource(folder.path, .init(size: 32))
        let front = try json(source.sample(at: 1))
        #expect(front["caption"] == "Anna, from the front")
        #expect(front["about"] == ["age": 41, "place": ["city": "Riga"]])
        #expect(front["size"] == [32, 32] && front["source_size"] == [96, 64])
        #expect(front["person_number"] == 0 && front["views"] == 2)
        guard case .array(let camera) = front["camera"] else {
            Issue.record("no camera")
            return
        }
        #expect(camera.count == 25 && camera[11] == 2.7)
        let left = try json(source.sample(at: 0))
        #expect(left["caption"] == nil && left["camera"] == nil)
        #expect(try json(source.sample(at: 2))["about"] == nil)
    }

    @Test func cutsTheMiddleAndKeepsProportions() throws {
        let folder = try folder()
        let source = try PhotoFolderSource(folder.path, .init(size: 64))
        let image = try codec.decode(try #require(try source.sample(at: 1)["png"])).image
        #expect((0..<64).map { image[$0, 5, 1] } == (16..<80).map { UInt8(2 * $0) })
    }

    @Test func writesJPEGWhenAsked() throws {
        let folder = try folder()
        let source = try PhotoFolderSource(folder.path, .init(size: 32, format: .jpeg()))
        let sample = try source.sample(at: 0)
        #expect(sample.members.map(\.suffix) == ["jpg", "json"])
        #expect(ImageFormat(sniffing: try #require(sample["jpg"])) == .jpeg)
        #expect(source.settings == ["size": "32", "format": "JPEG of quality 92, 4:4:4"])
    }

    @Test func goesThroughShardsAndBack() throws {
        let folder = try folder()
        let source = try PhotoFolderSource(folder.path, .init(size: 32))
        let shards = try ScratchFolder()
        try ShardWriter(.init(samplesPerShard: 2, workers: 2)).write(source, to: shards.path)
        let expected = try (0..<3).map(source.sample)
        #expect(try drain(ShardReader(folder: shards.path).stream()) == expected)
        // Another photograph, another data set.
        try folder.write("anna/front.png", photo(11))
        let changed = try PhotoFolderSource(folder.path, .init(size: 32))
        let sentence = shardSentence { try ShardWriter().write(changed, to: shards.path) }
        #expect(sentence?.contains("expected the version of the data set") == true)
    }

    @Test func namesEveryFileThatCannotBeUsedBeforeWorkBegins() throws {
        let folder = try folder()
        try folder.write("anna/broken.jpg", Array("no picture".utf8))
        try folder.write("bo/small.png", codec.encode(Image(width: 8, height: 8), as: .png()))
        try folder.write("bo/phone.heic", [0, 0, 0, 24] + Array("ftypheic".utf8))
        try folder.write("loose.png", photo(1))
        #expect(
            shardSentence { _ = try PhotoFolderSource(folder.path, .init(size: 32)) } == """
                …: expected 6 usable files, found 4 that cannot be used: loose.png (it is in no \
                person's folder); anna/broken.jpg (The file starts with 6e 6f 20 70 69 63 74 75, \
                which is no picture format known here: send a JPEG, PNG, WebP or TIFF); \
                bo/phone.heic (The file is HEIF, and only JPEG, PNG, WebP and TIFF may be read: \
                convert it, or allow HEIF in the codec's formats); bo/small.png (The picture is \
                8 x 8, and each side must be 64 to 16384 pixels: scale it first); repair or \
                remove them.
                """)
    }

    @Test(arguments: [
        ("[]", "expected an object, found []"), ("{", "a key in quotes"),
        ("{\"captions\": {\"Front.png\": \"x\"}}", "in \"captions\", found \"Front.png\""),
        ("{\"captions\": {\"front.png\": 1}}", "expected texts in \"captions\", found 1"),
        ("{\"captions\": \"x\"}", "expected an object under \"captions\", found \"x\""),
        ("{\"cameras\": {\"front.png\": [1, 2]}}", "expected 25 numbers a camera, found [1, 2]"),
    ])
    func refusesFilesAboutPersonsThatAreWrong(text: String, words: String) throws {
        let folder = try folder()
        try folder.write("anna/person.json", Array(text.utf8))
        let sentence = shardSentence { _ = try PhotoFolderSource(folder.path, .init(size: 32)) }
        #expect(sentence?.contains("anna/person.json (") == true)
        #expect(sentence?.contains(words) == true, "\(sentence ?? "accepted")")
    }

    @Test func namesAPhotographThatFailsLater() throws {
        let folder = try folder()
        let cut = try photo(10, .jpeg())
        try folder.write("bo/2.jpg", Array(cut.prefix(cut.count * 2 / 3)))
        let source = try PhotoFolderSource(folder.path, .init(size: 32))
        let damaged = shardSentence { _ = try source.sample(at: 3) }
        #expect(damaged?.contains("bo/2.jpg (The JPEG is damaged or incomplete") == true)
        try folder.write("bo/1.webp", photo(31, .losslessWebP))
        #expect(
            shardSentence { _ = try source.sample(at: 2) } == """
                …: expected 4 usable files, found 1 that cannot be used: bo/1.webp (the file \
                changed while being read; wait until it is written completely and try again); \
                repair or remove them.
                """)
    }

    @Test func refusesAFolderWithoutPersons() throws {
        let folder = try ScratchFolder()
        try folder.write("empty/notes.txt", [1])
        let refusal = """
            …: expected one folder a person with photographs in it, found none; put each \
            person's photographs in a folder of their own.
            """
        #expect(
            shardSentence { _ = try PhotoFolderSource(folder.path, .init(size: 32)) } == refusal)
    }
}
