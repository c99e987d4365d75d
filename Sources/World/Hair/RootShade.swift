/// How much hair roots darken the skin, for whoever paints it.
package struct RootShade: Sendable {
    private let scalp: Hairline?
    private let zone: BeardZone?
    private let weight: Float

    /// Roots of a person's hair: what shows of them on the skin.
    static func scalp(of person: Person) -> RootShade {
        switch person.hair.style {
        case .bald:
            let shows = person.hair.recession > 0.3
            return RootShade(
                scalp: shows ? Hair.hairline(of: person) : nil, zone: nil, weight: 0.75)
        case .shaved: return RootShade(scalp: Hair.hairline(of: person), zone: nil, weight: 0.5)
        case .buzz: return RootShade(scalp: Hair.hairline(of: person), zone: nil, weight: 0.85)
        default: return RootShade(scalp: Hair.hairline(of: person), zone: nil, weight: 1)
        }
    }

    /// Roots of a person's beard.
    static func beard(of person: Person) -> RootShade {
        RootShade(
            scalp: nil, zone: person.beard.style == .none ? nil : BeardZone(person.beard),
            weight: person.beard.style == .stubble ? 0.6 : 0.75)
    }

    /// 0 (bare skin) ... 1 (no skin between the roots).
    package func rootDensity(at place: ChartPoint) -> Float {
        weight * (scalp?.density(at: place) ?? zone?.density(at: place) ?? 0)
    }
}

extension Hair {
    /// How the roots of a person's hair shade the scalp.
    package static func scalpShade(for person: Person) -> RootShade { .scalp(of: person) }
}

extension Beard {
    /// How the roots of a person's beard shade the face.
    package static func skinShade(for person: Person) -> RootShade { .beard(of: person) }
}
