import World

/// What makes people of the world who they are, as numbers of mean 0 and deviation 1.
///
/// A recogniser that must also tell these learns from every picture what to look at, where centres
/// of thousands of people tell it only that two people differ. Real faces come without this truth;
/// the world's do not.
public struct PersonTraits: Sendable {
    /// Numbers of a person.
    public let count: Int
    /// Of every person, one after the other.
    public let values: [Float]

    /// The traits of the first people of a world.
    ///
    /// - Parameters:
    ///   - people: how many.
    ///   - seed: the world's.
    public init(people: Int, seed: UInt64) {
        let rows = (0..<people).map { Self.traits(of: Person(seed: seed, index: $0)) }
        let count = rows.first?.count ?? 0
        var values: [Float] = []
        values.reserveCapacity(people * count)
        let total = Float(max(people, 1))
        let means = (0..<count).map { column in rows.reduce(0) { $0 + $1[column] } / total }
        let deviations = (0..<count).map { column in
            let sum = rows.reduce(Float(0)) { sum, row in
                sum + (row[column] - means[column]) * (row[column] - means[column])
            }
            return (sum / total).squareRoot()
        }
        for row in rows {
            for column in 0..<count {
                // A trait that all share tells nothing.
                let deviation = deviations[column]
                values.append(deviation > 1e-6 ? (row[column] - means[column]) / deviation : 0)
            }
        }
        (self.count, self.values) = (count, values)
    }

    /// Traits of some people, `[K, count]`.
    func of(_ people: [Int]) -> [Float] {
        people.flatMap { values[$0 * count..<($0 + 1) * count] }
    }

    /// Shape, tone and colours; nothing that a person puts on.
    private static func traits(of person: Person) -> [Float] {
        let skin = person.skin
        let wrinkles = skin.wrinkles
        let brows = person.brows
        var numbers = person.facial.values
        numbers += [person.masculinity, person.age, person.weight]
        numbers += [skin.melanin, skin.haemoglobin, skin.undertone, skin.evenness, skin.freckles]
        numbers += [
            wrinkles.forehead, wrinkles.crowsFeet, wrinkles.nasolabial, wrinkles.glabella,
            wrinkles.underEye,
        ]
        numbers += [brows.thickness, brows.length, brows.arch, brows.density]
        numbers += [person.eyes.limbalRing, person.eyes.irisDiameter, person.mouth.lipRedness]
        numbers += [person.hair.recession, person.hair.curl]
        // Roots, so that dark colours differ as much as they look.
        for colour in [person.eyes.colour, brows.colour.linear, person.hair.colour.linear] {
            for channel in 0..<3 { numbers.append(max(colour[channel], 0).squareRoot()) }
        }
        return numbers
    }
}
