/// The noun of a caption: "young woman", "man in his fifties".
struct CaptionSubject {
    private let age: String
    private let noun: String
    private let tail: String

    init(_ person: Person, _ random: inout WorldRandom) {
        let voice = Voice(person.sex)
        let years = Int(person.age)
        let byDecade = random.chance(0.4)
        guard years >= 20 else {
            self.init(young: person, &random)
            return
        }
        noun = person.sex.rawValue
        if byDecade {
            let decades = [
                "twenties", "thirties", "forties", "fifties", "sixties", "seventies", "eighties",
                "nineties",
            ]
            age = ""
            tail = "in \(voice.possessive) \(decades[min(years / 10 - 2, decades.count - 1)])"
        } else {
            tail = ""
            switch years {
            case ..<31: age = "young"
            case ..<45: age = ""
            case ..<60: age = "middle-aged"
            case ..<75: age = "older"
            default: age = random.pick(["elderly", "old"])
            }
        }
    }

    private init(young person: Person, _ random: inout WorldRandom) {
        let isChild = person.age < 13
        switch person.sex {
        case .woman: noun = "girl"
        case .man: noun = "boy"
        case .person: noun = isChild ? "child" : "teenager"
        }
        let little = person.age < 9 ? "little" : "young"
        age = isChild ? random.pick(["", little]) : noun == "teenager" ? "" : "teenage"
        tail = ""
    }

    /// The noun with an adjective before it, without article.
    func text(_ adjective: String = "") -> String { Grammar.words([adjective, age, noun, tail]) }
}
