import Miniature
import TestSupport
import Testing
import Torch

@Suite struct PatchComponentsTests {
    /// Smooth pictures: neighbours alike, as components need something to find.
    private func pictures() throws -> Tensor {
        let generator = try Generator(seed: 4)
        let small = try Tensor.randn([6, 3, 8, 8], generator: generator)
        let noise = try Tensor.randn([6, 3, 32, 32], generator: generator) * 0.05
        let rough = try small.unsqueezed(3).unsqueezed(5).expanded([6, 3, 8, 4, 8, 4])
            .reshaped([6, 3, 32, 32])
        // Squares shifted by half a patch, so that patches hold edges.
        return try Tensor.cat(
            [rough[.all, .all, .all, 2...], rough[.all, .all, .all, 0..<2]], along: 3)
            + noise
    }

    @Test func answersAreCentredOfUnitDeviationAndUncorrelated() throws {
        let x = try pictures()
        let components = try PatchComponents(x, count: 4, patch: 4)
        let answers = try components(x)
        #expect(answers.shape == [6, 4, 8, 8])
        let rows = try answers.permuted([1, 0, 2, 3]).reshaped([4, -1])
        try expectClose(rows.mean([1]) + 1, Tensor([Float](repeating: 1, count: 4)), within: 1e-4)
        let covariance = try rows.matmul(rows.transposed(0, 1)) / Double(rows.shape[1])
        let identity = (0..<16).map { Float($0 % 5 == 0 ? 1 : 0) }
        try expectClose(covariance, Tensor(identity, shape: [4, 4]), within: 1e-3)
    }

    @Test func theyRebuildPicturesBetterThanOtherFilters() throws {
        let x = try pictures()
        func error(_ filters: Tensor) throws -> Double {
            // The best linear decoder of any answers: least squares onto their span.
            let patches = try x.reshaped([6, 3, 8, 4, 8, 4]).permuted([0, 2, 4, 1, 3, 5])
                .reshaped([-1, 48])
            let centred = try patches - patches.mean([0], keepDims: true)
            var rest = centred
            var basis: [Tensor] = []
            for row in 0..<4 {
                var direction = try filters[row..<row + 1].reshaped([1, 48])
                for other in basis { direction = try direction - other * (direction * other).sum() }
                direction = try direction / direction.norm()
                basis.append(direction)
                rest = try rest - centred.matmul(direction.transposed(0, 1)) * direction
            }
            return try (rest.square().mean() / centred.square().mean()).item()
        }
        let own = try error(PatchComponents(x, count: 4, patch: 4).filters)
        let other = try error(.randn([4, 3, 4, 4], generator: Generator(seed: 8)))
        #expect(own < 0.6 * other, "\(own) against \(other)")
    }
}
