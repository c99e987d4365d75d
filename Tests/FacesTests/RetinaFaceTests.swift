import Faces
import Layers
import TestSupport
import Testing
import Torch

// Fixture and its recipe: Reference/faces/write_fixtures.py
@Suite struct RetinaFaceTests {
    private func expectOutput(
        _ output: RetinaFace.Output, _ small: SmallDetector, _ fixture: Fixture
    ) throws {
        try expectClose(output.boxes, fixture["\(small.rawValue).boxes"], within: 2e-5)
        try expectClose(output.landmarks, fixture["\(small.rawValue).landmarks"], within: 2e-5)
        let scores = try output.logits.softmax(along: -1)
        try expectClose(scores, fixture["\(small.rawValue).scores"], within: 2e-5)
        try expectClose(output.scores(), scores[.all, .all, 1], within: 0)
    }

    @Test(arguments: SmallDetector.allCases)
    func saysWhatTheReferenceSays(_ small: SmallDetector) throws {
        let fixture = try Fixture("faces/detection")
        let (network, _) = try small.build()
        let input = try RetinaFace.input(fixture["picture"])
        try expectOutput(network(input), small, fixture)
        // The colours the other way round would show.
        try expectFar(
            network(input.flipped([1])).boxes, fixture["\(small.rawValue).boxes"], beyond: 1e-2)
    }

    @Test(arguments: SmallDetector.allCases)
    func trainsAsTheReferenceDoes(_ small: SmallDetector) throws {
        let fixture = try Fixture("faces/detection")
        let (network, store) = try small.build()
        try store.train()
        let output = try network(RetinaFace.input(fixture["picture"]), training: true)
        let wanted = try fixture.tensors(under: "\(small.rawValue).training")
        try expectClose(output.landmarks, #require(wanted["landmarks"]), within: 1e-4)
        let classes = try output.logits * Tensor([1 as Float, -2])
        try (output.boxes.sum() + classes.sum() + output.landmarks.square().sum()).backward()
        var compared = 0
        for (key, expected) in wanted.sorted(by: { $0.key < $1.key }) where key != "landmarks" {
            let parts = key.split(separator: ".", maxSplits: 1).map(String.init)
            if parts[0] == "grads" {
                try expectClose(
                    #require(try store[parts[1]]?.grad()), expected, within: 1e-3, key)
            } else {
                let name = String(parts[1])
                try expectClose(
                    #require(store[name]), expected, within: 1e-5, key)
            }
            compared += 1
        }
        #expect(compared >= 12)
    }

    @Test func initialScoresAreEven() throws {
        let store = try ParameterStore(generator: Generator(seed: 2))
        let network = RetinaFace(
            store.root,
            RetinaFaceConfiguration(
                .mobileNet(widths: [4, 8, 8, 16, 16, 32], blocks: [1, 1]), channels: 16,
                minSizes: [[8, 12, 16], [24], [48, 64]]))
        let output = try network(.zeros([2, 3, 64, 64]))
        let anchors = 64 * 3 + 16 * 1 + 4 * 2
        #expect(output.boxes.shape == [2, anchors, 4])
        #expect(output.logits.shape == [2, anchors, 2])
        #expect(output.landmarks.shape == [2, anchors, 10])
        #expect(try network.priors(width: 64, height: 64).count == anchors)
    }

    @Test func refusesPicturesWithoutABatch() throws {
        let (network, _) = try SmallDetector.residual.build()
        let error = #expect(throws: FaceError.self) { try network(.zeros([3, 64, 64])) }
        #expect(
            error?.description
                == "pictures: expected a tensor of shape [B, 3, H, W], found [3, 64, 64]")
    }
}

@Suite struct RetinaFaceConfigurationTests {
    @Test(arguments: [
        RetinaFaceConfiguration.mobileNet025, .r50, SmallDetector.residual.configuration,
        RetinaFaceConfiguration(
            .mobileNet(widths: [4, 8, 8, 16, 16, 32], blocks: [1, 1]), channels: 16,
            minSizes: [[8, 12, 16], [24], [48, 64]]),
    ])
    func survivesItsOwnFile(_ configuration: RetinaFaceConfiguration) throws {
        let folder = try ScratchFolder()
        try configuration.save(to: folder / "config.json")
        #expect(try RetinaFaceConfiguration(path: folder / "config.json") == configuration)
    }

    @Test func saysAllThatIsWrongInOneSentence() throws {
        let text =
            #"{"_class_name": "RetinaFace", "body": "MobileNet", "widths": [8, 8], "#
            + #""blocks": [6, 2], "channels": 10, "depth": 3}"#
        let error = #expect(throws: FaceError.self) {
            try RetinaFaceConfiguration(.init(Array(text.utf8)), path: "config.json")
        }
        #expect(
            error?.description
                == "config.json: widths: expected 6 whole numbers in 1...8192, found [8, 8]; "
                + "channels: expected a multiple of 4, found 10; expected _class_name, blocks, "
                + "body, channels, min_sizes, widths, found also \"depth\"")
    }
}
