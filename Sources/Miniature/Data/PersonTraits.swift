import World

/// What makes people of the world who they are, as numbers of mean 0 and deviation 1.
///
/// A recogniser that must also tell these learns from every picture what to look at, where centres
/// of thousands of people tell it only that two people differ. Real faces come without this truth;
/// the world's do not.
public struct PersonTraits: Sendable {
    private let rows: StandardisedRows

    /// Numbers of a person.
    public var count: Int { rows.count }
    /// Of every person, one after the other.
    public var values: [Float] { rows.values }

    /// The traits of the first people of a world.
    ///
    /// - Parameters:
    ///   - people: how many.
    ///   - seed: the world's.
    public init(people: Int, seed: UInt64) {
        rows = StandardisedRows(
            (0..<people).map { Self.traits(of: Person(seed: seed, index: $0)) })
    }

    /// Traits of some people, `[K, count]`.
    func of(_ people: [Int]) -> [Float] { rows.of(people) }

    /// Shape, tone and colours; nothing that a person puts on.
    static func traits(of person: Person) -> [Float] {
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
