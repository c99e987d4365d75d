import Training
import World

/// One thing of a picture that is taken from another picture, so that a caption becomes wrong in
/// that alone: the hard negatives of Yuksekgonul et al. 2023.
///
/// Strangers' captions differ in everything, and a model that sees place and clothes can tell them
/// apart; these differ in what is small: glasses, a smile, a beard.
package enum CaptionSwap: CaseIterable {
    case glasses, hat, earRings, expression, sex, hair, beard, skin, eyes, age, light, backdrop

    /// A caption that fits no picture, and the person and look that it would fit.
    package struct Wrong {
        package let caption: String
        package let person: Person
        package let look: Look
    }

    /// A caption that fits the picture but for one thing; nil if none of a few tries differs.
    ///
    /// - Parameters:
    ///   - index: the picture.
    ///   - length: of the caption.
    ///   - variant: of the right caption; the wrong one is the same variant.
    ///   - data: the pictures, any of which may be the donor.
    ///   - random: what is taken from whom.
    /// - Returns: the words, and what they would fit.
    package static func caption(
        _ index: Int, _ length: Caption.Length, variant: Int, _ data: PortraitData,
        _ random: inout StepRandom
    ) -> Wrong? {
        let (person, look) = (data.person(index), data.look(index))
        let right = Caption(of: person, look, length, variant: variant).text
        for _ in 0..<6 {
            let donor = random.below(data.count)
            var (otherPerson, otherLook) = (person, look)
            allCases[random.below(allCases.count)].take(
                from: data.person(donor), data.look(donor), to: &otherPerson, &otherLook)
            let wrong = Caption(of: otherPerson, otherLook, length, variant: variant).text
            if wrong != right {
                return Wrong(caption: wrong, person: otherPerson, look: otherLook)
            }
        }
        return nil
    }

    private func take(
        from person: Person, _ look: Look, to other: inout Person, _ otherLook: inout Look
    ) {
        switch self {
        case .glasses: otherLook.glasses = look.glasses
        case .hat: otherLook.hat = look.hat
        case .earRings: otherLook.earRings = look.earRings
        case .expression:
            (otherLook.preset, otherLook.expression) = (look.preset, look.expression)
        case .sex: other.masculinity = person.masculinity
        case .hair: other.hair = person.hair
        case .beard: other.beard = person.beard
        case .skin: other.skin = person.skin
        case .eyes: other.eyes = person.eyes
        case .age: other.age = person.age
        case .light: otherLook.light = look.light
        case .backdrop: otherLook.backdrop = look.backdrop
        }
    }
}
