import Checkpoints
import Layers
import Torch

/// Writes a network's folder as diffusers and transformers do: `config.json` and safetensors files.
struct NetworkWriter {
    let kind: NetworkKind
    /// Names and shapes, in the order of the network.
    let shapes: ParameterStore
    /// Has exactly those.
    let source: any ParameterSource
    /// The text of `config.json`.
    let configuration: String
    /// The type that all floating-point tensors get; nil if each keeps its own.
    let dtype: DType?
    /// A tensor's type in the source.
    let stored: (String) throws -> DType

    /// Reads, converts and writes one tensor at a time.
    ///
    /// - Parameters:
    ///   - folder: an existing folder.
    ///   - limit: bytes of a shard.
    ///   - step: called after each tensor.
    /// - Throws: `CheckpointError`, `TorchError`.
    func write(to folder: String, maximumShardByteCount limit: Int, step: @escaping () -> Void)
        throws
    {
        let text = dtype.map(converted) ?? configuration
        try AtomicFile.write(Array(text.utf8), to: "\(folder)/config.json")
        let tensors = try shapes.entries.map { entry in
            let own = try stored(entry.name)
            let target = own.isFloatingPoint ? dtype ?? own : own
            return TensorSource(name: entry.name, dtype: target, shape: entry.tensor.shape) {
                sink in
                let tensor = try source.tensor(named: entry.name, dtype: target, device: .cpu)
                try tensor.contiguous().withBytes { try sink($0) }
                step()
            }
        }
        try SafetensorsIndex.write(
            tensors, metadata: ["format": "pt"], folder: folder, name: kind.weightsName,
            maximumShardByteCount: limit)
    }

    /// transformers loads in the type that the configuration names.
    private func converted(_ dtype: DType) -> String {
        guard kind.library == "transformers",
            let json = try? JSONValue(Array(configuration.utf8))
        else { return configuration }
        let changes = ["torch_dtype", "dtype"].filter { json[$0] != nil }
            .map { ($0, JSONValue.string("\(dtype)")) }
        return changes.isEmpty
            ? configuration
            : json.with(Dictionary(changes, uniquingKeysWith: { first, _ in first })).text + "\n"
    }
}
