/// The little English that captions need.
enum Grammar {
    /// "a" or "an" before a phrase, by its first letter; no word of the captions needs more.
    static func withArticle(_ phrase: String) -> String {
        let vowel = phrase.first.map { "aeiouAEIOU".contains($0) } ?? false
        return (vowel ? "an " : "a ") + phrase
    }

    /// "A", "A and B", "A, B and C".
    static func list(_ items: [String]) -> String {
        guard let last = items.last, items.count > 1 else { return items.first ?? "" }
        return items.dropLast().joined(separator: ", ") + " and " + last
    }

    /// A sentence from parts: joined, its first letter a capital, a full stop at its end.
    static func sentence(_ text: String) -> String {
        text.prefix(1).uppercased() + text.dropFirst() + "."
    }

    /// The words that are not empty, with single spaces between.
    static func words(_ words: [String]) -> String {
        words.filter { !$0.isEmpty }.joined(separator: " ")
    }
}

/// The pronouns of a person and the verbs that agree with them.
struct Voice {
    let subject: String
    let object: String
    let possessive: String
    /// Whether verbs take the form that goes with "they".
    let isPlural: Bool

    init(_ sex: Person.Sex) {
        switch sex {
        case .woman: (subject, object, possessive, isPlural) = ("she", "her", "her", false)
        case .man: (subject, object, possessive, isPlural) = ("he", "him", "his", false)
        case .person: (subject, object, possessive, isPlural) = ("they", "them", "their", true)
        }
    }

    var has: String { isPlural ? "have" : "has" }
    var `is`: String { isPlural ? "are" : "is" }
    var wears: String { isPlural ? "wear" : "wears" }
}
