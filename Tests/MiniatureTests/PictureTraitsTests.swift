import Miniature
import Testing
import World

@Suite struct PictureTraitsTests {
    private let pictures = (0..<300).map { number in
        let person = Person(seed: 3, index: number)
        return (person, Look(of: person, view: number % 4))
    }

    @Test func traitsAreOfMeanZeroAndOfDeviationOneOrNothing() {
        let traits = PictureTraits(pictures)
        #expect(traits.count > 120 && traits.values.count == 300 * traits.count)
        for column in 0..<traits.count {
            let values = (0..<300).map { traits.values[$0 * traits.count + column] }
            let mean = values.reduce(0, +) / 300
            let square = values.reduce(0) { $0 + $1 * $1 } / 300
            #expect(abs(mean) < 1e-3, "trait \(column)")
            // A style that nobody of them wears tells nothing.
            #expect(square == 0 || abs(square - 1) < 2e-3, "trait \(column): \(square)")
        }
    }

    @Test func glassesAreAmongThem() {
        let traits = PictureTraits(pictures)
        let worn = pictures.map { $0.1.glasses.style != .none }
        // Some column is exactly this question.
        let found = (0..<traits.count).contains { column in
            (0..<300).allSatisfy { (traits.values[$0 * traits.count + column] > 0) == worn[$0] }
        }
        #expect(found)
    }
}
