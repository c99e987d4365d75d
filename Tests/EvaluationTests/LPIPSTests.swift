import Checkpoints
import Evaluation
import Foundation
import Layers
import TestSupport
import Testing
import Torch

@Suite struct LPIPSTests {
    /// The metric with made-up weights, given as the one file of the package's module would be.
    private func metric(_ trunk: LPIPSTrunk, swapped: [String: String] = [:]) throws -> LPIPS {
        var source = try SeededSource(
            "lpips_\(trunk.rawValue)", leavingOut: ["scaling_layer", "lins."])
        source.swapped = swapped
        let store = try ParameterStore(loading: LPIPSSource(trunk, [source]))
        let metric = LPIPS(store.root, trunk)
        try store.finish()
        return metric
    }

    @Test(arguments: LPIPSTrunk.allCases)
    func matchesThePublishedModule(_ trunk: LPIPSTrunk) throws {
        let fixture = try oracle()
        let (a, b) = try (fixture["lpips.a"], fixture["lpips.b"])
        let metric = try metric(trunk)
        for (index, map) in try metric.features(a).enumerated() {
            try expectClose(
                map.mean([2, 3]), fixture["lpips.\(trunk.rawValue).map\(index)"], within: 1e-5,
                "map \(index)")
        }
        let expected = try fixture["lpips.\(trunk.rawValue).distance"]
        try expectClose(metric(a, b), expected, within: 1e-5)
        #expect(try metric(a, a).abs().max().item() == 0)
        // The check can fail: two layers of one shape taken for each other.
        let swapped = try self.metric(
            trunk, swapped: ["lin3.model.1.weight": "lin4.model.1.weight"])
        try expectFar(swapped(a, b), expected)
    }

    @Test(arguments: LPIPSTrunk.allCases) func asksForThePublishedKeys(_ trunk: LPIPSTrunk) throws {
        let store = try ParameterStore.shapesOnly()
        _ = LPIPS(store.root, trunk)
        let found = Dictionary(
            uniqueKeysWithValues: store.entries.map { ($0.name, $0.tensor.shape) })
        // The published module lists its linear layers twice.
        let expected = try publishedKeys("lpips_\(trunk.rawValue)").filter {
            !$0.name.hasPrefix("lins.")
        }
        #expect(found == Dictionary(uniqueKeysWithValues: expected.map { ($0.name, $0.shape) }))
    }

    @Test func readsTrunkAndLinearLayersFromTwoFiles() throws {
        let source = try SeededSource("lpips_alex", leavingOut: ["scaling_layer", "lins."])
        var trunk: [String: Tensor] = ["classifier.6.bias": try Tensor.zeros([1000])]
        var layers: [String: Tensor] = [:]
        for name in source.names {
            let tensor = try source.tensor(named: name, dtype: nil, device: .cpu)
            if name.hasPrefix("lin") {
                layers[name] = tensor
            } else {
                trunk[
                    "features." + name.split(separator: ".").dropFirst(2).joined(separator: ".")] =
                    tensor
            }
        }
        let folder = NSTemporaryDirectory() + "lpips-\(UInt64.random(in: 0...UInt64.max))"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try SafetensorsWriter.write(trunk, to: folder + "/alexnet.safetensors")
        try SafetensorsWriter.write(layers, to: folder + "/alex.safetensors")
        let metric = try LPIPS(
            trunk: .alex,
            files: [folder + "/alex.safetensors", folder + "/alexnet.safetensors"])
        let fixture = try oracle()
        try expectClose(
            metric(fixture["lpips.a"], fixture["lpips.b"]), fixture["lpips.alex.distance"])
        let error = #expect(throws: ParameterError.self) {
            try LPIPS(trunk: .alex, files: [folder + "/alex.safetensors"])
        }
        #expect(error.map { "\($0)" }?.contains("net.slice1.0.weight") ?? false)
    }

    @Test func isALossWithFiniteGradients() throws {
        let metric = try metric(.alex)
        // Black pictures have features without length, where the root of a sum has no slope.
        let a = try Tensor.full([1, 3, 32, 32], -1).requiresGrad(true)
        let b = try Tensor.full([1, 3, 32, 32], 0.3)
        try metric(a, b).sum().backward()
        let gradient = try #require(try a.grad())
        #expect(try gradient.abs().sum().item().isFinite)
        #expect(try gradient.abs().max().item() > 0)
    }
}

@Suite struct FeatureDistanceTests {
    @Test func isTwoMinusTwoCosinesAveraged() throws {
        let fixture = try oracle()
        let first = try [fixture["features.a0"], fixture["features.a1"]]
        let second = try [fixture["features.b0"], fixture["features.b1"]]
        // The network stands for one that knows these two pictures.
        let distance = FeatureDistance(name: "table") { picture in
            try picture.mean().item() > 0 ? first : second
        }
        let (a, b) = try (Tensor.ones([2, 3, 4, 4]), Tensor.zeros([2, 3, 4, 4]))
        try expectClose(distance(a, b), fixture["features.distance"])
        #expect(try distance(a, a).abs().max().item() == 0)
    }

    @Test func refusesMapsThatDiffer() throws {
        let distance = FeatureDistance(name: "odd") { picture in
            [try Tensor.ones([1, picture.shape[3]])]
        }
        #expect(
            throws: EvaluationError.shape(of: "feature map 0", expected: "[1, 4]", found: [1, 5])
        ) {
            try distance(Tensor.zeros([1, 3, 4, 4]), Tensor.zeros([1, 3, 4, 5]))
        }
        #expect(throws: EvaluationError.tooFew("feature maps", needed: 1, found: 0)) {
            try FeatureDistance(name: "none") { _ in [] }(Tensor.zeros([1]), Tensor.zeros([1]))
        }
    }
}
