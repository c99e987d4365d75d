extension CaptionWriter {
    /// One or two sentences about some of what is left.
    mutating func mediumDetails() -> [String] {
        if features.count > 3 { features.removeLast(features.count - 3) }
        if random.chance(0.7) { marks = [] }
        let sentences = longDetails()
        let count = random.choose([1: 0.35, 2: 0.65])
        var kept = Set<Int>()
        while kept.count < min(count, sentences.count) {
            kept.insert(random.below(sentences.count))
        }
        return sentences.indices.filter { kept.contains($0) }.map { sentences[$0] }
    }

    /// Sentences about all that is left.
    mutating func longDetails() -> [String] {
        var sentences = having()
        sentences += wearing()
        sentences += moodAndGaze()
        sentences += view()
        sentences += scene()
        return sentences
    }

    /// "She has green eyes and fair skin."
    private mutating func having() -> [String] {
        var sentences = [String]()
        var rest = features
        features = []
        var verb = voice.has
        while !rest.isEmpty {
            // Five and more are told in two sentences of about the same length.
            let count = rest.count > 4 ? (rest.count + 1) / 2 : rest.count
            let told = Grammar.list(Array(rest.prefix(count)))
            sentences.append(Grammar.sentence("\(voice.subject) \(verb) \(told)"))
            rest.removeFirst(count)
            verb = "also \(voice.has)"
        }
        if !marks.isEmpty {
            sentences.append(Grammar.sentence("there is \(Grammar.list(marks))"))
            marks = []
        }
        return sentences
    }

    /// "She is wearing a red dress." and "She has put on red lipstick."
    private mutating func wearing() -> [String] {
        var sentences = [String]()
        let worn = everythingWorn()
        if !worn.isEmpty {
            let opening = random.pick([0, 1, 2])
            if opening == 0, tell(.mood) {
                let verb = voice.isPlural ? mood.verb.plural : mood.verb.singular
                sentences.append(Grammar.sentence("wearing \(worn), \(voice.subject) \(verb)"))
            } else {
                let verb = opening == 1 ? voice.wears : "\(voice.is) wearing"
                sentences.append(Grammar.sentence("\(voice.subject) \(verb) \(worn)"))
            }
        }
        if !makeUp.isEmpty {
            let verb = random.pick(["\(voice.has) put on", "\(voice.is) made up with"])
            sentences.append(
                Grammar.sentence("\(voice.subject) \(verb) \(Grammar.list(makeUp))"))
            makeUp = []
        }
        return sentences
    }

    /// "She smiles gently, looking straight into the camera."
    private mutating func moodAndGaze() -> [String] {
        let looking = tell(.gaze) ? setting.looking : nil
        guard tell(.mood) else {
            return looking.map { [Grammar.sentence("\(voice.subject) \(voice.is) \($0)")] } ?? []
        }
        let verb = voice.isPlural ? mood.verb.plural : mood.verb.singular
        let gaze = looking == nil ? nil : setting.gaze(after: verb, &random)
        let ending = gaze.map { ", \($0)" } ?? ""
        return [Grammar.sentence("\(voice.subject) \(verb)\(ending)")]
    }

    /// "The camera sees her from the front."
    private mutating func view() -> [String] {
        guard tell(.view) else { return [] }
        let text = random.pick([
            "\(voice.subject) \(voice.is) seen \(setting.view)",
            "the camera sees \(voice.object) \(setting.view)",
        ])
        return [Grammar.sentence(text)]
    }

    /// "The light is soft and even, and there are trees in a park behind her."
    private mutating func scene() -> [String] {
        var clauses = [String]()
        if tell(.light) { clauses.append(setting.lightClause(&random)) }
        if tell(.backdrop) { clauses.append(setting.backdropClause(&random)) }
        guard !clauses.isEmpty else { return [] }
        return [Grammar.sentence(clauses.joined(separator: ", and "))]
    }
}
