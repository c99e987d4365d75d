/// Words for two pictures on one canvas, side by side.
public struct CaptionPair: Codable, Equatable, Sendable {
    /// The words, beginning with a capital and ending with a full stop.
    public var text: String
    /// Whether both pictures show one person.
    public var isSamePerson: Bool

    /// Describes two pictures of one person.
    ///
    /// - Parameters:
    ///   - person: who is in both.
    ///   - left: the picture on the left.
    ///   - right: the picture on the right.
    ///   - variant: which paraphrase, 0 and up.
    public init(of person: Person, _ left: Look, _ right: Look, variant: Int = 0) {
        var random = Self.stream(left, right, variant)
        let subject = CaptionSubject(person, &random)
        let lasting = CaptionFeatures(person: person, look: left).lasting(with: right, &random)
        let having = Grammar.list(Array(lasting.prefix(2)))
        let noun = subject.text()
        let kind = random.pick(["photos", "pictures", "portraits"])
        let (first, second) = Telling.halves(person, left, right, &random)
        let halves = "on the left \(first), on the right \(second)"
        let both = random.pick([
            "two \(kind) of the same \(noun) with \(having) side by side, \(halves)",
            "the same \(noun) with \(having), twice: \(halves)",
            "side-by-side \(kind) of one \(noun) with \(having): \(halves)",
            "\(Grammar.withArticle(noun)) with \(having) in two \(kind) next to each other, "
                + halves,
        ])
        text = Grammar.sentence(both)
        isSamePerson = true
    }

    /// Describes pictures of two people.
    ///
    /// - Parameters:
    ///   - left: who is on the left, and that picture.
    ///   - right: who is on the right, and that picture.
    ///   - variant: which paraphrase, 0 and up.
    public init(
        left: (person: Person, look: Look), right: (person: Person, look: Look), variant: Int = 0
    ) {
        var random = Self.stream(left.look, right.look, variant)
        let first = Self.person(left.person, left.look, &random)
        let second = Self.person(right.person, right.look, &random)
        let kind = random.pick(["photos", "pictures", "portraits"])
        text = Grammar.sentence(
            random.pick([
                "two different people side by side: on the left \(first), on the right \(second)",
                "\(first) on the left, and \(second) on the right",
                "\(kind) of two people next to each other. On the left is \(first); "
                    + "on the right is \(second)",
            ]))
        isSamePerson = false
    }

    private static func stream(_ left: Look, _ right: Look, _ variant: Int) -> WorldRandom {
        WorldRandom(
            seed: left.seed, stream: "caption/pair",
            indices: [left.person, left.view, right.person, right.view, variant])
    }

    private static func person(
        _ person: Person, _ look: Look, _ random: inout WorldRandom
    ) -> String {
        var writer = CaptionWriter(person, look, random)
        let phrase = writer.person(features: 2)
        random = writer.random
        return phrase
    }

    /// What is told of each half.
    private enum Telling: CaseIterable {
        case mood, clothes, view, light

        /// Words for both halves that tell the same kind of thing, or the comparison would limp,
        /// and that differ if anything does.
        static func halves(
            _ person: Person, _ left: Look, _ right: Look, _ random: inout WorldRandom
        ) -> (String, String) {
            let start = random.below(allCases.count)
            var halves = ("", "")
            for step in allCases.indices where halves.0 == halves.1 {
                let telling = allCases[(start + step) % allCases.count]
                halves = (
                    telling.half(person, left, &random), telling.half(person, right, &random)
                )
            }
            return halves
        }

        private func half(_ person: Person, _ look: Look, _ random: inout WorldRandom) -> String {
            let setting = CaptionSetting(look: look, voice: Voice(person.sex))
            switch self {
            case .mood: return CaptionMood(look.preset, Voice(person.sex)).participle
            case .clothes:
                let attire = CaptionAttire(person: person, look: look)
                return "wearing \(Grammar.list(attire.clothes(&random)))"
            case .view: return setting.turn
            case .light: return setting.light(&random)
            }
        }
    }
}
