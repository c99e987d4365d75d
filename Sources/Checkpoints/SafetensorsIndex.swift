import Foundation

/// Safetensors files that together hold one model, and the JSON index that says which holds what.
///
/// Format: `{"metadata": {…}, "weight_map": {"<tensor>": "<file>", …}}`, as transformers and
/// diffusers write it. Every file must lie in the index's own folder.
public final class SafetensorsIndex: CheckpointReader {
    /// The index file.
    public let path: String
    /// Every tensor in ``files``, file by file.
    public let entries: [TensorEntry]
    /// Free text of the shards' headers; the first shard wins where they differ.
    public let metadata: [String: String]
    /// Things that are odd but harmless, each a sentence.
    public let warnings: [String]
    /// The shards, in order of their names.
    public let files: [SafetensorsFile]

    /// Opens an index and all its shards.
    ///
    /// - Parameter path: the index, such as `diffusion_pytorch_model.safetensors.index.json`.
    /// - Throws: ``CheckpointError``: all missing shards at once, or the first tensor that is not
    ///   where the index says.
    public init(_ path: String) throws {
        self.path = path
        let map = try Self.weightMap(path)
        let folder = pathParts(path).folder
        let names = Set(map.values).sorted()
        let paths = names.map { folder == "." && !path.hasPrefix("./") ? $0 : "\(folder)/\($0)" }
        let missing = zip(names, paths).filter { !FileManager.default.fileExists(atPath: $0.1) }
        guard missing.isEmpty else {
            throw CheckpointError(file: path, .missingShards(missing.map(\.0)))
        }
        files = try paths.map { try SafetensorsFile($0) }
        var entries: [TensorEntry] = []
        var warnings: [String] = []
        var metadata: [String: String] = [:]
        var unclaimed = map
        for (name, file) in zip(names, files) {
            metadata.merge(file.metadata) { first, _ in first }
            warnings += file.warnings
            for entry in file.entries {
                if map[entry.name] == name {
                    entries.append(entry)
                    unclaimed[entry.name] = nil
                } else {
                    warnings.append(
                        "\(name) holds \(quoted(entry.name)), which the index does not give it")
                }
            }
        }
        guard let (tensor, name) = unclaimed.min(by: { $0.key < $1.key }) else {
            (self.entries, self.metadata, self.warnings) = (entries, metadata, warnings)
            return
        }
        let others = unclaimed.count > 1 ? ", and \(unclaimed.count - 1) more" : ""
        throw CheckpointError(
            file: path,
            .index(
                key: tensor, expected: "the tensor in \(quoted(name))",
                found: "none there\(others); the shards belong to another index, or are damaged"))
    }

    /// Reads a tensor's bytes; see ``CheckpointReader/read(_:into:)``.
    public func read(_ entry: TensorEntry, into buffer: UnsafeMutableRawBufferPointer) throws {
        try file(entry.file).read(entry, into: buffer)
    }

    /// Maps one shard.
    public func map(_ file: String) throws -> FileMapping { try self.file(file).map() }

    private func file(_ path: String) throws -> SafetensorsFile {
        guard let file = files.first(where: { $0.path == path }) else {
            throw CheckpointError(file: self.path, .missingShards([path]))
        }
        return file
    }

    /// Reads `weight_map` strictly.
    private static func weightMap(_ path: String) throws -> [String: String] {
        let input = try InputFile(path)
        let limit = SafetensorsHeader.maximumByteCount
        guard input.size <= limit else {
            throw CheckpointError(
                file: path, .tooMany("bytes of index", found: input.size, limit: limit))
        }
        var map: [String: String]?
        var cursor = JSONCursor(try input.bytes(at: 0, count: input.size))
        do {
            try cursor.object { cursor, key in
                guard key == "weight_map" else { return try cursor.skipValue() }
                var found: [String: String] = [:]
                try cursor.object { cursor, tensor in
                    let file = try cursor.string()
                    try checkFileName(file, tensor: tensor, path: path)
                    found[tensor] = file
                }
                map = found
            }
            try cursor.end()
        } catch let failure as JSONCursor.Failure {
            throw CheckpointError(
                file: path,
                .json(offset: failure.offset, expected: failure.expected, found: failure.found))
        }
        guard let map else {
            throw CheckpointError(
                file: path,
                .index(key: "weight_map", expected: "this key in a shard index", found: "none"))
        }
        return map
    }

    /// A plain name in the same folder: an index must not reach for files elsewhere.
    private static func checkFileName(_ name: String, tensor: String, path: String) throws {
        let isPlain =
            !name.isEmpty && name.utf8.count <= 255 && !name.hasPrefix(".")
            && !name.unicodeScalars.contains {
                $0 == "/" || $0 == "\\" || $0 == ":" || $0.properties.generalCategory == .control
            }
        guard isPlain else {
            throw CheckpointError(
                file: path,
                .index(
                    key: tensor, expected: "a plain file name in the index's folder",
                    found: quoted(name)))
        }
    }
}
