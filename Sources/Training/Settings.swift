import Checkpoints
import Foundation

/// A block of settings that a JSON file may give in part: what it leaves out keeps its default.
///
/// Keys are those of the type's own coding; a key that it does not know is an error with its path,
/// since a setting that is silently ignored is a wrong result. No property may be optional: a nil
/// would hide its key.
public protocol Settings: Codable, Equatable, Sendable {
    /// Every setting at its default.
    init()
}

extension Settings {
    /// The defaults with a file's values in their places.
    ///
    /// - Parameters:
    ///   - bytes: a JSON object; empty for none.
    ///   - path: what errors call the file.
    /// - Throws: ``TrainingError`` for broken JSON, unknown keys and values of another kind.
    public init(json bytes: [UInt8], from path: String) throws {
        guard !bytes.isEmpty else {
            self.init()
            return
        }
        self = try Self().overridden(by: bytes, from: path)
    }

    /// These with a file's values in their places.
    ///
    /// - Parameters:
    ///   - bytes: a JSON object.
    ///   - path: what errors call the file.
    /// - Returns: the settings of both.
    /// - Throws: ``TrainingError`` for broken JSON, unknown keys and values of another kind.
    public func overridden(by bytes: [UInt8], from path: String) throws -> Self {
        let given: JSONValue
        do { given = try JSONValue(bytes) } catch {
            throw TrainingError("\(path): expected a JSON object of settings, found \(error).")
        }
        return try Self(overriding: self, with: given, from: path)
    }

    /// `base` with some values replaced.
    package init(overriding base: Self, with changes: JSONValue, from path: String) throws {
        let merged = try SettingsMerge(path: path).merged(base.json(), changes, at: [])
        do {
            self = try JSONDecoder().decode(Self.self, from: Data(merged.text.utf8))
        } catch let error as DecodingError {
            throw TrainingError("\(path): \(error.settingsSentence).")
        }
    }

    /// `base` with one value replaced, as the command line gives it: `optimizer.learning_rate=1e-4`.
    ///
    /// - Throws: ``TrainingError`` if there is no such setting or the value does not fit.
    public func setting(_ assignment: String) throws -> Self {
        guard let equals = assignment.firstIndex(of: "=") else {
            throw TrainingError(
                "expected NAME=VALUE, found '\(assignment)'; such as optimizer.learning_rate=1e-4.")
        }
        let keys = assignment[..<equals].split(separator: ".", omittingEmptySubsequences: false)
        let text = String(assignment[assignment.index(after: equals)...])
        let value = (try? JSONValue(Array(text.utf8))) ?? .string(text)
        let change = keys.reversed().reduce(value) { .object([String($1): $0]) }
        return try Self(overriding: self, with: change, from: "--set \(assignment)")
    }

    /// Every setting, as a JSON object.
    package func json() throws -> JSONValue {
        try JSONValue(Array(JSONEncoder().encode(self)))
    }
}

/// Lays one JSON object over another that has all keys.
private struct SettingsMerge {
    let path: String

    func merged(_ base: JSONValue, _ changes: JSONValue, at keys: [String]) throws -> JSONValue {
        guard case .object(var members) = base else {
            guard sameKind(base, changes) else {
                throw TrainingError(
                    "\(path): \(name(keys)): expected \(kind(base)), found \(changes.phrase).")
            }
            return changes
        }
        guard case .object(let given) = changes else {
            throw TrainingError(
                "\(path): \(name(keys)): expected an object, found \(changes.phrase).")
        }
        for key in given.keys.sorted() {
            guard let old = members[key], let new = given[key] else {
                throw TrainingError(
                    "\(path): unknown setting \(name(keys + [key])); known here: "
                        + members.keys.sorted().joined(separator: ", ") + ".")
            }
            members[key] = try merged(old, new, at: keys + [key])
        }
        return .object(members)
    }

    private func name(_ keys: [String]) -> String {
        keys.isEmpty ? "the file" : keys.joined(separator: ".")
    }

    private func sameKind(_ a: JSONValue, _ b: JSONValue) -> Bool { kind(a) == kind(b) }

    private func kind(_ value: JSONValue) -> String {
        switch value {
        case .null: "null"
        case .bool: "true or false"
        case .number: "a number"
        case .string: "a text"
        case .array: "a list"
        case .object: "an object"
        }
    }
}

extension DecodingError {
    fileprivate var settingsSentence: String {
        func path(_ context: Context) -> String {
            context.codingPath.map(\.stringValue).joined(separator: ".")
        }
        switch self {
        case .typeMismatch(_, let context), .valueNotFound(_, let context),
            .keyNotFound(_, let context), .dataCorrupted(let context):
            let place = path(context)
            return (place.isEmpty ? "" : "\(place): ") + "the value does not fit: "
                + context.debugDescription.trimmingCharacters(in: ["."])
        @unknown default: return "\(self)"
        }
    }
}

/// What is wrong with a training run, in one sentence.
public struct TrainingError: Error, Hashable, Sendable, CustomStringConvertible {
    /// One sentence: what was expected, what was found, where, what to try.
    public let description: String

    /// An error with this sentence.
    public init(_ description: String) { self.description = description }
}
