import Checkpoints

extension ConfigurationFile {
    /// What was wrong with a file, together.
    struct Problems {
        var missing: [String] = []
        var wrong: [String] = []
        var unknown: [String] = []

        var isEmpty: Bool { missing.isEmpty && wrong.isEmpty && unknown.isEmpty }

        /// Takes over those of a nested object.
        mutating func append(_ other: Problems, under name: String) {
            missing += other.missing.map { "\(name).\($0)" }
            wrong += other.wrong.map { "\(name).\($0)" }
            unknown += other.unknown.map { "\(name).\($0)" }
        }

        /// `missing a, b; c: expected 1, found 2; unknown keys d, e; …`
        var sentence: String {
            var parts: [String] = []
            if !missing.isEmpty { parts.append("missing keys \(listed(missing))") }
            parts += wrong.prefix(20)
            if wrong.count > 20 { parts.append("and \(wrong.count - 20) more wrong values") }
            if !unknown.isEmpty { parts.append("unknown keys \(listed(unknown))") }
            parts.append(
                "each may change the picture, so none is passed over: use a model of the kind "
                    + "that is asked for, or a newer Likeness")
            return parts.joined(separator: "; ")
        }
    }
}

extension ConfigurationFile {
    /// Whether the key's value is a list, of whatever.
    func holdsList(_ key: String) -> Bool {
        if case .array? = members[key] { return true }
        return false
    }

    /// Whether the key's value is an object.
    func holdsObject(_ key: String) -> Bool {
        if case .object? = members[key] { return true }
        return false
    }
}

/// Reads a whole file of at most `limit` bytes.
func readSmallFile(_ path: String, limit: Int, of what: String) throws -> [UInt8] {
    do {
        let file = try InputFile(path)
        guard file.size <= limit else {
            throw DiffusionError(
                "\(path): expected \(what) of at most \(limit) bytes, found \(file.size); check "
                    + "that this is the right file")
        }
        return try file.bytes(at: 0, count: file.size)
    } catch let error as CheckpointError {
        throw DiffusionError(error.description)
    }
}

/// Parses a whole JSON file, naming the place where it is broken.
func parseJSON(_ bytes: [UInt8], from path: String) throws -> JSONValue {
    do {
        return try JSONValue(bytes)
    } catch let failure as JSONCursor.Failure {
        throw DiffusionError(brokenJSON(failure, in: path))
    }
}

/// The sentence for a file that is no JSON.
func brokenJSON(_ failure: JSONCursor.Failure, in path: String) -> String {
    "\(path): expected \(failure.expected), found \(failure.found) at byte \(failure.offset) of "
        + "the JSON; the file is damaged or incomplete, fetch it again"
}
