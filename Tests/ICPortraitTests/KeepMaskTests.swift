import ICPortrait
import Testing
import Torch

@Suite struct KeepMaskTests {
    @Test(arguments: [0.0, 0.05, 0.1, 0.2, 0.5, 1.0]) func exactlyTheShareIsKept(
        _ ratio: Double
    ) throws {
        let generator = try Generator(seed: 3)
        for _ in 0..<20 {
            let mask = try KeepMask.random(
                keeping: ratio, height: 32, width: 30, generator: generator)
            #expect(mask.shape == [1, 1, 32, 30])
            #expect(try mask.sum().item() == (ratio * 960).rounded())
            #expect(try (mask * (1 - mask)).abs().max().item() == 0)
        }
    }

    @Test func everyCellIsKeptAsOften() throws {
        let generator = try Generator(seed: 4)
        let draws = 4000
        var sum = try Tensor.zeros([1, 1, 8, 8])
        for _ in 0..<draws {
            sum =
                try sum
                + KeepMask.random(keeping: 0.25, height: 8, width: 8, generator: generator)
        }
        // Hypergeometric: the deviation of a cell's mean is 0.0068, so 4.5 of them for 64 cells.
        let worst = try (sum / Double(draws) - 0.25).abs().max().item()
        #expect(worst < 0.031, "\(worst)")
    }

    @Test func trainingRatiosAreSpreadFromNoneToTheMost() throws {
        let masks = try KeepMask.training(
            400, upTo: 0.2, height: 32, width: 32, generator: Generator(seed: 5))
        let shares: [Float] = try masks.mean([1, 2, 3]).toArray()
        #expect(shares.allSatisfy { $0 >= 0 && $0 <= 0.2005 })
        let mean = shares.reduce(0, +) / 400
        #expect(abs(mean - 0.1) < 0.012, "\(mean)")
        #expect(shares.count { $0 < 0.05 } > 60 && shares.count { $0 > 0.15 } > 60)
    }

    @Test func theSameSeedGivesTheSameMask() throws {
        func mask(_ seed: UInt64) throws -> Tensor {
            try KeepMask.random(
                keeping: 0.1, height: 32, width: 32, generator: Generator(seed: seed))
        }
        #expect(try mask(1).isEqual(to: mask(1)))
        #expect(try !mask(1).isEqual(to: mask(2)))
    }

    @Test func aShareAboveOneIsRefused() throws {
        let error = #expect(throws: ICPortraitError.self) {
            _ = try KeepMask.random(
                keeping: 10, height: 8, width: 8, generator: Generator(seed: 1))
        }
        #expect("\(try #require(error))" == "expected a keep ratio of 0 to 1, found 10.0.")
    }
}
