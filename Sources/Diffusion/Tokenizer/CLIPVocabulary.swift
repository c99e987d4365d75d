import Checkpoints

/// Tokens, their numbers, and how they merge: `vocab.json` and `merges.txt`, or `tokenizer.json`.
struct CLIPVocabulary {
    /// Ends a word.
    static let suffix = "</w>"
    /// The published vocabularies have 862 kB and 525 kB; a `tokenizer.json` 2.2 MB.
    static let maximumByteCount = 16 << 20
    /// Numbers go up to this; CLIP has 49,408.
    static let maximumID = 1 << 20

    /// Tokens' numbers.
    let ids: [String: Int32]
    /// Which tokens merge.
    let pairs: BytePairs
    /// The file of the tokens, for messages.
    let path: String

    /// Builds the merge table.
    ///
    /// - Throws: ``DiffusionError`` naming the first merge whose tokens are not in the vocabulary.
    init(
        ids: [String: Int32], merges: [(left: String, right: String)], path: String,
        mergesPath: String, firstLine: Int
    ) throws {
        (self.ids, self.path) = (ids, path)
        var table: [UInt64: BytePairs.Merge] = [:]
        table.reserveCapacity(merges.count)
        for (rank, merge) in merges.enumerated() {
            let words = [merge.left, merge.right, merge.left + merge.right]
            if let missing = words.first(where: { ids[$0] == nil }) {
                throw DiffusionError(
                    "\(mergesPath): expected merge \(rank + firstLine) to join tokens of the "
                        + "vocabulary \(path), found \(quoted(missing)), which is none; use "
                        + "the two files of one model")
            }
            guard let left = ids[words[0]], let right = ids[words[1]], let token = ids[words[2]]
            else { continue }
            table[BytePairs.key(left, right)] = .init(rank: rank, token: token)
        }
        pairs = BytePairs(table)
    }

    /// Reads `vocab.json` and `merges.txt`.
    init(vocabulary path: String, merges mergesPath: String) throws {
        let bytes = try readSmallFile(path, limit: Self.maximumByteCount, of: "a vocabulary")
        var cursor = JSONCursor(bytes)
        let ids: [String: Int32]
        do {
            ids = try Self.readIDs(&cursor)
            try cursor.end()
        } catch let failure as JSONCursor.Failure {
            throw DiffusionError(brokenJSON(failure, in: path))
        }
        let text = try readSmallFile(mergesPath, limit: Self.maximumByteCount, of: "merges")
        try self.init(
            ids: Self.checked(ids, path), merges: Self.parseMerges(text, mergesPath), path: path,
            mergesPath: mergesPath, firstLine: 1)
    }

    /// Reads `{"token": 0, …}` at the cursor.
    static func readIDs(_ cursor: inout JSONCursor) throws -> [String: Int32] {
        var ids: [String: Int32] = [:]
        try cursor.object { cursor, token in
            let start = cursor.position
            let id = try cursor.integer()
            guard id <= maximumID else {
                throw JSONCursor.Failure(
                    offset: start, expected: "a token's number of at most \(maximumID)",
                    found: "\(id)")
            }
            ids[token] = Int32(id)
        }
        return ids
    }

    /// Throws unless every token has a number of its own and there is at least one.
    static func checked(_ ids: [String: Int32], _ path: String) throws -> [String: Int32] {
        let count = Set(ids.values).count
        guard count == ids.count, count > 0 else {
            throw DiffusionError(
                "\(path): expected a vocabulary in which every token has its own number, found "
                    + "\(count) numbers for \(ids.count) tokens; fetch the file again")
        }
        return ids
    }

    /// Reads lines of two tokens; lines that start with `#version` are headings.
    private static func parseMerges(_ bytes: [UInt8], _ path: String) throws
        -> [(left: String, right: String)]
    {
        var merges: [(left: String, right: String)] = []
        var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        for (number, line) in lines.enumerated() {
            var line = line
            if line.last == UInt8(ascii: "\r") { line.removeLast() }
            if line.starts(with: "#version".utf8) { continue }
            let words = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
                .map { String(validating: $0, as: UTF8.self) }
            guard words.count == 2, let left = words[0], let right = words[1] else {
                throw DiffusionError(
                    "\(path): expected two tokens and a space between them on line \(number + 1),"
                        + " found \(quoted(String(decoding: line, as: UTF8.self))); fetch the "
                        + "file again")
            }
            merges.append((left, right))
        }
        return merges
    }
}
