/// CLIP's words: contractions, runs of letters, single digits, runs of anything else.
///
/// The pattern of the reference, applied by hand; what it matches is then split again by GPT-2's
/// pattern, which changes only the two special words. Letters and digits are those of Unicode 16,
/// the reference's version: what was assigned later is neither.
enum CLIPWords {
    /// Calls `body` with each word of a lower-cased text.
    static func forEach(
        in text: ArraySlice<Unicode.Scalar>, _ body: (ArraySlice<Unicode.Scalar>) -> Void
    ) {
        var position = text.startIndex
        while position < text.endIndex {
            let start = position
            if let parts = special(text[start...]) {
                for part in parts {
                    body(text[position..<position + part])
                    position += part
                }
                continue
            }
            if let length = contraction(text[start...]) {
                position += length
            } else {
                let kind = Kind(text[start])
                position += 1
                if kind == .space { continue }
                while kind != .digit, position < text.endIndex, Kind(text[position]) == kind {
                    position += 1
                }
            }
            body(text[start..<position])
        }
    }

    private enum Kind {
        case space, letter, digit, other

        init(_ scalar: Unicode.Scalar) {
            let value = scalar.value
            if value < 0x80 {
                switch UInt8(value) {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"):
                    self = .letter
                case UInt8(ascii: "0")...UInt8(ascii: "9"): self = .digit
                case 0x09...0x0D, 0x20: self = .space
                default: self = .other
                }
                return
            }
            let properties = scalar.properties
            switch properties.generalCategory {
            case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter,
                .otherLetter:
                self = Kind.isKnown(properties) ? .letter : .other
            case .decimalNumber, .letterNumber, .otherNumber:
                self = Kind.isKnown(properties) ? .digit : .other
            default:
                self = properties.isWhitespace ? .space : .other
            }
        }

        private static func isKnown(_ properties: Unicode.Scalar.Properties) -> Bool {
            guard let age = properties.age else { return false }
            return age.major <= 16
        }
    }

    /// The length of `'s`, `'t`, `'re`, `'ve`, `'m`, `'ll` or `'d` at the start.
    private static func contraction(_ text: ArraySlice<Unicode.Scalar>) -> Int? {
        guard text.first == "'" else { return nil }
        let rest = text.dropFirst()
        switch rest.first {
        case "s", "t", "m", "d": return 2
        case "r", "v": return rest.dropFirst().first == "e" ? 3 : nil
        case "l": return rest.dropFirst().first == "l" ? 3 : nil
        default: return nil
        }
    }

    /// The lengths of the three parts of a special word that is only spelled like a special token.
    private static func special(_ text: ArraySlice<Unicode.Scalar>) -> [Int]? {
        guard text.first == "<" else { return nil }
        for (word, letters) in [(start, 11), (end, 9)] where text.starts(with: word) {
            return [2, letters, 2]
        }
        return nil
    }

    private static let start = Array("<|startoftext|>".unicodeScalars)
    private static let end = Array("<|endoftext|>".unicodeScalars)

    /// Whether Unicode calls a scalar white space; all versions agree so far.
    static func isSpace(_ scalar: Unicode.Scalar) -> Bool { Kind(scalar) == .space }
}
