import Training
import World

/// A ``ClipQuestion`` put to a whole batch of pictures: captions of a few people that give each of
/// its answers in each way, and which answer is right for which picture.
package struct AskedQuestion {
    /// The place among ``ClipQuestion/all``.
    package let question: Int
    /// Captions of every way, ``people`` of each, in the order of the question's ways.
    package let captions: [String]
    /// Captions of a way.
    package let people: Int
    /// The right answer of every picture; nil where it does not tell.
    package let truths: [Int?]

    /// Draws a question by its share, and who its captions speak of.
    ///
    /// - Parameters:
    ///   - indices: the pictures of the batch.
    ///   - data: where they are from, and those that captions speak of.
    ///   - people: captions of each way.
    ///   - random: what is drawn.
    package init(
        _ indices: [Int], _ data: PortraitData, people: Int, _ random: inout StepRandom
    ) {
        let all = ClipQuestion.all
        let shares = all.indices.flatMap { Array(repeating: $0, count: all[$0].share) }
        question = shares[random.below(shares.count)]
        let asked = all[question]
        self.people = people
        truths = indices.map { asked.truth(data.person($0), data.look($0)) }
        let told = (0..<people).map { _ in
            (
                picture: random.below(data.count), variant: random.below(1000),
                length: random.below(2) == 0 ? Caption.Length.medium : .long
            )
        }
        captions = asked.ways.flatMap { way in
            told.map {
                way.caption(
                    of: data.person($0.picture), data.look($0.picture), $0.length,
                    variant: $0.variant)
            }
        }
    }

    /// What each answer weighs: less where more pictures give it, by the root of their number, or the
    /// encoder would learn which answer is common. Pictures weigh 1 on average.
    package var weights: [Float] {
        let counts = ClipQuestion.all[question].answers.indices.map { answer in
            Float(truths.count { $0 == answer })
        }
        let roots = counts.map { $0.squareRoot() }
        let mean = roots.reduce(0, +) / max(counts.reduce(0, +), 1)  // of 1 / root, over pictures
        return roots.map { $0 > 0 ? 1 / ($0 * mean) : 1 }
    }

    /// `[ways, answers]`: each column the mean over the ways of an answer.
    package var means: [Float] {
        let asked = ClipQuestion.all[question]
        return asked.ways.flatMap { way in
            asked.answers.indices.map { answer in
                way.answer == answer
                    ? 1 / Float(asked.ways.count { $0.answer == answer }) : 0
            }
        }
    }
}
