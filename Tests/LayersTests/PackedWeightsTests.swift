import Layers
import TestSupport
import Testing
import Torch

/// Weights laid out for their products once. Where that is not done, the claims hold all the same.
@Suite struct PackedWeightsTests {
    /// A linear layer and two convolutions in bf16, at random values.
    private struct Net {
        let store: ParameterStore
        let linear: Linear
        let conv, strided: Conv2d

        init(reuses: Bool) throws {
            store = try ParameterStore(generator: Generator(seed: 5), dtype: .bfloat16)
            linear = Linear(store.root / "linear", in: 48, out: 80)
            conv = Conv2d(store.root / "conv", in: 32, out: 48, kernel: 3, padding: 1)
            strided = Conv2d(
                store.root / "strided", in: 48, out: 32, kernel: 3, stride: 2, padding: 1,
                bias: false)
            try store.finish()
            try store.prepareForInference(reuses: reuses)
        }

        /// `scale` other sizes; the results of all three layers.
        func callAsFunction(_ seed: UInt64, scale: Int = 1) throws -> [Tensor] {
            let generator = try Generator(seed: seed)
            func draw(_ shape: [Int]) throws -> Tensor {
                try .randn(shape, generator: generator, dtype: .bfloat16)
            }
            return try noGrad {
                let features = try conv(
                    draw([scale, 32, 12 * scale, 10]).contiguous(.channelsLast))
                return [
                    try linear(draw([scale, 7 * scale, 48])), features, try strided(features),
                ]
            }
        }
    }

    private func distance(_ a: [Tensor], _ b: [Tensor]) throws -> Double {
        var worst = 0.0
        for (a, b) in zip(a, b) {
            #expect(a.shape == b.shape && a.dtype == b.dtype)
            let (a, b) = try (a.to(.float64), b.to(.float64))
            let length: Double = try b.norm().item()
            worst = max(worst, try (a - b).norm().item() / length)
        }
        return worst
    }

    @Test func packedLayersGiveThePlainLayersResults() throws {
        let (packed, plain) = (try Net(reuses: true), try Net(reuses: false))
        // The first run packs, for sizes that the next ones do not have.
        for scale in [1, 1, 2, 3] {
            let expected = try plain(UInt64(scale), scale: scale)
            #expect(try distance(packed(UInt64(scale), scale: scale), expected) < 4e-3)
            #expect(try distance(packed(77, scale: scale), expected) > 0.5, "control")
        }
    }

    @Test func thePlainWeightIsThereForWhoeverAsks() throws {
        let net = try Net(reuses: true)
        let (tensor, bytes) = (try #require(net.store["conv.weight"]), net.store.byteCount)
        let before = try net.store.entries.map { try $0.tensor.detached().cloned() }
        _ = try net(1)
        if FusedKernels.packsWeights { #expect(tensor.shape == [0], "its memory is given back") }
        #expect(net.store.byteCount == bytes)
        #expect(net.conv.weight.shape == [48, 32, 3, 3])
        for (entry, old) in zip(net.store.entries, before) {
            #expect(try entry.tensor.isEqual(to: old), "\(entry.name)")
        }
        #expect(tensor.isContiguous(.channelsLast))
        // And again.
        let first = try net(2)
        #expect(try net.store.entries.map(\.tensor.shape) == before.map(\.shape))
        #expect(try distance(net(2), first) == 0)
    }

    @Test func aGradientTakesThePlainWeight() throws {
        let (net, plain) = (try Net(reuses: true), try Net(reuses: false))
        _ = try net(1)
        func gradient(_ layer: Conv2d) throws -> Tensor {
            let x = try Tensor.randn(
                [1, 32, 6, 6], generator: Generator(seed: 3), dtype: .bfloat16
            )
            .requiresGrad(true)
            return try #require(try layer(x).sum().gradients(for: [x])[0])
        }
        #expect(try gradient(net.conv).isEqual(to: gradient(plain.conv)))
        // Nor does a weight that learns get out of sight, not even while nothing is recorded.
        let weight = try #require(net.store["linear.weight"])
        try net.store.train("linear")
        _ = try net(1)
        #expect(weight.shape == [80, 48])
        let y = try net.linear(.ones([2, 48], dtype: .bfloat16))
        #expect(y.requiresGrad && net.linear.weight.shape == [80, 48])
        // Nor is a bias that learns alone forgotten.
        _ = try #require(net.conv.bias).requiresGrad(true)
        #expect(try net.conv(.ones([1, 32, 4, 4], dtype: .bfloat16)).requiresGrad)
    }

    @Test func adaptersMergeIntoPackedLayers() throws {
        let nets = (try Net(reuses: true), try Net(reuses: false))
        _ = try nets.0(1)
        var results: [[Tensor]] = []
        for net in [nets.0, nets.1] {
            let adapters = try LowRankAdapters(
                into: [AdaptedNetwork("unet", net.store, layers: ["linear", "conv"])], rank: 2,
                generator: Generator(seed: 8))
            for entry in adapters.store.entries where entry.name.hasSuffix("lora_B.weight") {
                try entry.tensor.copy(
                    from: .randn(entry.tensor.shape, generator: Generator(seed: 9)))
            }
            let before = try net(4)
            try adapters.merge()
            results.append(try net(4))
            #expect(try distance(results[results.count - 1], before) > 0.05, "control")
            try adapters.takeOut()
            #expect(try distance(net(4), before) == 0)
        }
        #expect(try distance(results[0], results[1]) < 4e-3)
    }

    @Test func packingTakesTheMemoryOfOneMoreWeight() throws {
        let store = try ParameterStore(generator: Generator(seed: 1), dtype: .bfloat16)
        let linear = Linear(store.root, in: 1024, out: 1024)
        try store.prepareForInference(reuses: true)
        let x = try Tensor.ones([4, 1024], dtype: .bfloat16)
        // Weights of 2 MiB: laid out beside the old one, which then goes.
        func run() throws -> Int {
            try MemoryStatistics.measureThread { _ = try noGrad { try linear(x) } }.growth
        }
        let (first, second) = (try run(), try run())
        #expect(first < 5 << 20 && second < 1 << 20)
        try store.release()
        #expect(store.byteCount == 0)
    }

    @Test func wrongSizesAreToldAsOfAnyLayer() throws {
        let net = try Net(reuses: true)
        _ = try net(1)
        noGrad {
            #expect(throws: TorchError.self) {
                try net.linear(.ones([2, 47], dtype: .bfloat16))
            }
            #expect(throws: TorchError.self) {
                try net.conv(.ones([1, 31, 4, 4], dtype: .bfloat16))
            }
            #expect(throws: TorchError.self) {
                try Operator("likeness::packed_linear")(
                    Tensor.ones([2, 48], dtype: .bfloat16), Tensor.ones([80, 48]), Tensor?.none)
            }
        }
        // Other numbers take the plain weight, and say what they say there.
        #expect(throws: TorchError.self) { try net.linear(.ones([2, 48])) }
    }
}
