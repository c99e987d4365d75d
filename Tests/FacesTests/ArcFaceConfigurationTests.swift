import Checkpoints
import Faces
import Testing

@Suite struct ArcFaceConfigurationTests {
    private func parse(_ text: String) throws -> ArcFaceConfiguration {
        try ArcFaceConfiguration(JSONValue(Array(text.utf8)), path: "config.json")
    }

    @Test(arguments: [
        ArcFaceConfiguration.r18, .r34, .r50, .r100, .r200, .mobileFaceNet,
        SmallRecogniser.iresnet40.configuration, SmallRecogniser.mobile40.configuration,
        ArcFaceConfiguration(
            .iResNet(layers: [1, 1, 1, 1], planes: [8, 8, 8, 8], stem: 4), dropout: 0.25),
    ])
    func survivesItsOwnFile(_ configuration: ArcFaceConfiguration) throws {
        #expect(try parse(configuration.text) == configuration)
    }

    @Test func absentKeysMeanThePublishedSizes() throws {
        #expect(try parse(#"{"_class_name": "IResNet", "layers": [3, 13, 30, 3]}"#) == .r100)
        #expect(
            try parse(#"{"_class_name": "MobileFaceNet", "blocks": [1, 4, 6, 2]}"#)
                == .mobileFaceNet)
    }

    @Test func saysAllThatIsWrongInOneSentence() throws {
        let text = #"{"_class_name": "IResNet", "planes": [64, 0], "dropout": 1, "depth": 50}"#
        let error = #expect(throws: FaceError.self) { try parse(text) }
        #expect(
            error?.description
                == "config.json: layers: expected 4 whole numbers in 1...1000, found none; "
                + "planes: expected 4 whole numbers in 1...8192, found [64, 0]; "
                + "dropout: expected a number in 0.0..<1.0, found 1; expected _class_name, dropout, "
                + "embedding_size, input_size, layers, planes, stem, found also \"depth\"")
    }

    @Test func namesTheClassesItKnows() throws {
        let error = #expect(throws: FaceError.self) { try parse(#"{"_class_name": "ViT"}"#) }
        #expect(
            error?.description
                == "config.json: _class_name: expected IResNet or MobileFaceNet, found \"ViT\"")
    }
}
