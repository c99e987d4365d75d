import Checkpoints

/// What a key of a `config.json` may hold: numbers, words, lists of them, closed sets as
/// enumerations, `Optional` where the file may say `null`.
public protocol ConfigurationValue: Equatable, Sendable {
    /// Stands in for a value that could not be read; ``ConfigurationFile/finish()`` will throw.
    static var placeholder: Self { get }
    /// What is legal, as the end of a sentence: `a whole number`.
    static var expectation: String { get }
    /// The value that JSON holds, or nil if it is of another kind.
    init?(json: ConfigurationJSON)
    /// The value as a file would spell it, for messages.
    var phrase: String { get }
}

/// One JSON value as a ``ConfigurationValue`` sees it.
public struct ConfigurationJSON {
    package let value: JSONValue

    package init(_ value: JSONValue) { self.value = value }
}

extension ConfigurationValue {
    /// Swift's spelling.
    public var phrase: String { "\(self)" }
}

extension Int: ConfigurationValue {
    /// Zero.
    public static var placeholder: Int { 0 }
    /// `a whole number`; 8.0 is none.
    public static var expectation: String { "a whole number" }
    /// Reads a number without fraction and exponent.
    public init?(json: ConfigurationJSON) {
        guard case .number(let text) = json.value, let value = Int(text) else { return nil }
        self = value
    }
}

extension Double: ConfigurationValue {
    /// Zero.
    public static var placeholder: Double { 0 }
    /// `a number`; 1 and 1.0 are the same.
    public static var expectation: String { "a number" }
    /// Reads any JSON number.
    public init?(json: ConfigurationJSON) {
        guard case .number(let text) = json.value, let value = Double(text) else { return nil }
        self = value
    }
}

extension Bool: ConfigurationValue {
    /// False.
    public static var placeholder: Bool { false }
    /// `true or false`.
    public static var expectation: String { "true or false" }
    /// Reads `true` or `false`.
    public init?(json: ConfigurationJSON) {
        guard case .bool(let value) = json.value else { return nil }
        self = value
    }
}

extension String: ConfigurationValue {
    /// The empty text.
    public static var placeholder: String { "" }
    /// `a text`.
    public static var expectation: String { "a text" }
    /// Reads a text in quotes.
    public init?(json: ConfigurationJSON) {
        guard case .string(let text) = json.value else { return nil }
        self = text
    }
    /// In quotes.
    public var phrase: String { quoted(self) }
}

extension Array: ConfigurationValue where Element: ConfigurationValue {
    /// The empty list.
    public static var placeholder: [Element] { [] }
    /// `a list, each entry …`.
    public static var expectation: String { "a list, each entry \(Element.expectation)" }
    /// Reads a list whose entries are all of this kind.
    public init?(json: ConfigurationJSON) {
        guard case .array(let values) = json.value else { return nil }
        let elements = values.compactMap { Element(json: ConfigurationJSON($0)) }
        guard elements.count == values.count else { return nil }
        self = elements
    }
    /// In brackets.
    public var phrase: String { "[" + map(\.phrase).joined(separator: ", ") + "]" }
}

extension Optional: ConfigurationValue where Wrapped: ConfigurationValue {
    /// Nil.
    public static var placeholder: Wrapped? { nil }
    /// `… or null`.
    public static var expectation: String { "\(Wrapped.expectation) or null" }
    /// Reads `null` as nil.
    public init?(json: ConfigurationJSON) {
        if case .null = json.value {
            self = Self.none
        } else if let value = Wrapped(json: json) {
            self = .some(value)
        } else {
            return nil
        }
    }
    /// `null` for nil.
    public var phrase: String { map(\.phrase) ?? "null" }
}

/// A closed set of words is an enumeration:
/// `enum DownBlock: String, CaseIterable, ConfigurationValue`.
extension ConfigurationValue where Self: RawRepresentable & CaseIterable, RawValue == String {
    /// The first case.
    public static var placeholder: Self {
        guard let first = allCases.first else {
            preconditionFailure("\(Self.self) needs at least one case")
        }
        return first
    }
    /// `"a" or "b"`.
    public static var expectation: String {
        allCases.map { quoted($0.rawValue) }.joined(separator: " or ")
    }
    /// Reads one of the words.
    public init?(json: ConfigurationJSON) {
        guard case .string(let text) = json.value else { return nil }
        self.init(rawValue: text)
    }
    /// The word in quotes.
    public var phrase: String { quoted(rawValue) }
}
