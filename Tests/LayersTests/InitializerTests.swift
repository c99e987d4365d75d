import Layers
import Testing
import Torch

@Suite struct InitializerTests {
    /// Mean, standard deviation and largest magnitude of a large draw.
    private func statistics(_ initializer: Initializer, _ shape: [Int]) throws
        -> (mean: Double, std: Double, bound: Double)
    {
        let x = try initializer.tensor(shape, generator: Generator(seed: 5))
        return try (x.mean().item(), x.standardDeviation().item(), x.abs().max().item())
    }

    @Test func drawsHaveTheStatedSpread() throws {
        let shape = [64, 32, 3, 3]
        let fanIn = 288.0, fanOut = 576.0
        let cases: [(Initializer, std: Double, bound: Double)] = [
            (.kaimingUniform(), (1 / fanIn / 3).squareRoot(), (1 / fanIn).squareRoot()),
            (.kaimingNormal(), (2 / fanIn).squareRoot(), .infinity),
            (.kaimingNormal(fanOut: true), (2 / fanOut).squareRoot(), .infinity),
            (
                .xavierUniform(), (2 / (fanIn + fanOut)).squareRoot(),
                (6 / (fanIn + fanOut)).squareRoot()
            ),
            (.xavierNormal(), (2 / (fanIn + fanOut)).squareRoot(), .infinity),
            // A normal cut at two deviations has standard deviation 0.87963.
            (.truncatedNormal(std: 0.02), 0.02 * 0.87963, 0.04),
            (.normal(std: 0.5), 0.5, .infinity),
        ]
        for (initializer, std, bound) in cases {
            let found = try statistics(initializer, shape)
            #expect(abs(found.mean) < 0.03 * std, "\(initializer)")
            #expect(abs(found.std / std - 1) < 0.02, "\(initializer) \(found.std) \(std)")
            #expect(found.bound <= bound * 1.000001, "\(initializer)")
        }
    }

    @Test func fansNeedTwoDimensions() {
        let error = #expect(throws: TorchError.self) {
            try Initializer.kaimingNormal().tensor([3], generator: Generator(seed: 0))
        }
        #expect(
            error?.message == "expected two or more dimensions to count fans in, found shape [3]")
    }

    @Test func dropoutKeepsTheMeanAndNothingWithoutAGenerator() throws {
        let x = try Tensor.ones([20_000])
        let y = try Dropout(0.3)(x, generator: Generator(seed: 1))
        #expect(try abs(y.mean().item() - 1) < 0.02)
        let zeros = try y.equal(0).to(.float32).mean().item()
        #expect(abs(zeros - 0.3) < 0.02)
        #expect(try Dropout(0.3)(x, generator: nil).isEqual(to: x))
    }
}
