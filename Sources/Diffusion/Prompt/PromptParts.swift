/// A prompt's pieces with their weights, in the notation that A1111's web UI made common.
///
/// `(word)` weighs 1.1 times as much, `[word]` as much less, `(word:1.3)` 1.3 times; brackets nest,
/// `\(` and so on are the characters themselves, brackets that are never closed reach to the end.
/// `BREAK` in capitals goes on in the next 75 tokens, within brackets too.
public struct PromptParts: Equatable, Sendable {
    /// A run of text of one weight, or a break.
    public struct Part: Equatable, Sendable {
        /// The text as it will be tokenised.
        public var text: String
        /// Times an ordinary word's.
        public var weight: Double
        /// Whether the rest goes on in the next chunk; the text is empty then.
        public var isBreak: Bool

        /// A run of text.
        public init(_ text: String, weight: Double = 1) {
            (self.text, self.weight, isBreak) = (text, weight, false)
        }

        fileprivate static var pause: Part {
            var part = Part("")
            part.isBreak = true
            return part
        }
    }

    /// In order; at least one.
    public private(set) var parts: [Part] = []

    /// Reads the notation; every text is a prompt, so this cannot fail.
    public init(_ text: String) {
        var scanner = Scanner(text)
        while let token = scanner.next() { add(token) }
        for start in round { weigh(from: start, 1.1) }
        for start in square { weigh(from: start, 1 / 1.1) }
        if parts.isEmpty { parts = [Part("")] }
        merge()
    }

    /// Where brackets that are still open began.
    private var round: [Int] = []
    private var square: [Int] = []

    private mutating func add(_ token: Scanner.Token) {
        switch token {
        case .literal(let text): parts.append(Part(text))
        case .openRound: round.append(parts.count)
        case .openSquare: square.append(parts.count)
        case .weight(let weight, let text):
            guard let start = round.popLast() else { return addText(text) }
            weigh(from: start, weight)
        case .closeRound:
            guard let start = round.popLast() else { return addText(")") }
            weigh(from: start, 1.1)
        case .closeSquare:
            guard let start = square.popLast() else { return addText("]") }
            weigh(from: start, 1 / 1.1)
        case .text(let text): addText(text)
        }
    }

    private mutating func weigh(from start: Int, _ factor: Double) {
        for index in start..<max(parts.count, start) where !parts[index].isBreak {
            parts[index].weight *= factor
        }
    }

    /// Text between breaks.
    private mutating func addText(_ text: String) {
        let scalars = Array(text.unicodeScalars)
        let word = Array("BREAK".unicodeScalars)
        func isWord(_ scalar: Unicode.Scalar) -> Bool {
            scalar == "_" || scalar.properties.isAlphabetic || scalar.properties.numericType != nil
        }
        var (start, position) = (0, 0)
        func run(_ range: Range<Int>) -> Part {
            Part(String(String.UnicodeScalarView(scalars[range])))
        }
        while position + word.count <= scalars.count {
            let end = position + word.count
            guard Array(scalars[position..<end]) == word,
                position == 0 || !isWord(scalars[position - 1]),
                end == scalars.count || !isWord(scalars[end])
            else {
                position += 1
                continue
            }
            var (left, right) = (position, end)
            while left > start, scalars[left - 1].properties.isWhitespace { left -= 1 }
            while right < scalars.count, scalars[right].properties.isWhitespace { right += 1 }
            parts += [run(start..<left), .pause]
            (start, position) = (right, right)
        }
        parts.append(run(start..<scalars.count))
    }

    /// Neighbours of one weight are one text: words may not be cut where only notation was.
    private mutating func merge() {
        var merged: [Part] = []
        for part in parts {
            if let last = merged.last, !last.isBreak, !part.isBreak, last.weight == part.weight {
                merged[merged.count - 1].text += part.text
            } else {
                merged.append(part)
            }
        }
        parts = merged
    }
}

/// Cuts a prompt where its notation is.
private struct Scanner {
    enum Token {
        case openRound, openSquare, closeRound, closeSquare
        /// `:1.2)`, and how it was written.
        case weight(Double, String)
        /// A character that a backslash made one.
        case literal(String)
        case text(String)
    }

    private let scalars: [Unicode.Scalar]
    private var position = 0
    private static let special: Set<Unicode.Scalar> = ["\\", "(", ")", "[", "]", ":"]

    init(_ text: String) { scalars = Array(text.unicodeScalars) }

    mutating func next() -> Token? {
        guard position < scalars.count else { return nil }
        let first = scalars[position]
        let start = position
        position += 1
        switch first {
        case "\\":
            guard position < scalars.count, "()[]\\".unicodeScalars.contains(scalars[position])
            else {
                return .literal("")  // a lone backslash is no character
            }
            position += 1
            return .literal(String(scalars[position - 1]))
        case "(": return .openRound
        case ")": return .closeRound
        case "[": return .openSquare
        case "]": return .closeSquare
        case ":": return weight(from: start) ?? .text(":")
        default:
            while position < scalars.count, !Self.special.contains(scalars[position]) {
                position += 1
            }
            return .text(String(String.UnicodeScalarView(scalars[start..<position])))
        }
    }

    /// A number up to a closing bracket.
    private mutating func weight(from start: Int) -> Token? {
        var end = position
        if end < scalars.count, ["+", "-"].contains(scalars[end]) { end += 1 }
        while end < scalars.count, scalars[end] == "." || ("0"..."9").contains(scalars[end]) {
            end += 1
        }
        let digits = String(String.UnicodeScalarView(scalars[position..<end]))
        let completed = digits.hasSuffix(".") ? digits + "0" : digits
        guard end < scalars.count, scalars[end] == ")", let weight = Double(completed) else {
            return nil
        }
        position = end + 1
        return .weight(weight, String(String.UnicodeScalarView(scalars[start..<position])))
    }
}
