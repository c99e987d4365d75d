extension JSONCursor {
    /// Reads a string in quotes.
    package mutating func string() throws -> String {
        guard take("\"") else { throw failure("a string") }
        let start = position
        var text: [UInt8] = []
        while true {
            guard position < bytes.count else { throw failure("a closing quote") }
            let byte = bytes[position]
            switch byte {
            case UInt8(ascii: "\""):
                advance()
                // The only check for UTF-8: a strict decoder, which also refuses surrogates.
                guard let string = String(validating: text, as: UTF8.self) else {
                    throw Failure(offset: start, expected: "UTF-8", found: "a string that is not")
                }
                return string
            case UInt8(ascii: "\\"):
                advance()
                try escape(into: &text)
            case ..<0x20:
                throw failure("control characters to be escaped")
            default:
                text.append(byte)
                advance()
            }
        }
    }

    /// Reads what follows a backslash.
    private mutating func escape(into text: inout [UInt8]) throws {
        guard position < bytes.count else { throw failure("an escape") }
        let byte = bytes[position]
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"):
            advance()
            text.append(contentsOf: Array(String(try scalar()).utf8))
            return
        default: throw failure("one of the escapes \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u")
        }
        advance()
    }

    /// Reads `XXXX`, or `XXXX\uXXXX` when the first is the high half of a surrogate pair.
    private mutating func scalar() throws -> Unicode.Scalar {
        let start = position
        let high = try hexadecimal()
        if let scalar = Unicode.Scalar(high) { return scalar }
        guard high < 0xDC00, bytes[position...].starts(with: Array("\\u".utf8)) else {
            throw Failure(offset: start, expected: "a pair of surrogates", found: "half of one")
        }
        advance(2)
        let low = try hexadecimal()
        guard (0xDC00...0xDFFF).contains(low),
            let scalar = Unicode.Scalar(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))
        else {
            throw Failure(offset: start, expected: "a pair of surrogates", found: "half of one")
        }
        return scalar
    }

    private mutating func hexadecimal() throws -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard position < bytes.count,
                let digit = Character(Unicode.Scalar(bytes[position])).hexDigitValue
            else { throw failure("four hexadecimal digits") }
            value = value << 4 | UInt32(digit)
            advance()
        }
        return value
    }
}
