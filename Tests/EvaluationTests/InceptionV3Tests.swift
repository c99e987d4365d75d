import Evaluation
import Layers
import TestSupport
import Testing
import Torch

@Suite struct InceptionV3Tests {
    private func network(swapped: [String: String] = [:]) throws -> InceptionV3 {
        var source = try SeededSource("fid_inception_v3")
        source.swapped = swapped
        let store = try ParameterStore(loading: source)
        let network = InceptionV3(store.root)
        try store.finish()
        return network
    }

    @Test func matchesPytorchFID() throws {
        let fixture = try oracle()
        let network = try network()
        let x = try fixture["inception.x"]
        let stages = try noGrad { try network.stages(of: x) }
        #expect(stages.count == 13)
        for (index, stage) in stages.enumerated() {
            try expectClose(
                stage.mean([2, 3]), fixture["inception.stage\(index)"], within: 1e-5,
                "mean of stage \(index)")
            let side = stage.shape[3]
            try expectClose(
                stage.sliced(2, from: 0, to: 2).sliced(3, from: side - 2, to: side),
                fixture["inception.corner\(index)"], within: 2e-5, "corner of stage \(index)")
        }
        let last = try #require(stages.last)
        try expectClose(last.mean([2, 3]), fixture["inception.features"], within: 1e-5)
        #expect(try network.logits(last.mean([2, 3])).shape == [2, 1008])
    }

    @Test func aSwappedLayerShows() throws {
        let fixture = try oracle()
        let network = try network(swapped: [
            "Mixed_7c.branch3x3_2a.bn.running_mean": "Mixed_7c.branch3x3_2b.bn.running_mean"
        ])
        let features = try noGrad {
            try network.features(of: fixture["inception.x"].sliced(0, from: 0, to: 1))
        }
        try expectFar(features, fixture["inception.features"].sliced(0, from: 0, to: 1))
    }

    @Test func asksForThePublishedKeys() throws {
        let store = try ParameterStore.shapesOnly()
        _ = InceptionV3(store.root)
        let found = Dictionary(
            uniqueKeysWithValues: store.entries.map { ($0.name, $0.tensor.shape) })
        let expected = try publishedKeys("fid_inception_v3").filter { $0.dtype != "int64" }
        #expect(found == Dictionary(uniqueKeysWithValues: expected.map { ($0.name, $0.shape) }))
        #expect(store.parameterCount == 23_850_960)
    }

    @Test func refusesWhatIsNoPicture() throws {
        let store = try ParameterStore.shapesOnly()
        let network = InceptionV3(store.root)
        #expect(throws: EvaluationError.self) {
            try network.features(of: Tensor.zeros([3, 20, 20]))
        }
    }
}
