import Training
import World

/// One thing of a picture that is taken from another picture, or that is another answer to one of the
/// ``ClipQuestion``s, so that a caption becomes wrong in that alone: the hard negatives of
/// Yuksekgonul et al. 2023.
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
            var (otherPerson, otherLook) = (person, look)
            // A stranger's light is rarely the same from the other side.
            if random.below(2) == 0 {
                answerWrongly(&otherPerson, &otherLook, &random)
            } else {
                let donor = random.below(data.count)
                allCases[random.below(allCases.count)].take(
                    from: data.person(donor), data.look(donor), to: &otherPerson, &otherLook)
            }
            let wrong = Caption(of: otherPerson, otherLook, length, variant: variant).text
            if wrong != right {
                return Wrong(caption: wrong, person: otherPerson, look: otherLook)
            }
        }
        return nil
    }

    /// Gives a wrong answer to one of the questions that the picture answers.
    private static func answerWrongly(
        _ person: inout Person, _ look: inout Look, _ random: inout StepRandom
    ) {
        let asked = ClipQuestion.all.flatMap { question in
            question.truth(person, look)
                .map { Array(repeating: (question, $0), count: question.share) } ?? []
        }
        guard !asked.isEmpty else { return }
        let (question, truth) = asked[random.below(asked.count)]
        let wrong = question.ways.filter { $0.answer != truth }
        wrong[random.below(wrong.count)].become(&person, &look)
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
