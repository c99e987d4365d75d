/// The noun of a caption: "young woman", "man in his fifties".
struct CaptionSubject {
    private let age: String
    private let noun: String
    private let tail: String

    init(_ person: Person, _ random: inout WorldRandom) {
        let byDecade = random.chance(0.4)
        let old = random.pick(["elderly", "old"])
        let isSmall = random.chance(0.5)
        let years = Int(person.age)
        noun = Self.noun(person)
        switch years {
        case ..<13: age = isSmall ? (years < 9 ? "little" : "young") : ""
        case ..<20: age = person.sex == .person ? "" : "teenage"
        case _ where byDecade: age = ""
        case ..<31: age = "young"
        case ..<45: age = ""
        case ..<60: age = "middle-aged"
        case ..<75: age = "older"
        default: age = old
        }
        tail = years >= 20 && byDecade ? Self.decade(person) : ""
    }

    private static func noun(_ person: Person) -> String {
        guard person.age < 20 else { return person.sex.rawValue }
        switch person.sex {
        case .woman: return "girl"
        case .man: return "boy"
        case .person: return person.age < 13 ? "child" : "teenager"
        }
    }

    /// "in her fifties"
    private static func decade(_ person: Person) -> String {
        let decades = [
            "twenties", "thirties", "forties", "fifties", "sixties", "seventies", "eighties",
            "nineties",
        ]
        let decade = decades[min(max(Int(person.age) / 10 - 2, 0), decades.count - 1)]
        return "in \(Voice(person.sex).possessive) \(decade)"
    }

    /// The noun with an adjective before it, without article.
    func text(_ adjective: String = "") -> String { Grammar.words([adjective, age, noun, tail]) }
}
