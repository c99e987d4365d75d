import Foundation

extension SafetensorsIndex {
    /// Writes tensors to as many files as needed, and the index last.
    ///
    /// Tensors go to shards in the order given, each filled up to the limit; a single tensor beyond
    /// it gets a shard of its own. If one file is enough it is `<name>.safetensors` without an
    /// index, as transformers and diffusers do; else `<name>-00001-of-00003.safetensors` and so on,
    /// with `<name>.safetensors.index.json`. Each file is replaced atomically, but the set is not:
    /// write into a new folder and rename that.
    ///
    /// - Parameters:
    ///   - tensors: the whole model; names must differ.
    ///   - metadata: free text for every shard's header.
    ///   - folder: an existing folder.
    ///   - name: the files' common name, such as `diffusion_pytorch_model`.
    ///   - maximumShardByteCount: bytes of tensors per file, at least 1; transformers' default is
    ///     5 GB.
    /// - Returns: the file to open: the index, or the only file.
    /// - Throws: ``CheckpointError`` as ``SafetensorsWriter`` does.
    @discardableResult
    public static func write(
        _ tensors: [TensorSource], metadata: [String: String] = [:], folder: String,
        name: String = "model", maximumShardByteCount: Int = 5_000_000_000
    ) throws -> String {
        let base = "\(folder)/\(name)"
        // Checked as a whole first, so that nothing is written if a name or shape is wrong.
        let plan = try SafetensorsWriter.Plan(tensors, metadata: metadata, file: base)
        let sizes = Dictionary(plan.tensors.map { ($0.source.name, $0.byteCount) }) { a, _ in a }
        var shards: [[TensorSource]] = [[]]
        var filled = 0
        var total = 0
        for tensor in tensors {
            let size = sizes[tensor.name] ?? 0
            if filled > 0, size > maximumShardByteCount - filled {
                shards.append([])
                filled = 0
            }
            shards[shards.count - 1].append(tensor)
            filled += size
            total += size
        }
        guard shards.count > 1 else {
            try SafetensorsWriter.write(tensors, metadata: metadata, to: base + ".safetensors")
            return base + ".safetensors"
        }
        var places: [(tensor: String, file: String)] = []
        for (k, shard) in shards.enumerated() {
            let file = "\(name)-\(padded(k + 1))-of-\(padded(shards.count)).safetensors"
            try SafetensorsWriter.write(shard, metadata: metadata, to: "\(folder)/\(file)")
            places += shard.map { ($0.name, file) }
        }
        let index = base + ".safetensors.index.json"
        try AtomicFile.write(Array(json(places, totalByteCount: total).utf8), to: index)
        return index
    }

    private static func padded(_ number: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 5 - digits.count)) + digits
    }

    /// The layout of Python's `json.dumps(index, indent=2, sort_keys=True) + "\n"`.
    private static func json(
        _ places: [(tensor: String, file: String)], totalByteCount: Int
    ) -> String {
        let lines = places.sorted { $0.tensor.utf8.lexicographicallyPrecedes($1.tensor.utf8) }
            .map { "    \(jsonString($0.tensor)): \(jsonString($0.file))" }
        return """
            {
              "metadata": {
                "total_size": \(totalByteCount)
              },
              "weight_map": {
            \(lines.joined(separator: ",\n"))
              }
            }

            """
    }
}
