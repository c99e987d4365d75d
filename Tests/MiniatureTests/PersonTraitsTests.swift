import Miniature
import Testing
import World

@Suite struct PersonTraitsTests {
    @Test func traitsHaveMeanZeroAndDeviationOne() {
        let traits = PersonTraits(people: 200, seed: 3)
        #expect(traits.count > 60 && traits.values.count == 200 * traits.count)
        for column in 0..<traits.count {
            let values = (0..<200).map { traits.values[$0 * traits.count + column] }
            let mean = values.reduce(0, +) / 200
            let square = values.reduce(0) { $0 + $1 * $1 } / 200
            #expect(abs(mean) < 1e-3, "trait \(column)")
            #expect(abs(square - 1) < 1e-3, "trait \(column)")
        }
    }

    @Test func traitsFollowTheirPerson() {
        let traits = PersonTraits(people: 50, seed: 3)
        let parameter = FacialParameter.allCases[0]
        let truth = (0..<50).map { Person(seed: 3, index: $0).facial[parameter] }
        let found = (0..<50).map { traits.values[$0 * traits.count] }
        // Standardised: the order of people stays.
        let order = truth.indices.sorted { truth[$0] < truth[$1] }
        #expect(order == found.indices.sorted { found[$0] < found[$1] })
    }
}
