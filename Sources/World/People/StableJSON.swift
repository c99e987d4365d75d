import Foundation

/// JSON whose bytes depend on the value alone: keys sorted, shortest numbers that read back the
/// same.
public enum StableJSON {
    /// A value as JSON.
    ///
    /// - Parameters:
    ///   - value: a person, a look, statistics.
    ///   - isPretty: one member a line, for people to read.
    /// - Returns: UTF-8 text without a line feed at its end.
    /// - Throws: `EncodingError`, for numbers that are not finite.
    public static func encode(_ value: some Encodable, isPretty: Bool = false) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        if isPretty { encoder.outputFormatting.insert(.prettyPrinted) }
        return [UInt8](try encoder.encode(value))
    }

    /// A value from JSON.
    ///
    /// - Parameters:
    ///   - type: what to read.
    ///   - bytes: a whole document.
    /// - Returns: the value.
    /// - Throws: `DecodingError`, which tells the member that is missing or wrong.
    public static func decode<Value: Decodable>(
        _ type: Value.Type, from bytes: [UInt8]
    ) throws -> Value {
        try JSONDecoder().decode(type, from: Data(bytes))
    }
}
