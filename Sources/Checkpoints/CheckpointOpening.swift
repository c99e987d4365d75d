/// Opens a checkpoint of any format that Likeness reads, told apart by its first bytes.
///
/// - Parameter path: a safetensors file, a `*.index.json` beside its shards, or a torch file.
/// - Returns: a reader for it.
/// - Throws: ``CheckpointError``; a known format that holds no tensors for us is named.
public func openCheckpoint(_ path: String) throws -> any CheckpointReader {
    switch try InputFile(path).format() {
    case .safetensors: return try SafetensorsFile(path)
    case .zip, .torchLegacy: return try TorchArchive(path)
    case .json: return try SafetensorsIndex(path)
    case let other:
        throw CheckpointError(
            file: path, .format(expected: "a safetensors or torch file", found: other))
    }
}
