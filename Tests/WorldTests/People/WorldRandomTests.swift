import Testing
import World

@Suite struct WorldRandomTests {
    /// First outputs of Vigna's splitmix64.c from 1234567, of xoshiro256plusplus.c from 1, 2, 3, 4,
    /// and the FNV-1a test suite's "foobar".
    @Test func drawsThePublishedNumbers() {
        var mixer = SplitMix64(state: 1_234_567)
        let mixed = [mixer.next(), mixer.next(), mixer.next()]
        #expect(
            mixed == [
                6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
            ])
        var random = WorldRandom(state: [1, 2, 3, 4])
        let drawn = (0..<10).map { _ in random.next() }
        #expect(
            drawn == [
                41_943_041, 58_720_359, 3_588_806_011_781_223, 3_591_011_842_654_386,
                9_228_616_714_210_784_205, 9_973_669_472_204_895_162, 14_011_001_112_246_962_877,
                12_406_186_145_184_390_807, 15_849_039_046_786_891_736,
                10_450_023_813_501_588_000,
            ])
        #expect(fnv1a("") == 0xCBF2_9CE4_8422_2325 && fnv1a("foobar") == 0x8594_4171_F739_67E8)
    }

    /// The three steps written out once more in Python: key = splitmix64(key ^ word) over version
    /// 1, seed 42, fnv1a("person/skin") and index 7; four words of splitmix64 from there;
    /// xoshiro256++.
    @Test func seedsAStreamFromItsName() {
        var random = WorldRandom(seed: 42, stream: "person/skin", indices: [7])
        let drawn = [random.next(), random.next(), random.next()]
        #expect(
            drawn == [
                13_514_399_064_874_713_802, 13_274_368_781_141_465_075, 3_848_568_743_926_013_148,
            ])
    }

    @Test func everyPartOfTheNameMatters() {
        let names: [(UInt64, UInt64, String, [Int])] = [
            (1, 0, "a", []), (2, 0, "a", []), (1, 1, "a", []), (1, 0, "b", []), (1, 0, "a", [0]),
            (1, 0, "a", [1]), (1, 0, "a", [1, 0]), (1, 0, "a", [0, 1]), (1, 0, "a", [-1]),
        ]
        var first = Set<UInt64>()
        for (version, seed, stream, indices) in names {
            var random = WorldRandom(
                version: version, seed: seed, stream: stream, indices: indices)
            first.insert(random.next())
        }
        #expect(first.count == names.count)
    }

    @Test func normalNumbersAreNormal() {
        var random = WorldRandom(seed: 3, stream: "test")
        let count = 40_000
        let x = (0..<count).map { _ in random.normal() }
        let mean = x.reduce(0, +) / Double(count)
        let variance = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
        #expect(abs(mean) < 0.02 && abs(variance - 1) < 0.03)
        // Share beyond 1 and 2 deviations: 0.3173 and 0.0455.
        #expect(abs(Double(x.count { abs($0) > 1 }) / Double(count) - 0.3173) < 0.01)
        #expect(abs(Double(x.count { abs($0) > 2 }) / Double(count) - 0.0455) < 0.005)
    }

    @Test func choosesByWeight() {
        var random = WorldRandom(seed: 4, stream: "test")
        var counts = [0, 0, 0, 0]
        for _ in 0..<20_000 { counts[random.choose([0: 1, 1: 0, 2: 3, 3: -1])] += 1 }
        #expect(counts[1] == 0 && counts[3] == 0)
        #expect(abs(Float(counts[0]) / 20_000 - 0.25) < 0.015)
        var bins = [Int](repeating: 0, count: 7)
        for _ in 0..<14_000 { bins[random.below(7)] += 1 }
        #expect(bins.allSatisfy { abs($0 - 2000) < 200 })
        #expect(!random.chance(0) && random.chance(1))
    }

    @Test func cutsNormalNumbersToTheirRange() {
        var random = WorldRandom(seed: 5, stream: "test")
        let x = (0..<2000).map { _ in random.normal(0, 1, in: 0.5...0.6) }
        #expect(x.allSatisfy { (0.5...0.6).contains($0) })
        #expect(Set(x).count > 500)
    }

    /// ln from Python's math.log.
    @Test(arguments: [
        (0.001, -6.907755278982137), (0.7, -0.35667494393873245), (1, 0),
        (1.4142135623730951, 0.34657359027997264), (2, 0.6931471805599453),
        (12345.678, 9.421061321291832),
    ])
    func takesLogarithms(x: Double, expected: Double) {
        #expect(abs(portableLog(x) - expected) <= 4e-16 * max(1, abs(expected)))
    }
}
