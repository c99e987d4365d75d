import Checkpoints

/// The `config.json` of a network of this module, read key by key.
///
/// What is missing, impossible or never asked for is kept for ``finish()``, which reports all of it
/// in one sentence: a key that is quietly ignored is another network than the file describes.
struct NetworkSettings {
    /// The file, as the caller named it.
    let path: String
    private let members: [String: JSONValue]
    private var asked: Set<String> = ["_class_name"]
    private var problems: [String] = []

    /// No configuration comes near this.
    private static let maximumByteCount = 1 << 16

    init(_ json: JSONValue, path: String) throws {
        guard case .object(let members) = json else {
            throw FaceError.configuration(
                file: path, problems: ["expected a JSON object, found \(json.phrase)"])
        }
        (self.members, self.path) = (members, path)
    }

    /// Reads a file.
    init(path: String) throws {
        let file = try InputFile(path)
        guard file.size <= Self.maximumByteCount else {
            throw FaceError.configuration(
                file: path,
                problems: [
                    "expected at most \(Self.maximumByteCount) bytes of JSON, found \(file.size)"
                ])
        }
        do {
            try self.init(JSONValue(file.bytes(at: 0, count: file.size)), path: path)
        } catch let failure as JSONCursor.Failure {
            throw FaceError.configuration(
                file: path,
                problems: [
                    "expected \(failure.expected), found \(failure.found) at byte "
                        + "\(failure.offset) of the JSON"
                ])
        }
    }

    /// The class that `_class_name` names, which must be one of `names`.
    func className(oneOf names: [String]) throws -> String {
        let found = members["_class_name"]
        if case .string(let name)? = found, names.contains(name) { return name }
        throw FaceError.configuration(
            file: path,
            problems: [
                "_class_name: expected \(names.joined(separator: " or ")), found "
                    + (found?.phrase ?? "none")
            ])
    }

    /// A whole number within a range; `fallback` if the key is absent, which nil forbids.
    mutating func integer(_ key: String, in range: ClosedRange<Int>, default fallback: Int?) -> Int
    {
        let expected = "a whole number in \(range.lowerBound)...\(range.upperBound)"
        return read(key, expected, fallback) { value in
            Self.integer(value).flatMap { range.contains($0) ? $0 : nil }
        } ?? range.lowerBound
    }

    /// A list of `count` whole numbers within a range.
    mutating func integers(
        _ key: String, count: Int, in range: ClosedRange<Int>,
        default fallback: [Int]?
    ) -> [Int] {
        let expected = "\(count) whole numbers in \(range.lowerBound)...\(range.upperBound)"
        return read(key, expected, fallback) { value in
            Self.integers(value).flatMap { list in
                list.count == count && list.allSatisfy(range.contains) ? list : nil
            }
        } ?? Array(repeating: range.lowerBound, count: count)
    }

    /// Lists of whole numbers, one list for each of `count`.
    mutating func lists(
        _ key: String, count: Int, in range: ClosedRange<Int>, default fallback: [[Int]]
    ) -> [[Int]] {
        let expected =
            "\(count) lists of whole numbers in \(range.lowerBound)...\(range.upperBound)"
        return read(key, expected, fallback) { value in
            guard case .array(let elements) = value, elements.count == count else { return nil }
            let lists = elements.compactMap(Self.integers)
            let fit = lists.allSatisfy { !$0.isEmpty && $0.allSatisfy(range.contains) }
            return lists.count == count && fit ? lists : nil
        } ?? fallback
    }

    /// A number within a half-open range.
    mutating func number(_ key: String, in range: Range<Double>, default fallback: Double) -> Double
    {
        let expected = "a number in \(range.lowerBound)..<\(range.upperBound)"
        return read(key, expected, fallback) { value in
            guard case .number(let text) = value, let number = Double(text) else { return nil }
            return range.contains(number) ? number : nil
        } ?? fallback
    }

    /// A word out of a list.
    mutating func word(_ key: String, oneOf words: [String]) -> String {
        read(key, words.joined(separator: " or "), nil) { value in
            guard case .string(let text) = value, words.contains(text) else { return nil }
            return text
        } ?? words[0]
    }

    /// Records a fault that the reader of this file found, as a clause.
    mutating func report(_ problem: String) { problems.append(problem) }

    /// Ends reading.
    ///
    /// - Throws: ``FaceError/configuration(file:problems:)`` with all that was wrong.
    func finish() throws {
        let unknown = members.keys.filter { !asked.contains($0) }.sorted()
        let all =
            problems
            + (unknown.isEmpty
                ? []
                : [
                    "expected \(asked.sorted().joined(separator: ", ")), found also "
                        + unknown.map { quoted($0) }.joined(separator: ", ")
                ])
        guard all.isEmpty else { throw FaceError.configuration(file: path, problems: all) }
    }

    private mutating func read<Value>(
        _ key: String, _ expected: String, _ fallback: Value?, _ convert: (JSONValue) -> Value?
    ) -> Value? {
        asked.insert(key)
        guard let json = members[key] else {
            if fallback == nil { problems.append("\(key): expected \(expected), found none") }
            return fallback
        }
        if let value = convert(json) { return value }
        problems.append("\(key): expected \(expected), found \(json.phrase)")
        return nil
    }

    private static func integer(_ value: JSONValue) -> Int? {
        guard case .number(let text) = value else { return nil }
        return Int(text)
    }

    private static func integers(_ value: JSONValue) -> [Int]? {
        guard case .array(let elements) = value else { return nil }
        let list = elements.compactMap(integer)
        return list.count == elements.count ? list : nil
    }
}
