import Testing
import Training

@Suite struct SampleShuffleTests {
    @Test(arguments: [1, 2, 3, 17, 64, 65, 1000])
    func everyEpochHoldsEverythingOnce(_ count: Int) {
        let order = SampleShuffle(count: count, seed: 9)
        for epoch in 0..<3 {
            let seen = (0..<count).map { order[epoch * count + $0] }
            #expect(seen.sorted() == Array(0..<count))
        }
    }

    @Test func epochsAndSeedsDiffer() {
        let order = SampleShuffle(count: 100, seed: 9)
        let first = (0..<100).map { order[$0] }
        #expect(first != (100..<200).map { order[$0] })
        #expect(first != Array(0..<100))
        let other = SampleShuffle(count: 100, seed: 10)
        #expect(first != (0..<100).map { other[$0] })
    }

    @Test func neighboursAreSpread() {
        // Places of neighbours: in a random order of 1000 they are 333 apart on average.
        let order = SampleShuffle(count: 1000, seed: 4)
        var place = Array(repeating: 0, count: 1000)
        for index in 0..<1000 { place[order[index]] = index }
        let gaps = zip(place, place.dropFirst()).map { abs($0 - $1) }
        let mean = Double(gaps.reduce(0, +)) / Double(gaps.count)
        #expect((300...366).contains(mean))
    }

    @Test func seedsOfPurposesAndStepsDiffer() {
        let seeds = StepSeed(1)
        let all = ["a", "b", "noise"].flatMap { purpose in (0..<100).map { seeds(purpose, $0) } }
        #expect(Set(all).count == 300)
        #expect(StepSeed(1)("a", 5) == seeds("a", 5))
        #expect(StepSeed(2)("a", 5) != seeds("a", 5))
    }
}
