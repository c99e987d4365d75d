import World

/// What captions tell of pictures, as numbers of mean 0 and deviation 1: who is in them, what they
/// wear and do, where and in what light.
///
/// Encoders that must also read these off, by the same layer from pictures and from captions, look at
/// faces and at small words from the first step; captions alone are told apart by place, light and
/// clothes for a long time.
public struct PictureTraits: Sendable {
    private let rows: StandardisedRows

    /// Numbers of a picture.
    public var count: Int { rows.count }
    /// Of every picture, one after the other.
    public var values: [Float] { rows.values }

    /// The traits of every picture of a set.
    public init(_ data: PortraitData) {
        self.init((0..<data.count).map { (data.person($0), data.look($0)) })
    }

    /// The traits of some people in some looks.
    public init(_ pictures: [(Person, Look)]) {
        rows = StandardisedRows(
            pictures.map { Self.traits(of: $0, $1) })
    }

    /// Traits of some pictures, `[K, count]`.
    func of(_ indices: [Int]) -> [Float] { rows.of(indices) }

    /// Traits of another picture on the same scale.
    func of(_ person: Person, _ look: Look) -> [Float] {
        rows.standardised(Self.traits(of: person, look))
    }

    private static func traits(of person: Person, _ look: Look) -> [Float] {
        var numbers = PersonTraits.traits(of: person)
        numbers += oneHot(person.hair.style) + oneHot(person.beard.style)
        numbers += oneHot(look.glasses.style) + oneHot(look.hat.style)
        numbers += oneHot(look.earRings.style) + oneHot(look.preset)
        numbers += oneHot(look.light.preset) + oneHot(look.backdrop.kind)
        numbers += oneHot(look.clothes.style) + oneHot(look.clothes.pattern)
        numbers += [
            look.glasses.style == .none ? 0 : 1, look.hat.style == .none ? 0 : 1,
            person.beard.style == .none ? 0 : 1, look.facingYawDegrees, look.facingPitchDegrees,
            look.gaze.yawDegrees, look.light.warmth, look.light.intensity,
            look.makeUp.lipstickOpacity,
        ]
        // What captions call the hair, where it shows.
        let shows = look.hat.style == .none && ![.bald, .shaved].contains(person.hair.style)
        let colour = shows ? ClipQuestion.hairColour(person.hair.colour) : nil
        numbers += (0..<5).map { $0 == colour ? 1 : 0 }
        // Roots, so that dark colours differ as much as they look.
        for colour in [look.backdrop.colour.linear, look.clothes.colour.linear] {
            for channel in 0..<3 { numbers.append(max(colour[channel], 0).squareRoot()) }
        }
        return numbers
    }

    private static func oneHot<Choice: CaseIterable & Equatable>(_ chosen: Choice) -> [Float] {
        Choice.allCases.map { $0 == chosen ? 1 : 0 }
    }
}
