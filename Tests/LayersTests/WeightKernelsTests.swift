import Layers
import TestSupport
import Testing
import Torch

/// Weights on their way from a file: as libtorch's own loops bring them, bit for bit.
@Suite struct WeightKernelsTests {
    /// All float16 numbers, from the patterns of their bits.
    private func halves(_ bits: [UInt16]) throws -> Tensor {
        let x = try Tensor.empty([bits.count], dtype: .float16)
        try x.withMutableBytes { bytes in bits.withUnsafeBytes { bytes.copyMemory(from: $0) } }
        return x
    }

    private func bits(_ x: Tensor) throws -> [UInt16] {
        try x.withBytes { Array($0.bindMemory(to: UInt16.self)) }
    }

    @Test func everyHalfBecomesTheNearestBFloat16() throws {
        let all = try halves(Array(0...UInt16.max))
        let own = try Tensor.empty([all.count], dtype: .bfloat16)
        try own.copy(from: all)
        let expected = try bits(all.to(.float32).to(.bfloat16))
        for (half, (own, expected)) in try zip(bits(own), expected).enumerated() {
            let isNaN = half & 0x7c00 == 0x7c00 && half & 0x3ff != 0
            #expect(isNaN ? own & 0x7f80 == 0x7f80 && own & 0x7f != 0 : own == expected, "\(half)")
        }
    }

    @Test(arguments: [0, 1, 15, 16, 17, 40_001])
    func everyLengthIsConvertedToItsEnd(_ count: Int) throws {
        let x = try Tensor.randn([count], generator: Generator(seed: 1)).to(.float16)
        // A number more, which must stay.
        let room = try Tensor.ones([count + 1], dtype: .bfloat16)
        try room[0..<count].copy(from: x)
        #expect(try room[0..<count].isEqual(to: x.to(.float32).to(.bfloat16)))
        #expect(try room[count].item() == 1)
    }

    @Test func whatBroadcastsOrLiesApartIsLeftToLibtorch() throws {
        let x = try Tensor.randn([4, 6], generator: Generator(seed: 2)).to(.float16)
        let expected = try x.to(.float32).to(.bfloat16)
        let turned = try Tensor.zeros([6, 4], dtype: .bfloat16)
        try turned.copy(from: x.transposed(0, 1))
        #expect(try turned.isEqual(to: expected.transposed(0, 1)))
        let many = try Tensor.zeros([3, 4, 6], dtype: .bfloat16)
        try many.copy(from: x)
        #expect(try many[2].isEqual(to: expected))
        // Gradients go through a copy as they do in libtorch.
        let source = try Tensor.ones([4], dtype: .float16).requiresGrad(true)
        let result = try Tensor.zeros([4], dtype: .bfloat16)
        try result.copy(from: source)
        try (result * 3).sum().backward()
        #expect(try #require(try source.grad()).sum().item() == 12)
    }

    @Test(arguments: [[5, 7, 3, 3], [4, 3, 1, 1], [2, 64, 3, 3], [3, 1, 5, 2], [70, 33, 3, 3]])
    func convolutionsKeepTheirWeights(_ shape: [Int]) throws {
        for dtype in [DType.bfloat16, .float32] {
            let store = try ParameterStore(generator: Generator(seed: 3), dtype: dtype)
            let weight = store.root.parameter("weight", shape, .normal(std: 1))
            let before = try weight.cloned()
            try store.layOut(.channelsLast)
            #expect(weight.isContiguous(.channelsLast))
            #expect(try weight.isEqual(to: before) && weight.shape == shape)
            try store.layOut(.contiguous)
            #expect(try weight.isContiguous() && weight.isEqual(to: before))
        }
    }
}
