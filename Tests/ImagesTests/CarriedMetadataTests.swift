import Images
import Testing

@Suite struct CarriedMetadataTests {
    private func file(_ entries: [TextMetadata.Entry]) throws -> [UInt8] {
        let image = try Image(
            width: 8, height: 8, channels: 3, pixels: Array(repeating: 90, count: 192))
        return try VipsCodec().encode(image, as: .png(), text: TextMetadata(entries))
    }

    @Test func graphsOfComfyUIStayAsTheyAre() throws {
        let graphs = [
            TextMetadata.Entry("prompt", #"{"3": {"class_type": "KSampler"}}"#),
            .init("workflow", #"{"nodes": []}"#),
        ]
        let bytes = try file(graphs + [.init("Software", "another program")])
        #expect(TextMetadata.carried(from: bytes) == graphs)
    }

    @Test func parametersMakeRoomForTheEditedPicturesOwn() throws {
        let bytes = try file([.init("parameters", "a cat\nSteps: 20, Seed: 1")])
        let carried = TextMetadata.carried(from: bytes)
        #expect(carried == [.init("source-parameters", "a cat\nSteps: 20, Seed: 1")])
        // Edited once more, the first picture's words are still there.
        let again = try file([.init("parameters", "a dog\nSteps: 4")] + carried)
        #expect(TextMetadata.carried(from: again) == carried)
    }

    @Test func whatAFormatHasNoRoomForIsLeftOut() throws {
        let own = TextMetadata([.init("parameters", "a dog"), .init("likeness", "{}")])
        let carried = [
            TextMetadata.Entry("prompt", "{}"),
            .init("workflow", String(repeating: "x", count: 70_000)),
            .init("source-parameters", "a cat\nSteps: 20"),
        ]
        let image = try Image(width: 8, height: 8, colour: [90, 90, 90])
        let kept = [
            (OutputFormat.png(), ["prompt", "workflow", "source-parameters"]),
            (.jpeg(), ["prompt", "source-parameters"]), (.webp(), []),
        ]
        for (format, expected) in kept {
            let words = own.adding(carried, for: format.format)
            let file = try VipsCodec().encode(image, as: format, text: words)
            let found = TextMetadata.read(from: file).text.entries.map(\.keyword)
            #expect(found.filter { !["parameters", "likeness"].contains($0) } == expected)
        }
    }

    @Test func photosCarryNothing() throws {
        let comment = try VipsCodec().encode(
            Image(width: 8, height: 8, colour: [90, 90, 90]), as: .jpeg(),
            text: TextMetadata([.init("parameters", "at the sea with friends")]))
        #expect(TextMetadata.carried(from: comment).isEmpty)
        #expect(try TextMetadata.carried(from: file([])).isEmpty)
        #expect(TextMetadata.carried(from: [1, 2, 3]).isEmpty)
    }
}
