import Faces
import TestSupport
import Testing
import Torch

// Fixture and its recipe: Reference/faces/write_fixtures.py
@Suite struct PriorBoxesTests {
    private static let small = [[8, 16], [24, 32], [48, 64]]

    @Test func liesWhereTheReferencePutsThem() throws {
        let fixture = try Fixture("faces/detection")
        let odd = try PriorBoxes(
            width: 100, height: 72, minSizes: RetinaFaceConfiguration.publishedSizes)
        #expect(try odd.tensor.isEqual(to: fixture["found.priors"]))
        let even = try PriorBoxes(width: 128, height: 96, minSizes: Self.small)
        #expect(try even.tensor.isEqual(to: fixture["loss.priors"]))
    }

    @Test func hasTheKnownNumberOfAnchors() throws {
        let sizes = RetinaFaceConfiguration.publishedSizes
        #expect(try PriorBoxes(width: 320, height: 256, minSizes: sizes).count == 3360)
        #expect(try PriorBoxes(width: 640, height: 640, minSizes: sizes).count == 16800)
    }

    @Test func encodesAsTheReferenceDoes() throws {
        let fixture = try Fixture("faces/detection")
        let priors = try PriorBoxes(width: 128, height: 96, minSizes: Self.small)
        let faces = try fixture["loss.faces.0"]
        // The fixture takes faces 0, 1, 2, 0, ... for anchors 100..<115; others stay anything.
        func spread(_ rows: [Int], _ columns: Range<Int>) throws -> Tensor {
            let chosen = (0..<priors.count).map { rows[(($0 - 100) % 3 + 3) % 3] }
            return try faces.indexSelected(0, Tensor(chosen))[.all, columns]
        }
        try expectClose(
            priors.encode(boxes: spread([0, 1, 2], 0..<4))[100..<115],
            fixture["encoded.boxes"], within: 1e-6)
        try expectClose(
            priors.encode(points: spread([0, 2, 2], 4..<14))[100..<115],
            fixture["encoded.points"], within: 1e-6)
    }

    @Test func decodingUndoesEncoding() throws {
        let priors = try PriorBoxes(width: 128, height: 96, minSizes: Self.small)
        let generator = try Generator(seed: 4)
        let low = try Tensor.rand([2, priors.count, 2], generator: generator)
        let size = try Tensor.rand([2, priors.count, 2], generator: generator) + 0.05
        let boxes = try Tensor.cat([low, low + size], along: -1)
        try expectClose(priors.decode(boxes: priors.encode(boxes: boxes)), boxes, within: 1e-5)
        let points = try Tensor.rand([2, priors.count, 10], generator: generator)
        try expectClose(
            priors.decode(points: priors.encode(points: points)), points, within: 1e-5)
    }

    @Test func refusesAPictureWithoutPixels() {
        #expect(throws: FaceError.self) {
            try PriorBoxes(width: 0, height: 4, minSizes: Self.small)
        }
    }
}
