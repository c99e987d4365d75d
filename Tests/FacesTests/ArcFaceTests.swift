import Faces
import Layers
import TestSupport
import Testing
import Torch

// Fixture and its recipe: Reference/faces/write_fixtures.py

/// The small recognisers of the fixture.
enum SmallRecogniser: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case iresnet40, iresnet112, mobile40, mobile112

    var testDescription: String { rawValue }

    var configuration: ArcFaceConfiguration {
        switch self {
        case .iresnet40:
            ArcFaceConfiguration(
                .iResNet(layers: [1, 2, 2, 1], planes: [6, 8, 8, 12], stem: 6),
                embeddingSize: 10, inputSize: 40)
        case .iresnet112:
            ArcFaceConfiguration(
                .iResNet(layers: [1, 1, 2, 1], planes: [4, 6, 6, 8], stem: 4), embeddingSize: 8)
        case .mobile40:
            ArcFaceConfiguration(
                .mobileFaceNet(blocks: [2, 1, 2, 1], width: 4, scale: 2), embeddingSize: 10,
                inputSize: 40)
        case .mobile112:
            ArcFaceConfiguration(
                .mobileFaceNet(blocks: [1, 2, 1, 1], width: 2, scale: 2), embeddingSize: 8)
        }
    }

    func parameters() throws -> [String: Tensor] {
        try Fixture("faces/recognition").tensors(under: "\(rawValue).params")
    }

    func build(_ parameters: [String: Tensor]? = nil) throws -> (ArcFace, ParameterStore) {
        let store = try ParameterStore(loading: parameters ?? self.parameters())
        let network = ArcFace(store.root, configuration)
        try store.finish()
        return (network, store)
    }
}

@Suite struct ArcFaceTests {
    /// Bytes to what networks see.
    private func signed(_ bytes: Tensor) throws -> Tensor { try bytes.to(.float32) / 127.5 - 1.0 }

    @Test(arguments: SmallRecogniser.allCases)
    func embedsAsTheReferenceDoes(_ small: SmallRecogniser) throws {
        let fixture = try Fixture("faces/recognition")
        let (network, _) = try small.build()
        let faces = try signed(fixture["\(small.rawValue).faces"])
        let expected = try fixture["\(small.rawValue).y"]
        try expectClose(network(faces), expected, within: 1e-5)
        // A change of one weight in the middle by a hundredth would show.
        var spoilt = try small.parameters()
        let kernels = spoilt.keys.filter { spoilt[$0]?.rank == 4 }.sorted()
        let key = try #require(kernels.dropFirst(3).first)
        spoilt[key] = try #require(spoilt[key]) * 1.01
        try expectFar(small.build(spoilt).0(faces), expected, beyond: 1e-4)
    }

    @Test(arguments: [SmallRecogniser.iresnet40, .mobile40])
    func trainsAsTheReferenceDoes(_ small: SmallRecogniser) throws {
        let fixture = try Fixture("faces/recognition")
        let (network, store) = try small.build(
            small.parameters().mapValues { try $0.cloned() })
        try store.train()
        for key in network.fixedKeys { try store.freeze(key) }
        let faces = try signed(fixture["\(small.rawValue).faces"]).requiresGrad(true)
        let y = try network(faces, training: true)
        let wanted = try fixture.tensors(under: "\(small.rawValue).training")
        try expectClose(y, #require(wanted["y"]), within: 2e-5)
        try y.backward(seed: fixture["\(small.rawValue).seed"])
        var compared = 0
        let largest =
            try wanted.filter { $0.key.hasPrefix("grads.") }.values
            .map { try $0.abs().max().item() }.max() ?? 0
        for (key, expected) in wanted.sorted(by: { $0.key < $1.key }) {
            if key == "grads.x" {
                try expectClose(#require(try faces.grad()), expected, within: 1e-4, key)
            } else if key.hasPrefix("grads.") {
                let name = String(key.dropFirst("grads.".count))
                if network.fixedKeys.contains(name) { continue }
                let gradient = try #require(try store[name]?.grad())
                if try expected.abs().max().item() < 1e-6 * largest {
                    // A bias before a batch norm: nothing but rounding, another on every processor.
                    #expect(try gradient.abs().max().item() < 1e-5 * largest, "\(name)")
                } else {
                    try expectClose(gradient, expected, within: 1e-4, name)
                }
            } else if key.hasPrefix("after.") {
                let name = String(key.dropFirst("after.".count))
                try expectClose(#require(store[name]), expected, within: 1e-5, name)
            } else {
                continue
            }
            compared += 1
        }
        #expect(compared > 8)
        // The scale of the embeddings' norm stays out of training.
        #expect(try small == .mobile40 || store["features.weight"]?.grad() == nil)
    }

    @Test(arguments: [SmallRecogniser.iresnet112, .mobile112])
    func runsInHalfPrecision(_ small: SmallRecogniser) throws {
        let fixture = try Fixture("faces/recognition")
        let store = try ParameterStore(loading: small.parameters(), dtype: .bfloat16)
        let network = ArcFace(store.root, small.configuration)
        try store.finish()
        let faces = try signed(fixture["\(small.rawValue).faces"]).to(.bfloat16)
        let y = try network(faces)
        #expect(y.dtype == .bfloat16)
        try expectClose(y.to(.float32), fixture["\(small.rawValue).y"], within: 0.05)
    }

    @Test func initialValuesAreTheReferences() throws {
        let store = try ParameterStore(generator: Generator(seed: 1))
        _ = ArcFace(
            store.root,
            ArcFaceConfiguration(
                .iResNet(layers: [1, 1, 1, 1], planes: [32, 32, 64, 64], stem: 32),
                embeddingSize: 64, inputSize: 64))
        let weight = try #require(store["layer4.0.conv2.weight"])
        #expect(abs(try weight.standardDeviation().item() - 0.1) < 0.002)
        #expect(try store["prelu.weight"]?.isEqual(to: .full([32], 0.25)) == true)
        #expect(try store["features.weight"]?.isEqual(to: .ones([64])) == true)
        #expect(store["fc.weight"]?.shape == [64, 64 * 4 * 4])
    }

    @Test func refusesFacesOfAnotherSize() throws {
        let (network, _) = try SmallRecogniser.iresnet40.build()
        let error = #expect(throws: FaceError.self) { try network(.zeros([1, 3, 112, 112])) }
        #expect(
            error?.description
                == "faces: expected a tensor of shape [B, 3, 40, 40], found [1, 3, 112, 112]")
    }

    @Test func dropoutNeedsAGeneratorAndTraining() throws {
        var configuration = SmallRecogniser.iresnet40.configuration
        configuration.dropout = 0.5
        let store = try ParameterStore(loading: SmallRecogniser.iresnet40.parameters())
        let network = ArcFace(store.root, configuration)
        let faces = try signed(Fixture("faces/recognition")["iresnet40.faces"])
        let plain = try network(faces)
        #expect(try network(faces, generator: Generator(seed: 1)).isEqual(to: plain))
        let still = try network(faces, training: true)
        let dropped = try network(faces, training: true, generator: Generator(seed: 1))
        try expectFar(dropped, still, beyond: 0.01)
    }
}
