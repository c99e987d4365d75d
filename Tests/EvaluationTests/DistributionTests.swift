import Evaluation
import Images
import TestSupport
import Testing
import Torch

@Suite struct DistributionTests {
    private func statistics(_ features: Tensor, batch: Int) throws -> GaussianStatistics {
        var statistics = try GaussianStatistics(net: "table", dimension: 12)
        for part in try features.split(batch) { try statistics.add(part) }
        return statistics
    }

    @Test(arguments: [1, 7, 300]) func covarianceIsNumPysForAnyBatch(_ batch: Int) throws {
        let fixture = try oracle()
        let first = try fixture["sets.first"]
        let statistics = try statistics(first, batch: batch)
        #expect(statistics.count == 300)
        try expectClose(statistics.covariance(), fixture["sets.covariance"], within: 1e-12)
        try expectClose(statistics.mean, first.to(.float64).mean([0]), within: 1e-12)
    }

    @Test func statisticsOfPartsAdd() throws {
        let fixture = try oracle()
        let first = try fixture["sets.first"]
        var sum = try statistics(first.sliced(0, from: 0, to: 40), batch: 16)
        let before = sum
        try sum.add(statistics(first.sliced(0, from: 40, to: 300), batch: 300))
        try expectClose(sum.covariance(), fixture["sets.covariance"], within: 1e-12)
        // A copy taken before keeps what it had seen.
        #expect(before.count == 40)
        try expectFar(before.mean, sum.mean, beyond: 1e-3)
    }

    @Test func frechetDistanceIsSciPys() throws {
        let fixture = try oracle()
        let sets = try ["first", "second", "small"].map {
            try statistics(fixture["sets.\($0)"], batch: 64)
        }
        let expected = try fixture["sets.frechet"].item()
        #expect(try agree([frechetDistance(sets[0], sets[1])], [expected], within: 1e-9))
        #expect(try agree([frechetDistance(sets[1], sets[0])], [expected], within: 1e-9))
        // Nine features in twelve dimensions: a singular covariance.
        let singular = try fixture["sets.frechet_small"].item()
        #expect(try agree([frechetDistance(sets[2], sets[1])], [singular], within: 1e-6))
        #expect(try abs(frechetDistance(sets[0], sets[0])) < 1e-9)
    }

    @Test func kernelDistanceIsNumPys() throws {
        let fixture = try oracle()
        let (first, second) = try (fixture["sets.first"], fixture["sets.second"])
        let plain = try squaredDiscrepancy(first.to(.float64), second.to(.float64))
        #expect(try agree([plain], [fixture["sets.discrepancy"].item()]))
        let distance = try kernelDistance(first, second, subsets: 20, subsetSize: 50, seed: 7)
        #expect(try agree([distance.mean], [fixture["sets.kernel_mean"].item()]))
        #expect(
            try agree(
                [distance.standardDeviation], [fixture["sets.kernel_deviation"].item()]))
        let other = try kernelDistance(first, second, subsets: 20, subsetSize: 50, seed: 8)
        #expect(other.mean != distance.mean)
        // Unbiased: two halves of one set are no distance apart on average.
        let halves = try first.split(150)
        let none = try kernelDistance(halves[0], halves[1], subsets: 50, subsetSize: 100)
        #expect(abs(none.mean) < 0.1 * distance.mean)
    }

    @Test func setsOfDifferentNetsDoNotMix() throws {
        let a = try GaussianStatistics(net: "a", dimension: 2)
        let b = try GaussianStatistics(net: "b", dimension: 2)
        let error = #expect(throws: EvaluationError.self) { try frechetDistance(a, b) }
        #expect(
            error.map { "\($0)" }
                == "expected statistics of one feature net, found those of a and of b; "
                + "compute both with the same net")
        #expect(throws: EvaluationError.tooFew("features", needed: 2, found: 0)) {
            try frechetDistance(a, a)
        }
        #expect(throws: EvaluationError.self) {
            try kernelDistance(Tensor.zeros([4, 3]), Tensor.zeros([4, 2]))
        }
    }

    @Test func picturesOfSeveralSizesKeepTheirOrder() throws {
        let net = NamedFeatures(name: "size and mean", dimension: 2) { pictures in
            let width = try Tensor.full([pictures.shape[0]], Double(pictures.shape[3]))
            return try Tensor.stack([width, pictures.mean([1, 2, 3])], along: 1)
        }
        let pictures = try [(8, 0), (8, 255), (8, 0), (5, 255), (8, 255)].map { size, grey in
            try Image(width: size, height: 4, colour: [UInt8](repeating: UInt8(grey), count: 3))
        }
        let features = try net.features(of: pictures, batch: 2)
        #expect(try features.toArray(Float.self) == [8, -1, 8, 1, 8, -1, 5, 1, 8, 1])
        var statistics = try net.statistics()
        try statistics.add(features)
        #expect(statistics.net == "size and mean" && statistics.count == 5)
        let wrong = NamedFeatures(name: "wrong", dimension: 3) { try $0.mean([2, 3, 1]) }
        #expect(throws: EvaluationError.self) { try wrong.features(of: pictures) }
        #expect(throws: EvaluationError.self) { try net.features(of: [Image]()) }
    }
}
