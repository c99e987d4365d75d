import Checkpoints
import Foundation
import Layers
import TestSupport
import Testing
import Torch

/// Two layers, one nested, as a model would have them.
private struct Pair {
    let first: Linear
    let norm: BatchNorm

    init(_ scope: Scope) {
        first = Linear(scope / "blocks" / 0 / "to_q", in: 3, out: 4)
        norm = BatchNorm(scope / "norm", channels: 4)
    }

    func callAsFunction(_ x: Tensor) throws -> Tensor { try norm(first(x)) }
}

@Suite struct ParameterStoreTests {
    private func fresh(seed: UInt64 = 1) throws -> (ParameterStore, Pair) {
        let store = try ParameterStore(generator: Generator(seed: seed))
        let model = Pair(store.root)
        try store.finish()
        return (store, model)
    }

    @Test func listsParametersAndBuffersByTheirPaths() throws {
        let (store, _) = try fresh()
        #expect(
            store.entries.map(\.name) == [
                "blocks.0.to_q.weight", "blocks.0.to_q.bias", "norm.weight", "norm.bias",
                "norm.running_mean", "norm.running_var",
            ])
        #expect(store.entries.map(\.isBuffer) == [false, false, false, false, true, true])
        #expect(store.parameterCount == 12 + 4 + 8)
    }

    @Test func sameSeedGivesSameParameters() throws {
        let weight = "blocks.0.to_q.weight"
        let a = try #require(try fresh().0[weight]), b = try #require(try fresh().0[weight])
        let c = try #require(try fresh(seed: 2).0[weight])
        #expect(try a.isEqual(to: b))
        #expect(try !a.isEqual(to: c))
    }

    @Test func reportsEveryMissingUnusedAndMisshapedKeyTogether() throws {
        let source = [
            "blocks.0.to_q.weight": try Tensor.zeros([4, 7]), "norm.weight": try Tensor.ones([4]),
            "norm.bias": try Tensor.ones([4]), "norm.running_var": try Tensor.ones([4]),
            "extra.weight": try Tensor.ones([1]),
            "norm.num_batches_tracked": try Tensor(0),
        ]
        let store = try ParameterStore(loading: source)
        _ = Pair(store.root)
        let error = #expect(throws: ParameterError.self) { try store.finish() }
        #expect(
            error?.description
                == "missing blocks.0.to_q.bias, norm.running_mean; expected blocks.0.to_q.weight "
                + "[4, 3], found [4, 7]; unused extra.weight")
    }

    @Test func aBrokenModelStillCannotCrash() throws {
        let store = try ParameterStore(loading: [String: Tensor]())
        let model = Pair(store.root)
        #expect(throws: TorchError.self) { try model(Tensor.ones([2, 3])) }
    }

    @Test func twoLayersMayNotShareAPath() throws {
        let store = try ParameterStore(generator: Generator(seed: 0))
        _ = Linear(store.root / "a", in: 2, out: 2, bias: false)
        _ = Linear(store.root / "a", in: 2, out: 2, bias: false)
        let error = #expect(throws: ParameterError.self) { try store.finish() }
        #expect(error?.description == "asked for twice: a.weight")
    }

    @Test func freezesByPrefixAtWholeNames() throws {
        let store = try ParameterStore(generator: Generator(seed: 0))
        _ = Linear(store.root / "up" / 1, in: 2, out: 2)
        _ = Linear(store.root / "up" / 10, in: 2, out: 2)
        _ = BatchNorm(store.root / "norm", channels: 2)
        try store.finish()
        try store.train()
        #expect(store.trainable.count == 6)
        try store.freeze("up.1")
        #expect(
            store.trainable.map(\.name)
                == ["up.10.weight", "up.10.bias", "norm.weight", "norm.bias"])
        let error = #expect(throws: TorchError.self) { try store.freeze("down") }
        #expect(error?.description == "freeze: expected parameters under 'down', found none")
    }

    @Test func movingReachesTheLayers() throws {
        let (store, model) = try fresh()
        try store.train()
        let before = try noGrad { try model.first(Tensor.ones([1, 3])) }
        try store.move(dtype: .bfloat16)
        #expect(model.first.weight.dtype == .bfloat16)
        #expect(store.trainable.count == 4)
        let after = try noGrad { try model.first(Tensor.ones([1, 3], dtype: .bfloat16)) }
        try expectClose(after, before, within: 2e-2)
        #expect(model.norm.runningMean.dtype == .bfloat16)
    }

    @Test func savesAndLoadsItselfBitForBit() throws {
        let path = FileManager.default.temporaryDirectory
            .appendingPathComponent("store-\(UUID().uuidString).safetensors").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let (store, model) = try fresh()
        try store.save(to: path)
        let loaded = try ParameterStore(loading: Checkpoint(path))
        let copy = Pair(loaded.root)
        try loaded.finish()
        let x = try Tensor.randn([5, 3], generator: Generator(seed: 3))
        #expect(try copy(x).isEqual(to: model(x)))
        // Writing to a loaded parameter must not reach the file it is mapped from.
        try noGrad { try copy.first.weight.fill(0) }
        let again = try Checkpoint(path).tensor(named: "blocks.0.to_q.weight")
        #expect(try again.isEqual(to: model.first.weight.detached()))
    }

    @Test func castsWhileLoading() throws {
        let path = FileManager.default.temporaryDirectory
            .appendingPathComponent("cast-\(UUID().uuidString).safetensors").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let (store, _) = try fresh()
        try store.save(to: path, dtype: .float16)
        let loaded = try ParameterStore(loading: Checkpoint(path), dtype: .float32)
        let copy = Pair(loaded.root)
        try loaded.finish()
        let half = try #require(store["blocks.0.to_q.weight"]).to(.float16)
        #expect(copy.first.weight.dtype == .float32)
        #expect(try copy.first.weight.isEqual(to: half.to(.float32)))
    }

    @Test func loadingIntoAStoreChangesAllOrNothing() throws {
        let (store, model) = try fresh()
        let saved = try model.first.weight.cloned()
        let partial = ["blocks.0.to_q.weight": try Tensor.zeros([4, 3])]
        #expect(throws: ParameterError.self) { try store.load(from: partial) }
        #expect(try model.first.weight.isEqual(to: saved))
        let (other, _) = try fresh(seed: 9)
        let all = Dictionary(uniqueKeysWithValues: other.entries.map { ($0.name, $0.tensor) })
        try store.load(from: all)
        #expect(try model.first.weight.isEqual(to: try #require(other["blocks.0.to_q.weight"])))
    }
}
