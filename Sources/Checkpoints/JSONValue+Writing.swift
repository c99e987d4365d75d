extension JSONValue {
    /// The value as Python's `json.dumps(value, indent=2, sort_keys=True)` lays it out.
    package var text: String { text(indentation: "") }

    private func text(indentation: String) -> String {
        let inner = indentation + "  "
        func block(_ open: String, _ lines: [String], _ close: String) -> String {
            lines.isEmpty
                ? open + close
                : "\(open)\n\(inner)" + lines.joined(separator: ",\n\(inner)")
                    + "\n\(indentation)\(close)"
        }
        switch self {
        case .null: return "null"
        case .bool(let value): return "\(value)"
        case .number(let text): return text
        case .string(let text): return jsonString(text)
        case .array(let elements):
            return block("[", elements.map { $0.text(indentation: inner) }, "]")
        case .object(let members):
            let lines = members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
                .map { "\(jsonString($0.key)): \($0.value.text(indentation: inner))" }
            return block("{", lines, "}")
        }
    }

    /// This object with some keys replaced or added.
    package func with(_ changes: [String: JSONValue]) -> JSONValue {
        guard case .object(let members) = self else { return self }
        return .object(members.merging(changes) { _, new in new })
    }

    /// This object without some keys.
    package func without(_ keys: String...) -> JSONValue {
        guard case .object(let members) = self else { return self }
        return .object(members.filter { !keys.contains($0.key) })
    }

    /// The value under a key of an object; nil if there is none.
    package subscript(key: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members[key]
    }
}

// Configurations are written down in Swift's own literals.

extension JSONValue: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByStringLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    package init(nilLiteral: ()) { self = .null }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(integerLiteral value: Int) { self = .number("\(value)") }
    package init(floatLiteral value: Double) { self = .number("\(value)") }
    package init(stringLiteral value: String) { self = .string(value) }
    package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    package init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(Dictionary(elements, uniquingKeysWith: { _, last in last }))
    }
}
