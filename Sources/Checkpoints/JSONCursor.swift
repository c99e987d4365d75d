/// Reads one JSON document strictly, value by value, without building a tree.
///
/// RFC 8259 over bytes: strict UTF-8, no byte-order mark, no lone surrogates, no second document.
/// Stricter than the RFC in one way: a key may appear once per object.
package struct JSONCursor {
    package let bytes: [UInt8]
    package private(set) var position = 0
    /// How deep the cursor stands; bounds the recursion in ``skipValue()``.
    private var depth = 0

    /// The reference parser stops at 128; nothing real goes past 4.
    static let maximumDepth = 64

    /// A parse failure; the caller adds the file's name.
    package struct Failure: Error {
        package let offset: Int
        package let expected: String
        package let found: String

        package init(offset: Int, expected: String, found: String) {
            (self.offset, self.expected, self.found) = (offset, expected, found)
        }
    }

    package init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// RFC 8259 whitespace, the only bytes allowed around values.
    static func isWhitespace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
    }

    /// The next byte after whitespace, left in place.
    package mutating func peek() -> UInt8? {
        while position < bytes.count, Self.isWhitespace(bytes[position]) { position += 1 }
        return position < bytes.count ? bytes[position] : nil
    }

    /// Steps over `byte` if it is next.
    package mutating func take(_ byte: Character) -> Bool {
        guard let next = peek(), next == byte.asciiValue else { return false }
        position += 1
        return true
    }

    /// Reads `{ … }`, handing each key to `member`, which must read the value.
    package mutating func object(_ member: (inout JSONCursor, String) throws -> Void) throws {
        guard take("{") else { throw failure("an object") }
        try enter()
        // Swift holds two spellings of é equal, so they count as one key: no dictionary of ours
        // could hold both.
        var seen = Set<String>()
        if !take("}") {
            repeat {
                guard peek() == UInt8(ascii: "\"") else { throw failure("a key in quotes") }
                let start = position
                let key = try string()
                guard seen.insert(key).inserted else {
                    throw Failure(
                        offset: start, expected: "every key once in an object",
                        found: "the key \(quoted(key)) again")
                }
                guard take(":") else { throw failure("a colon") }
                try member(&self, key)
            } while take(",")
            guard take("}") else { throw failure("a comma or a closing brace") }
        }
        depth -= 1
    }

    /// Reads `[ … ]`; `element` must read one value.
    package mutating func array(_ element: (inout JSONCursor) throws -> Void) throws {
        guard take("[") else { throw failure("an array") }
        try enter()
        if !take("]") {
            repeat { try element(&self) } while take(",")
            guard take("]") else { throw failure("a comma or a closing bracket") }
        }
        depth -= 1
    }

    /// Reads a whole number in `0...Int.max`; signs, fractions and exponents are refused.
    package mutating func integer() throws -> Int {
        guard let first = peek(), isDigit(first) else { throw failure("a whole number") }
        let start = position
        try skipNumber()
        guard let text = String(validating: bytes[start..<position], as: UTF8.self),
            text.allSatisfy({ $0.isNumber }), let value = Int(text)
        else {
            position = start
            throw failure("a whole number of at most \(Int.max)")
        }
        return value
    }

    /// Reads any value and forgets it, checking it as strictly as the rest.
    package mutating func skipValue() throws {
        switch peek() {
        case UInt8(ascii: "{"): try object { cursor, _ in try cursor.skipValue() }
        case UInt8(ascii: "["): try array { try $0.skipValue() }
        case UInt8(ascii: "\""): _ = try string()
        case UInt8(ascii: "t"): try word("true")
        case UInt8(ascii: "f"): try word("false")
        case UInt8(ascii: "n"): try word("null")
        default: try skipNumber()
        }
    }

    /// Reads exactly this word.
    package mutating func word(_ text: String) throws {
        guard peek() != nil, bytes[position...].starts(with: text.utf8) else {
            throw failure("a value")
        }
        position += text.utf8.count
    }

    /// Throws unless only whitespace is left.
    package mutating func end() throws {
        guard peek() == nil else { throw failure("nothing after the closing brace") }
    }

    /// A failure at the cursor that shows the byte found there.
    package func failure(_ expected: String) -> Failure {
        guard position < bytes.count else {
            return Failure(offset: position, expected: expected, found: "the end")
        }
        let byte = bytes[position]
        let found =
            (0x21...0x7E).contains(byte)
            ? "\"\(Character(Unicode.Scalar(byte)))\"" : "byte 0x" + String(byte, radix: 16)
        return Failure(offset: position, expected: expected, found: found)
    }

    mutating func advance(_ count: Int = 1) { position += count }

    private mutating func enter() throws {
        depth += 1
        guard depth <= Self.maximumDepth else {
            throw failure("at most \(Self.maximumDepth) nested values")
        }
    }

    private func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    private mutating func skipDigits() throws {
        guard position < bytes.count, isDigit(bytes[position]) else { throw failure("a digit") }
        while position < bytes.count, isDigit(bytes[position]) { position += 1 }
    }

    /// Steps over a number in JSON's grammar that a `Double` can hold.
    private mutating func skipNumber() throws {
        guard let first = peek(), isDigit(first) || first == UInt8(ascii: "-") else {
            throw failure("a value")
        }
        let start = position
        if first == UInt8(ascii: "-") { position += 1 }
        if position < bytes.count, bytes[position] == UInt8(ascii: "0") {
            position += 1
        } else {
            try skipDigits()
        }
        if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
            position += 1
            try skipDigits()
        }
        if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
            position += 1
            if position < bytes.count, [0x2B, 0x2D].contains(bytes[position]) { position += 1 }
            try skipDigits()
        }
        // A little under the largest Double, so that no rounding of another parser overflows.
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        guard let value = Double(text), abs(value) < 1e308 else {
            position = start
            throw failure("a number that fits")
        }
    }
}
