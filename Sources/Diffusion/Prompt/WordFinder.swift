/// Finds taught words in a text, before it is cut into tokens.
///
/// The longest of several wins; case does not matter; a word that begins or ends with a letter or digit is
/// not found within a longer one. Its vectors have token numbers beyond every vocabulary.
package struct WordFinder {
    /// Where such numbers begin.
    static let firstID = 1 << 40

    /// The folded scalars of a word, its first number, and how many it takes.
    private struct Entry {
        let scalars: [Unicode.Scalar]
        let first: Int
        let count: Int
    }

    /// Longest first.
    private let entries: [Entry]

    /// No words.
    package init() { entries = [] }

    /// - Parameter words: each with how many vectors it has.
    package init(_ words: [(word: String, count: Int)]) {
        var next = Self.firstID
        var entries: [Entry] = []
        for (word, count) in words {
            entries.append(.init(scalars: Self.folded(word), first: next, count: count))
            next += count
        }
        self.entries = entries.filter { !$0.scalars.isEmpty }
            .sorted { $0.scalars.count > $1.scalars.count }
    }

    /// A text's tokens in order; those of a word together, others alone.
    package func tokens(_ text: String, _ tokenizer: CLIPTokenizer) -> [[Int]] {
        guard !entries.isEmpty else { return tokenizer.content(text).map { [$0] } }
        let scalars = Array(text.unicodeScalars)
        let folded = scalars.map(Self.folded)
        var tokens: [[Int]] = []
        var (start, position) = (0, 0)
        func addText(_ end: Int) {
            let part = String(String.UnicodeScalarView(scalars[start..<end]))
            tokens += tokenizer.content(part).map { [$0] }
        }
        while position < scalars.count {
            guard let entry = entries.first(where: { isThere($0, at: position, folded) }) else {
                position += 1
                continue
            }
            addText(position)
            tokens.append(Array(entry.first..<entry.first + entry.count))
            position += entry.scalars.count
            start = position
        }
        addText(scalars.count)
        return tokens
    }

    private func isThere(_ entry: Entry, at position: Int, _ text: [Unicode.Scalar]) -> Bool {
        let end = position + entry.scalars.count
        guard end <= text.count, text[position..<end].elementsEqual(entry.scalars) else {
            return false
        }
        let (first, last) = (entry.scalars[0], entry.scalars[entry.scalars.count - 1])
        let joinsBefore = position > 0 && Self.isWord(first) && Self.isWord(text[position - 1])
        let joinsAfter = end < text.count && Self.isWord(last) && Self.isWord(text[end])
        return !joinsBefore && !joinsAfter
    }

    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isAlphabetic || scalar.properties.numericType != nil
    }

    /// Lower case, one scalar for one, so that places stay the same.
    private static func folded(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        let lower = scalar.properties.lowercaseMapping.unicodeScalars
        return lower.count == 1 ? lower[lower.startIndex] : scalar
    }

    private static func folded(_ word: String) -> [Unicode.Scalar] {
        word.unicodeScalars.map(folded)
    }
}
