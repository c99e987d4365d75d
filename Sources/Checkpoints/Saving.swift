import Layers
import Torch

extension TensorSource {
    /// A tensor to be written, wherever it lies and however it is laid out.
    public init(name: String, _ tensor: Tensor) {
        self.init(name: name, dtype: tensor.dtype, shape: tensor.shape) { sink in
            try tensor.detached().to(.cpu).contiguous().withBytes { try sink($0) }
        }
    }
}

extension SafetensorsWriter {
    /// Writes named tensors to one file, atomically.
    public static func write(
        _ tensors: [String: Tensor], metadata: [String: String] = [:], to path: String
    ) throws {
        try write(
            tensors.map { TensorSource(name: $0.key, $0.value) }, metadata: metadata, to: path)
    }
}

extension ParameterStore {
    /// Writes every parameter and buffer to a safetensors file, atomically.
    ///
    /// - Parameters:
    ///   - path: the file to create or replace.
    ///   - dtype: converts floating-point tensors; nil keeps each as it is.
    ///   - metadata: free text for the header; `format: pt` is what other tools expect.
    /// - Throws: ``CheckpointError`` or `TorchError`; an existing file is then as it was.
    public func save(
        to path: String, dtype: DType? = nil, metadata: [String: String] = ["format": "pt"]
    ) throws {
        let sources = try entries.map { entry in
            let tensor = entry.tensor
            let target = tensor.dtype.isFloatingPoint ? dtype ?? tensor.dtype : tensor.dtype
            return try TensorSource(name: entry.name, noGrad { try tensor.to(target) })
        }
        try SafetensorsWriter.write(sources, metadata: metadata, to: path)
    }
}
