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
        #expect(carried == [.init("source parameters", "a cat\nSteps: 20, Seed: 1")])
        // Edited once more, the first picture's words are still there.
        let again = try file([.init("parameters", "a dog\nSteps: 4")] + carried)
        #expect(TextMetadata.carried(from: again) == carried)
    }

    @Test func photosCarryNothing() throws {
        #expect(try TextMetadata.carried(from: file([])).isEmpty)
        #expect(TextMetadata.carried(from: [1, 2, 3]).isEmpty)
    }
}
