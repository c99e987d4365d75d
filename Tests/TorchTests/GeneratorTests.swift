import TestSupport
import Testing
import Torch

// Fixture and its recipe: Reference/torch/write_fixtures.py

@Suite struct GeneratorTests {
    @Test func normalNoiseIsBitEqualToPython() throws {
        let fixture = try Fixture("torch/torch")
        let names = fixture.names.filter { $0.hasPrefix("randn.") }
        #expect(names.count == 35)
        for name in names {
            // randn.<seed>.<dtype>.<shape>
            let parts = name.split(separator: ".")
            let seed = try #require(UInt64(parts[1]))
            let dtype = try #require(DType(name: String(parts[2])))
            let shape = parts[3].split(separator: "x").compactMap { Int($0) }
            let expected = try fixture[name]
            let noise = try Tensor.randn(shape, generator: Generator(seed: seed), dtype: dtype)
            #expect(noise.dtype == expected.dtype && noise.shape == expected.shape)
            #expect(try noise.isEqual(to: expected), "\(name)")
            let other = try Tensor.randn(shape, generator: Generator(seed: seed + 1), dtype: dtype)
            #expect(try !other.isEqual(to: expected), "\(name), another seed")
        }
    }

    @Test func drawsInSequenceAreThoseOfPython() throws {
        let fixture = try Fixture("torch/torch")
        let g = try Generator(seed: 7)
        #expect(try Tensor.randn([5], generator: g).isEqual(to: fixture["sequence.randn"]))
        #expect(try Tensor.rand([4, 3], generator: g).isEqual(to: fixture["sequence.rand"]))
        #expect(
            try Tensor.randint(-3..<9, [20], generator: g).isEqual(to: fixture["sequence.randint"]))
        #expect(try g.state().isEqual(to: fixture["sequence.state"]))
        #expect(try Tensor.randperm(10, generator: g).isEqual(to: fixture["sequence.randperm"]))
        #expect(try Tensor.randn([20], generator: g).isEqual(to: fixture["sequence.after"]))
    }

    @Test func goesOnFromASavedState() throws {
        let fixture = try Fixture("torch/torch")
        let g = try Generator(seed: 99)
        try g.restore(fixture["sequence.state"])
        #expect(try Tensor.randperm(10, generator: g).isEqual(to: fixture["sequence.randperm"]))
        #expect(throws: TorchError.self) { try g.restore(Tensor([1, 2, 3] as [UInt8])) }
    }

    @Test func generatorsDoNotDisturbEachOther() throws {
        let a = try Generator(seed: 3), b = try Generator(seed: 3)
        let first = try Tensor.randn([8], generator: a)
        _ = try Tensor.randn([100], generator: Generator(seed: 3))
        #expect(try Tensor.randn([8], generator: b).isEqual(to: first))
    }
}
