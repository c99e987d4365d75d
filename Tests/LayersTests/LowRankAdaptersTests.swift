import Layers
import TestSupport
import Testing
import Torch

// Fixture and its recipe: Reference/layers/write_adapter_fixtures.py

@Suite struct LowRankAdaptersTests {
    /// A linear layer and a convolution, at random values.
    private struct Net {
        let store: ParameterStore
        let toQ: Linear
        let conv: Conv2d

        init(dtype: DType = .float32) throws {
            store = try ParameterStore(generator: Generator(seed: 5), dtype: dtype)
            toQ = Linear(store.root / "attn1" / "to_q", in: 6, out: 5)
            conv = Conv2d(store.root / "conv1", in: 4, out: 6, kernel: 3, padding: 1)
            try store.finish()
        }

        var network: AdaptedNetwork { AdaptedNetwork("unet", store, layers: ["to_q", "conv1"]) }

        func adapters(randomised: Bool = true) throws -> LowRankAdapters {
            let generator = try Generator(seed: 9)
            let set = try LowRankAdapters(
                into: [network], rank: 2, alpha: 3, generator: generator)
            if randomised {
                for entry in set.store.entries where entry.name.hasSuffix("lora_B.weight") {
                    try entry.tensor.copy(
                        from: .randn(entry.tensor.shape, generator: generator) * 0.3)
                }
            }
            return set
        }

        func outputs() throws -> [Tensor] {
            let g = try Generator(seed: 1)
            return try noGrad {
                [
                    try toQ(.randn([3, 6], generator: g, dtype: toQ.weight.dtype)),
                    try conv(.randn([2, 4, 5, 5], generator: g, dtype: conv.weight.dtype)),
                ]
            }
        }
    }

    private func bytes(_ store: ParameterStore) throws -> [[UInt8]] {
        try store.entries.map { try $0.tensor.detached().view(as: .uint8).toArray() }
    }

    @Test func parametersAreNamedAndShapedAsInPEFT() throws {
        let net = try Net()
        let names = try net.adapters().store.entries.map { "\($0.name) \($0.tensor.shape)" }
        #expect(
            names == [
                "unet.attn1.to_q.lora_A.weight [2, 6]", "unet.attn1.to_q.lora_B.weight [5, 2]",
                "unet.conv1.lora_A.weight [2, 4, 3, 3]", "unet.conv1.lora_B.weight [6, 2, 1, 1]",
            ])
    }

    @Test func newAdaptersChangeNoBit() throws {
        let net = try Net()
        let before = try net.outputs()
        let adapters = try net.adapters(randomised: false)
        try adapters.apply()
        for (a, b) in zip(before, try net.outputs()) { #expect(try a.isEqual(to: b)) }
        try adapters.merge()
        for (a, b) in zip(before, try net.outputs()) { #expect(try a.isEqual(to: b)) }
    }

    @Test func appliedEqualsMerged() throws {
        let net = try Net()
        let before = try net.outputs()
        let adapters = try net.adapters()
        try adapters.setStrength(0.6)
        try adapters.apply()
        let applied = try net.outputs()
        try adapters.merge()
        for (index, pair) in zip(applied, try net.outputs()).enumerated() {
            try expectClose(pair.1, pair.0, within: 1e-6)
            try expectFar(pair.0, before[index], beyond: 1e-2)
        }
        // A new strength reaches merged weights too.
        try adapters.setStrength(0)
        for (a, b) in zip(before, try net.outputs()) { #expect(try a.isEqual(to: b)) }
    }

    @Test(arguments: [DType.float32, .bfloat16, .float16])
    func takingOutGivesTheOriginalBytesBack(_ dtype: DType) throws {
        let net = try Net(dtype: dtype)
        let (before, outputs) = (try bytes(net.store), try net.outputs())
        let (first, second) = (try net.adapters(), try net.adapters())
        try first.merge()
        try second.merge()
        #expect(try bytes(net.store) != before)
        // Not the last one in first: sums and differences alone would leave rounding behind.
        try first.takeOut()
        let alone = try bytes(net.store)
        try second.takeOut()
        #expect(try bytes(net.store) == before)
        try second.merge()
        #expect(try bytes(net.store) == alone)
        try second.apply()
        #expect(try bytes(net.store) == before)
        try second.takeOut()
        for (a, b) in zip(outputs, try net.outputs()) { #expect(try a.isEqual(to: b)) }
        #expect(net.store.adapterSlots.allSatisfy { $0.count == 0 })
    }

    @Test func gradientsReachOnlyTheAdapters() throws {
        let net = try Net(dtype: .float64)
        try net.store.train()
        let adapters = try net.adapters()
        try adapters.store.move(dtype: .float64)
        try adapters.apply()
        try adapters.store.train()
        #expect(net.store.trainable.isEmpty)
        let x = try Tensor.randn([3, 6], generator: Generator(seed: 2), dtype: .float64)
        func loss() throws -> Tensor { try net.toQ(x).sin().sum() }
        try loss().backward()
        for entry in net.store.entries { #expect(try entry.tensor.grad() == nil) }
        let h = 1e-6
        for entry in adapters.store.entries(under: "unet.attn1") {
            let gradient = try #require(try entry.tensor.grad()).toArray(Double.self)
            let flat = try entry.tensor.detached().view([-1])
            for index in [0, gradient.count - 1] {
                let slope = try noGrad {
                    try flat[index] += h
                    let up = try loss().item()
                    try flat[index] += -2 * h
                    let down = try loss().item()
                    try flat[index] += h
                    return (up - down) / (2 * h)
                }
                #expect(abs(slope - gradient[index]) < 1e-7)
            }
        }
    }

    @Test(arguments: ["linear", "conv", "several"])
    func equalsPEFT(_ name: String) throws {
        let fixture = try Fixture("layers/adapters")
        let base = try ParameterStore(loading: fixture.tensors(under: "\(name).base"))
        let shape = try fixture.shape("\(name).base.weight")
        let run: (Tensor) throws -> Tensor =
            name == "conv"
            ? Conv2d(base.root, in: shape[1], out: shape[0], kernel: 3, stride: 2, padding: 1)
                .callAsFunction
            : Linear(base.root, in: shape[1], out: shape[0], bias: name == "linear").callAsFunction
        try base.finish()
        var sets: [LowRankAdapters] = []
        for index in 0..<(name == "several" ? 2 : 1) {
            let own = try fixture.tensors(under: "\(name).\(index)")
            let numbers: [Double] = try fixture["\(name).\(index).numbers"].toArray()
            // The layer is the root, so its path is empty.
            let named = Dictionary(
                own.filter { $0.key != "numbers" }.map { ("unet..\($0.key)", $0.value) },
                uniquingKeysWith: { first, _ in first })
            let set = try LowRankAdapters(
                into: [AdaptedNetwork("unet", base)], loading: named,
                alphas: ["unet.": numbers[0]])
            try set.setStrength(numbers[1])
            try set.apply()
            try set.store.train()
            sets.append(set)
        }
        let y = try run(fixture["\(name).x"])
        try expectClose(y, fixture["\(name).y"], within: 1e-6)
        try y.backward(seed: fixture["\(name).seed"])
        for (index, set) in sets.enumerated() {
            for (entry, letter) in zip(set.store.entries, ["A", "B"]) {
                try expectClose(
                    #require(try entry.tensor.grad()), fixture["\(name).grads.\(index).\(letter)"],
                    within: 1e-6, entry.name)
            }
        }
        for set in sets { try set.merge() }
        try expectClose(#require(base["weight"]), fixture["\(name).merged"], within: 1e-6)
    }

    @Test func whatFitsNoLayerIsNamed() throws {
        let net = try Net()
        let generator = try Generator(seed: 0)
        let none = AdaptedNetwork("unet", net.store, layers: ["to_k"])
        #expect(throws: AdapterError.self) {
            try LowRankAdapters(into: [none], rank: 2, generator: generator)
        }
        #expect(throws: AdapterError.self) {
            try LowRankAdapters(into: [net.network], rank: 0, generator: generator)
        }
        let error = #expect(throws: ParameterError.self) {
            try LowRankAdapters(
                into: [net.network],
                loading: [
                    "unet.conv1.lora_A.weight": .zeros([2, 4, 1, 1]),
                    "unet.conv2.lora_A.weight": .zeros([2, 4]),
                ])
        }
        #expect(error?.missing == ["unet.conv1.lora_B.weight"])
        #expect(error?.misshaped.map(\.name) == ["unet.conv1.lora_A.weight"])
        #expect(error?.unused == ["unet.conv2.lora_A.weight"])
    }
}
