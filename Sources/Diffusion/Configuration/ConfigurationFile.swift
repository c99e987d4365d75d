import Checkpoints

/// A `config.json`, read key by key; everything wrong with it is reported at once by ``finish()``.
///
/// Reading never throws. What is missing, of another kind, or never asked for is recorded, as
/// `ParameterStore` does for tensors, because a key that is quietly ignored is a wrong picture.
/// Keys that start with `_` are notes of the library that wrote the file, and may be left unread.
///
/// ```swift
/// let file = try ConfigurationFile("unet/config.json")
/// let channels = file.read("block_out_channels", as: [Int].self)
/// let epsilon = file.read("norm_eps", default: 1e-5)
/// let rank: Int? = file.read("time_cond_proj_dim", default: nil)
/// file.expect("act_fn", "silu")       // other values are not supported
/// file.ignore("dropout", "sample_size")  // matters in training only; a hint
/// try file.finish()
/// ```
///
/// Not thread-safe.
public final class ConfigurationFile {
    /// The file as the caller named it.
    public let path: String
    /// The keys of this object, sorted.
    public var keys: [String] { members.keys.sorted() }

    let members: [String: JSONValue]
    private var asked: Set<String> = []
    private var ignored: Set<String> = []
    private var problems = Problems()
    private var children: [(name: String, file: ConfigurationFile)] = []

    /// No published configuration comes near this.
    public static let maximumByteCount = 1 << 20

    /// Opens a file.
    ///
    /// - Throws: ``DiffusionError`` if it cannot be read or is no JSON object.
    public convenience init(_ path: String) throws {
        try self.init(
            bytes: readSmallFile(path, limit: Self.maximumByteCount, of: "a configuration"),
            from: path)
    }

    /// Reads a file's content; `path` names it in messages.
    ///
    /// - Throws: ``DiffusionError`` if it is no JSON object.
    public init(bytes: [UInt8], from path: String) throws {
        self.path = path
        switch try parseJSON(bytes, from: path) {
        case .object(let members): self.members = members
        case let other:
            throw DiffusionError(
                "\(path): expected a JSON object, found \(other.phrase); name the model's own "
                    + "config.json")
        }
    }

    init(_ members: [String: JSONValue], path: String) {
        (self.members, self.path) = (members, path)
    }

    /// Whether the file holds this key, be it `null`.
    public func has(_ key: String) -> Bool { members[key] != nil }

    /// A key that must be there. `T?` allows `null`.
    public func read<Value: ConfigurationValue>(_ key: String, as: Value.Type = Value.self) -> Value
    {
        guard let json = members[key] else {
            asked.insert(key)
            problems.missing.append(key)
            return .placeholder
        }
        return value(key, json)
    }

    /// A key that may be absent, and then means `fallback`. `T?` allows `null` as well.
    public func read<Value: ConfigurationValue>(_ key: String, default fallback: Value) -> Value {
        asked.insert(key)
        return members[key].map { value(key, $0) } ?? fallback
    }

    /// A key of which only one value is supported; absent counts as that value.
    public func expect<Value: ConfigurationValue>(_ key: String, _ only: Value) {
        expect(key, oneOf: [only])
    }

    /// A key of which only some values are supported.
    ///
    /// - Parameters:
    ///   - key: its name.
    ///   - supported: at least one value; the first is what an absent key means.
    /// - Returns: the file's value, if supported, else the first.
    @discardableResult
    public func expect<Value: ConfigurationValue>(_ key: String, oneOf supported: [Value]) -> Value
    {
        precondition(!supported.isEmpty, "a key needs at least one supported value")
        asked.insert(key)
        guard let json = members[key] else { return supported[0] }
        if let value = Value(json: ConfigurationJSON(json)), supported.contains(value) {
            return value
        }
        let list = supported.map(\.phrase).joined(separator: " or ")
        problems.wrong.append("\(key): expected \(list), found \(json.phrase)")
        return supported[0]
    }

    /// Keys that change nothing here: of training, of saving, or hints.
    public func ignore(_ keys: String...) { ignored.formUnion(keys) }

    /// Keys that change nothing here.
    public func ignore(_ keys: [String]) { ignored.formUnion(keys) }

    /// The object under a key, as a file of its own whose problems this one reports as `key.name`.
    ///
    /// - Returns: nil if the key is absent or `null`.
    public func object(_ key: String) -> ConfigurationFile? {
        asked.insert(key)
        switch members[key] {
        case nil, .null?: return nil
        case .object(let members)?:
            let child = ConfigurationFile(members, path: path)
            children.append((key, child))
            return child
        case let other?:
            problems.wrong.append("\(key): expected an object, found \(other.phrase)")
            return nil
        }
    }

    /// The objects in the list under a key; their problems are reported as `key[0].name`.
    ///
    /// - Returns: none if the key is absent.
    func objects(_ key: String) -> [ConfigurationFile] {
        asked.insert(key)
        guard case .array(let values)? = members[key] else { return [] }
        return values.enumerated().compactMap { position, value in
            guard case .object(let members) = value else {
                problems.wrong.append(
                    "\(key)[\(position)]: expected an object, found \(value.phrase)")
                return nil
            }
            let child = ConfigurationFile(members, path: path)
            children.append(("\(key)[\(position)]", child))
            return child
        }
    }

    /// Records a fault that the reader of this file found: `heads: expected a divisor of 320, …`.
    public func report(_ problem: String) { problems.wrong.append(problem) }

    /// Ends reading.
    ///
    /// - Throws: one ``DiffusionError`` with all missing, wrong and unknown keys.
    public func finish() throws {
        let problems = collected()
        guard !problems.isEmpty else { return }
        throw DiffusionError("\(path): \(problems.sentence)")
    }

    private func value<Value: ConfigurationValue>(_ key: String, _ json: JSONValue) -> Value {
        asked.insert(key)
        if let value = Value(json: ConfigurationJSON(json)) { return value }
        problems.wrong.append("\(key): expected \(Value.expectation), found \(json.phrase)")
        return .placeholder
    }

    private func collected() -> Problems {
        var all = problems
        all.unknown = keys.filter {
            !$0.hasPrefix("_") && !asked.contains($0) && !ignored.contains($0)
        }
        for child in children {
            all.append(child.file.collected(), under: child.name)
        }
        return all
    }
}
