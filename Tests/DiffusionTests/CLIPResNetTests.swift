import Diffusion
import Layers
import TestSupport
import Testing
import Torch

// Fixture and its recipe: Reference/diffusion/clip_resnet_parity.py

@Suite struct CLIPResNetTests {
    private static let json = """
        {"embed_dim": 12, "vision_cfg":
            {"image_size": 64, "layers": [2, 1, 1, 2], "width": 4, "patch_size": null}}
        """

    private func file(_ json: String = json) throws -> ConfigurationFile {
        try ConfigurationFile(bytes: Array(json.utf8), from: "config.json")
    }

    /// The fixture's network, with all parameters drawn by name.
    private func network(_ fixture: Fixture) throws -> (CLIPVision, ParameterStore) {
        let drawn = SeededParameters(
            like: try NetworkKind.clipResNet.shapes(file()), seed: 52000)
        var tensors: [String: Tensor] = [:]
        for name in drawn.names {
            tensors[name] = try drawn.tensor(named: name, dtype: nil, device: .cpu)
        }
        for name in fixture.names where name.hasPrefix("buffer/") {
            tensors[String(name.dropFirst(7))] = try fixture[name]
        }
        let store = try ParameterStore(loading: tensors)
        let network = CLIPVision(store.root, try CLIPVisionConfiguration(file()))
        try store.finish()
        return (network, store)
    }

    @Test func matchesOpenClip() throws {
        let fixture = try Fixture("diffusion/fixtures/clip_resnet")
        let (vision, _) = try network(fixture)
        let output = try noGrad { try vision(fixture["input/pictures"]) }
        let found = try Closeness(output.imageEmbeds, fixture["output/image_embeds"])
        #expect(found.maxError <= 2e-5 && found.cosine >= 0.999999, "\(found)")
        #expect(output.hiddenStates.count == 5)
        for stage in 1...4 {
            let grid = try fixture["output/layer\(stage)"].flattened(from: 2).transposed(1, 2)
            let found = try Closeness(output.hiddenStates[stage], grid)
            #expect(found.maxError <= 2e-5, "stage \(stage): \(found)")
        }
    }

    @Test func trainingUsesAndKeepsTheBatchStatistics() throws {
        let fixture = try Fixture("diffusion/fixtures/clip_resnet")
        let (vision, store) = try network(fixture)
        let output = try noGrad { try vision(fixture["input/pictures"], training: true) }
        let found = try Closeness(output.imageEmbeds, fixture["training/image_embeds"])
        #expect(found.maxError <= 1e-4 && found.cosine >= 0.999999, "\(found)")
        for entry in store.entries where entry.isBuffer {
            let expected = try fixture["training/\(entry.name)"]
            #expect(try Closeness(entry.tensor, expected).maxError <= 2e-5, "\(entry.name)")
        }
        // Without it they are other numbers.
        let plain = try fixture["output/image_embeds"]
        #expect(try Closeness(output.imageEmbeds, plain).maxError > 0.01)
    }

    @Test func refusesSizesThatCannotBe() throws {
        let json = """
            {"embed_dim": 12, "vision_cfg":
                {"image_size": 64, "layers": [2, 1, 1], "width": 3, "wide": 1}}
            """
        let error = #expect(throws: DiffusionError.self) {
            _ = try CLIPVisionConfiguration(file(json))
        }
        let sentence = "\(try #require(error))"
        #expect(sentence.contains("vision_cfg.layers: expected 4 numbers of blocks"))
        #expect(sentence.contains("vision_cfg.wide"))
    }
}
