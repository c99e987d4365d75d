import Testing
import World

@Suite struct CaptionTests {
    private static let captions: [(person: Person, look: Look, caption: Caption)] =
        (0..<2100).map { i in
            let person = Person(seed: 77, index: i / 3)
            let look = Look(of: person, view: 0, in: .wide)
            return (person, look, Caption(of: person, look, Caption.Length.allCases[i % 3]))
        }

    @Test func isWellFormed() {
        for (_, _, caption) in Self.captions {
            let problems = problems(caption.text)
            #expect(problems.isEmpty, "\(problems): \(caption.text)")
        }
    }

    @Test(arguments: [
        "A orange hat.", "a hat.", "A hat", "A man  with a hat.", "A man with an hat.",
        "He have a hat.", "They is old.", "A man with fair skin and and a hat.", "A man , old.",
    ])
    func checkFindsMistakes(text: String) {
        #expect(!problems(text).isEmpty)
    }

    @Test func longSaysMoreThanShort() {
        func words(_ length: Caption.Length) -> Double {
            let texts = Self.captions.map(\.caption).filter { $0.length == length }.map(\.text)
            return Double(texts.reduce(0) { $0 + $1.split(separator: " ").count })
                / Double(texts.count)
        }
        let (short, medium, long) = (words(.short), words(.medium), words(.long))
        #expect(short < medium - 8 && medium < long - 8, "\(short) \(medium) \(long)")
        #expect(short < 20 && long < 80, "\(short) \(medium) \(long)")
    }

    @Test func everythingNameableIsNamedSomewhere() {
        let all = Self.captions.map { $0.caption.text.lowercased() }.joined(separator: "\n")
        let words =
            ColourName.allCases.map(\.word) + IrisColour.allCases.map { "\($0.word) eyes" }
            + HairColour.Name.allCases.map(\.word) + HairDye.allCases.map(\.word)
            + [
                "girl", "boy", "young woman", "middle-aged", "older", "elderly", "person",
                "sixties",
                "bald", "shaved", "buzz cut", "crew cut", "side-parted", "swept", "curls", "afro",
                "bob", "shoulder-length", "long straight", "long wavy", "long curly", "ponytail",
                "bun", "braid", "pixie", "fringe", "top knot", "greying", "white hair",
                "receding hairline", "stubble", "moustache", "goatee", "trimmed", "full", "beard",
                "freckles", "wrinkles", "fine lines", "mole", "scar", "very fair skin", "tan skin",
                "dark brown skin", "very dark", "round", "square", "cat-eye", "aviator",
                "sunglasses", "beanie", "cap", "brim", "headscarf", "hoop", "drop", "small",
                "lipstick", "eye shadow", "eyeliner", "blush", "crew-neck", "shirt", "blouse",
                "hoodie", "turtleneck", "suit", "tie", "dress", "striped", "wall", "fades", "room",
                "park", "street", "studio", "neutral", "smiles gently", "laughing", "sad", "angry",
                "surprised", "disgusted", "frightened", "smirk", "wink", "kiss", "sleepy",
                "puzzled", "cheeks", "sneer", "into the camera", "from the front",
                "three-quarter view", "profile", "from slightly above", "from slightly below",
                "facing left", "facing right", "soft, even light", "dramatic light", "from above",
                "one side", "behind", "overcast", "golden", "window", "ring", "below", "neon",
                "candle", "night",
            ]
        let missing = words.filter { !all.contains($0) }
        #expect(missing == [])
    }

    /// A long caption leaves out nothing that shows.
    @Test func longNamesWhatShows() {
        for (person, look, caption) in Self.captions where caption.length == .long {
            let text = caption.text
            var expected = [look.clothes.colour.name.word]
            if look.showsEyes { expected.append("\(person.eyes.iris.word) eyes") }
            if look.glasses.style != .none { expected.append("glasses") }
            if person.beard.style != .none { expected.append(person.beard.colour.word) }
            if look.hat.style != .none { expected.append(look.hat.colour.name.word) }
            if look.hat.style == .none && person.hair.length > 0 {
                expected.append(person.hair.colour.word)
            }
            if look.makeUp.lipstickOpacity > 0.4 { expected.append("lipstick") }
            let missing = expected.filter { !text.lowercased().contains($0) }
            #expect(missing == [], "\(text)")
        }
    }

    @Test func saysNothingThatDoesNotShow() {
        for (person, look, caption) in Self.captions {
            let text = caption.text
            if look.hat.style == .headscarf { #expect(!text.contains("hair"), "\(text)") }
            if look.glasses.style == .none { #expect(!text.contains("glasses"), "\(text)") }
            if look.glasses.style == .sunglasses { #expect(!text.contains(" eyes"), "\(text)") }
            if person.beard.style == .none {
                #expect(!text.contains("beard") && !text.contains("stubble"), "\(text)")
            }
            if look.hat.style == .none { #expect(!text.contains("beanie"), "\(text)") }
        }
    }

    @Test func paraphrasesDiffer() {
        let person = Person(seed: 1, index: 1)
        let look = Look(of: person, view: 1)
        let captions = Caption.paraphrases(of: person, look, count: Caption.families)
        #expect(captions == Caption.paraphrases(of: person, look, count: Caption.families))
        #expect(Set(captions.map(\.text)).count == captions.count)
        #expect(Set(captions.map(\.family)).count == Caption.families && Caption.families >= 6)
        let openings = Set(captions.map { $0.text.split(separator: " ").prefix(3) })
        #expect(openings.count >= 6)
    }

    @Test func pairsTellWhetherItIsOnePerson() {
        for index in 0..<400 {
            let (a, b) = (Person(seed: 3, index: index), Person(seed: 3, index: index + 1))
            let looks = (Look(of: a, view: 0), Look(of: a, view: 1))
            let same = CaptionPair(of: a, looks.0, looks.1, variant: index)
            let two = CaptionPair(
                left: (a, looks.0), right: (b, Look(of: b, view: 0)), variant: index)
            for text in [same.text, two.text] {
                #expect(problems(text).isEmpty, "\(problems(text)): \(text)")
                #expect(text.contains("left") && text.contains("right"))
            }
            #expect(same.isSamePerson && !two.isSamePerson)
        }
    }

    /// What is wrong with a text as English, as far as simple rules find it.
    private func problems(_ text: String) -> [String] {
        var problems = [String]()
        if text.contains("  ") { problems.append("double space") }
        if !text.hasSuffix(".") || text.contains("..") { problems.append("full stop") }
        if text.first?.isUppercase != true { problems.append("capital") }
        for sign in [" ,", " .", ",,", ",."] where text.contains(sign) {
            problems.append("'\(sign)'")
        }
        let words = text.split(whereSeparator: { " ,.;:".contains($0) }).map { $0.lowercased() }
        for (word, next) in zip(words, words.dropFirst()) {
            if word == next { problems.append("\(word) twice") }
            let vowel = next.first.map { "aeiou".contains($0) } ?? false
            if word == "a" && vowel || word == "an" && !vowel {
                problems.append("\(word) \(next)")
            }
            let singular = ["is", "has", "wears", "looks", "smiles"].contains(next)
            let plural = ["are", "have", "wear", "look", "smile"].contains(next)
            if word == "they" && singular || ["he", "she"].contains(word) && plural {
                problems.append("\(word) \(next)")
            }
            if word == "a" && ["glasses", "earrings", "braids", "curls", "lips"].contains(next) {
                problems.append("\(word) \(next)")
            }
        }
        return problems
    }
}
