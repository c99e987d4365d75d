/// One JSON value of a small file, such as a configuration; read as strictly as ``JSONCursor``.
package enum JSONValue: Equatable, Sendable {
    case null
    case bool(Bool)
    /// The number as it stands in the file, so that 1 and 1.0 can be told apart.
    case number(String)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    /// Reads a whole document.
    ///
    /// - Throws: ``JSONCursor/Failure``.
    package init(_ bytes: [UInt8]) throws {
        var cursor = JSONCursor(bytes)
        self = try JSONValue(&cursor)
        try cursor.end()
    }

    /// Reads the value under the cursor.
    package init(_ cursor: inout JSONCursor) throws {
        switch cursor.peek() {
        case UInt8(ascii: "{"):
            var members: [String: JSONValue] = [:]
            try cursor.object { cursor, key in members[key] = try JSONValue(&cursor) }
            self = .object(members)
        case UInt8(ascii: "["):
            var elements: [JSONValue] = []
            try cursor.array { elements.append(try JSONValue(&$0)) }
            self = .array(elements)
        case UInt8(ascii: "\""):
            self = .string(try cursor.string())
        default:
            let start = cursor.position
            try cursor.skipValue()
            let text = String(decoding: cursor.bytes[start..<cursor.position], as: UTF8.self)
            switch text {
            case "null": self = .null
            case "true": self = .bool(true)
            case "false": self = .bool(false)
            default: self = .number(text)
            }
        }
    }

    /// The value in few words, for the end of an error's sentence.
    package var phrase: String {
        switch self {
        case .null: "null"
        case .bool(let value): "\(value)"
        case .number(let text): shortened(text)
        case .string(let text): quoted(text)
        case .array(let elements):
            "[" + elements.prefix(8).map(\.phrase).joined(separator: ", ")
                + (elements.count > 8 ? ", …]" : "]")
        case .object: "an object"
        }
    }
}
