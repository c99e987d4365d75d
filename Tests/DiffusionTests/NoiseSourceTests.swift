import Diffusion
import TestSupport
import Testing
import Torch

@Suite struct NoiseSourceTests {
    /// `torch.manual_seed(0); torch.randn(10, device="cuda")`.
    @Test func cudasNumbersAreThoseOfTorchOnAGPU() {
        var noise = PhiloxNoise(seed: 0)
        let known: [Float] = [
            -0.9247, -0.4253, -2.6438, 0.1452, -0.1209, -0.5797, -0.6229, -0.3284, -1.0745, -0.3631,
        ]
        for (own, theirs) in zip(noise.next(10), known) { #expect(abs(own - theirs) < 6e-5) }
    }

    @Test func numbersAreNormalAndDrawsDiffer() throws {
        var noise = PhiloxNoise(seed: 7)
        let (first, second) = (noise.next(40000), noise.next(40000))
        for numbers in [first, second] {
            let x = try Tensor(numbers)
            #expect(abs(try x.mean().item()) < 0.02)
            #expect(abs(try x.square().mean().item() - 1) < 0.03)
        }
        let product = try (Tensor(first) * Tensor(second)).mean().item()
        #expect(abs(product) < 0.02)
        #expect(PhiloxNoise(seed: 8) != PhiloxNoise(seed: 7))
    }

    @Test func eachPictureOfABatchHasTheNextSeedsNumbers() throws {
        let batch = try NoiseSource(.cuda, seed: 5, batch: 3).normal([3, 4, 2, 2], dtype: .float32)
        for index in 0..<3 {
            let alone = try NoiseSource(.cuda, seed: 5 + UInt64(index), batch: 1)
                .normal([1, 4, 2, 2], dtype: .float32)
            #expect(try batch[index].isEqual(to: alone[0]))
        }
    }

    /// What all pictures start from takes nothing from their own streams, but the one stream of torch's.
    @Test func whatPicturesShareLeavesTheirStreamsAlone() throws {
        for kind in NoiseKind.allCases {
            let source = try NoiseSource(kind, seed: 5, batch: 2)
            let fresh = try NoiseSource(kind, seed: 5, batch: 2)
            _ = try source.common([1, 8], dtype: .float32)
            let same = try source.normal([2, 8], dtype: .float32)
                .isEqual(to: fresh.normal([2, 8], dtype: .float32))
            #expect(same == (kind == .cuda))
        }
    }

    @Test(arguments: NoiseKind.allCases) func goesOnFromAState(_ kind: NoiseKind) throws {
        let whole = try NoiseSource(kind, seed: 3, batch: 2)
        _ = try whole.normal([2, 8], dtype: .float32)
        let state = try whole.state()
        let next = try whole.normal([2, 8], dtype: .float32)
        let other = try NoiseSource(kind, seed: 3, batch: 2)
        try other.restore(state)
        #expect(try other.normal([2, 8], dtype: .float32).isEqual(to: next))
    }
}
