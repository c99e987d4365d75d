/// Writes one caption: opens it, then tells what the opening left out.
struct CaptionWriter {
    /// What an opening may have told already.
    enum Topic {
        case mood, gaze, clothes, view, light, backdrop
    }

    let voice: Voice
    let mood: CaptionMood
    let setting: CaptionSetting
    let subject: CaptionSubject
    var random: WorldRandom
    /// What is still to be told.
    var features: [String]
    var marks: [String]
    var clothes: [String]
    var accessories: [String]
    var makeUp: [String]
    var untold: Set<Topic>

    init(_ person: Person, _ look: Look, _ source: WorldRandom) {
        random = source
        voice = Voice(person.sex)
        mood = CaptionMood(look.preset, voice)
        setting = CaptionSetting(look: look, voice: voice)
        subject = CaptionSubject(person, &random)
        let shown = CaptionFeatures(person: person, look: look)
        features = shown.phrases(&random)
        marks = shown.marks
        let attire = CaptionAttire(person: person, look: look)
        clothes = attire.clothes(&random)
        accessories = attire.accessories(&random)
        makeUp = attire.makeUp(&random)
        untold = [.mood, .clothes, .view, .light, .backdrop]
        if setting.showsGaze { untold.insert(.gaze) }
    }

    /// The whole caption.
    mutating func text(_ opening: CaptionLead, _ length: Caption.Length) -> String {
        let count = length == .short ? random.choose([1: 0.6, 2: 0.4]) : 2
        if length == .short && !accessories.isEmpty { accessories = [random.pick(accessories)] }
        let lead = opening.sentence(&self, features: count)
        switch length {
        case .short: return lead
        case .medium: return ([lead] + mediumDetails()).joined(separator: " ")
        case .long: return ([lead] + longDetails()).joined(separator: " ")
        }
    }

    /// The person with some features, which are then told: "an old man with a full grey beard".
    ///
    /// - Parameters:
    ///   - count: how many features at most.
    ///   - adjective: before the noun.
    ///   - extra: a further noun phrase after "with".
    /// - Returns: a noun phrase with article.
    mutating func person(features count: Int, adjective: String = "", extra: String? = nil)
        -> String
    {
        let noun = Grammar.withArticle(subject.text(adjective))
        let having = take(count) + (extra.map { [$0] } ?? [])
        return having.isEmpty ? noun : "\(noun) with \(Grammar.list(having))"
    }

    /// Takes some features away, the first ones rather than the last, and keeps their order.
    private mutating func take(_ count: Int) -> [String] {
        var taken = Set<Int>()
        while taken.count < min(count, features.count) {
            let weights = features.indices.map { i -> (Int, Float) in
                (i, taken.contains(i) ? 0 : i < 2 ? 3 : 1)
            }
            taken.insert(random.choose(from: weights))
        }
        let result = features.indices.filter { taken.contains($0) }.map { features[$0] }
        features = features.indices.filter { !taken.contains($0) }.map { features[$0] }
        return result
    }

    /// Marks a topic as told; false if it was already.
    @discardableResult mutating func tell(_ topic: Topic) -> Bool { untold.remove(topic) != nil }

    /// All clothes and accessories, which are then told.
    mutating func everythingWorn() -> String {
        let worn = (tell(.clothes) ? clothes : []) + accessories
        accessories = []
        return Grammar.list(worn)
    }
}
