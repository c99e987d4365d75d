/// A word of the vocabulary that is found in the text as it stands, before any other splitting.
struct AddedToken: Equatable {
    var content: String
    /// Whether it is looked for after lower-casing rather than before.
    var isNormalized: Bool
    /// Whether ``CLIPTokenizer/decode(_:skippingSpecial:)`` may leave it out.
    var isSpecial: Bool
    var id: Int32
}

/// Finds added tokens in a text, leftmost first, the longest of those.
struct AddedTokenFinder {
    /// A part of a text: a token, or what lies between two.
    enum Part {
        case token(Int32)
        case text(ArraySlice<Unicode.Scalar>)
    }

    /// By first scalar, longest first.
    private var tokens: [Unicode.Scalar: [(content: [Unicode.Scalar], id: Int32)]] = [:]

    init(_ list: [(content: [Unicode.Scalar], id: Int32)]) {
        for token in list {
            guard let first = token.content.first else { continue }
            tokens[first, default: []].append(token)
        }
        for first in tokens.keys {
            tokens[first]?.sort { $0.content.count > $1.content.count }
        }
    }

    /// Splits a text into tokens and the non-empty rest.
    func split(_ text: ArraySlice<Unicode.Scalar>) -> [Part] {
        guard !tokens.isEmpty else { return text.isEmpty ? [] : [.text(text)] }
        var parts: [Part] = []
        var start = text.startIndex
        var position = start
        while position < text.endIndex {
            guard
                let found = tokens[text[position]]?.first(where: {
                    text[position...].starts(with: $0.content)
                })
            else {
                position += 1
                continue
            }
            if start < position { parts.append(.text(text[start..<position])) }
            parts.append(.token(found.id))
            position += found.content.count
            start = position
        }
        if start < text.endIndex { parts.append(.text(text[start...])) }
        return parts
    }
}
