/// One value for every block of a network, or one per block: both are legal in diffusers' files.
///
/// Nests: SDXL's `transformer_layers_per_block` may be `PerBlock<PerBlock<Int>>`.
public enum PerBlock<Value: ConfigurationValue>: ConfigurationValue {
    /// The same everywhere.
    case one(Value)
    /// From the highest resolution down.
    case each([Value])

    /// The value of every block.
    ///
    /// - Parameters:
    ///   - count: how many blocks there are.
    ///   - key: the key's name, for the error.
    /// - Returns: exactly `count` values.
    /// - Throws: ``DiffusionError`` if the file lists another number of values.
    public func values(count: Int, key: String) throws -> [Value] {
        switch self {
        case .one(let value): return Array(repeating: value, count: count)
        case .each(let values):
            guard values.count == count else {
                throw DiffusionError(
                    "expected \(key) to be one value or \(count), one per block, "
                        + "found \(values.count): \(phrase); check the configuration")
            }
            return values
        }
    }

    /// One placeholder.
    public static var placeholder: Self { .one(.placeholder) }
    /// `… or a list with one per block`.
    public static var expectation: String { "\(Value.expectation) or a list with one per block" }
    /// Reads a value, or a list of values.
    public init?(json: ConfigurationJSON) {
        if let value = Value(json: json) {
            self = .one(value)
        } else if let values = [Value](json: json) {
            self = .each(values)
        } else {
            return nil
        }
    }
    /// As the file spells it.
    public var phrase: String {
        switch self {
        case .one(let value): value.phrase
        case .each(let values): values.phrase
        }
    }
}
