import Layers
import Torch

/// A weight file of any format that Likeness reads, as a source of tensors.
///
/// Tensors that stay on the CPU in their own type are views into the file, mapped copy on write:
/// nothing is read before it is used, and the file is never changed. Where a type is converted or a
/// device needs the data, a small piece at a time passes through memory, so a load never takes more
/// than the result and ``pieceByteCount``.
public final class Checkpoint: ParameterSource {
    /// What lies beneath: one file, a sharded set, a torch archive.
    public let reader: any CheckpointReader
    private let entriesByName: [String: TensorEntry]
    private var mappings: [String: FileMapping] = [:]
    private var passing: [String: FileMapping] = [:]

    /// Bytes that pass through memory at once when a type is converted.
    public static let pieceByteCount = 32 << 20

    /// Opens a file and checks all that can be checked without reading weights.
    ///
    /// - Throws: ``CheckpointError``.
    public convenience init(_ path: String) throws { self.init(try openCheckpoint(path)) }

    /// Takes tensors from an open reader.
    public init(_ reader: any CheckpointReader) {
        self.reader = reader
        entriesByName = Dictionary(
            reader.entries.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Every name, in file order.
    public var names: [String] { reader.entries.map(\.name) }

    /// Shape, type and place of a tensor; nil if there is none of this name.
    public func entry(_ name: String) -> TensorEntry? { entriesByName[name] }

    /// The shape of a tensor; nil if there is none of this name.
    public func shape(of name: String) -> [Int]? { entriesByName[name]?.shape }

    /// Reads one tensor.
    ///
    /// - Parameters:
    ///   - name: its key.
    ///   - dtype: converts floating-point tensors; integers and truth values stay what they are.
    ///   - device: where it goes.
    /// - Returns: a tensor that may be written without changing the file.
    /// - Throws: ``CheckpointError`` if it is missing or cannot be read; `TorchError`.
    public func tensor(named name: String, dtype: DType? = nil, device: Device = .cpu) throws
        -> Tensor
    {
        guard let entry = entriesByName[name] else {
            throw CheckpointError(file: reader.path, .missingTensor(name: name))
        }
        let target = entry.dtype.isFloatingPoint ? dtype ?? entry.dtype : entry.dtype
        if target == entry.dtype, let view = try mapped(entry) { return try view.to(device) }
        if target != entry.dtype, let result = try converted(entry, to: target, device: device) {
            return result
        }
        let whole = try Tensor.empty(entry.shape, dtype: entry.dtype)
        try whole.withMutableBytes { try reader.read(entry, into: $0) }
        return try whole.to(target).to(device)
    }

    /// A view into the file; nil where its bytes are scattered or ill-aligned for their type.
    private func mapped(_ entry: TensorEntry) throws -> Tensor? {
        guard let range = entry.mappableRange else { return nil }
        let mapping = try mappings[entry.file] ?? reader.map(entry.file)
        mappings[entry.file] = mapping
        return try mapping.tensor(range, shape: entry.shape, dtype: entry.dtype)
    }

    /// Converts a piece at a time straight from the file, and lets go of the pages behind it; nil
    /// where it cannot be mapped.
    private func converted(_ entry: TensorEntry, to dtype: DType, device: Device) throws -> Tensor?
    {
        guard let range = entry.mappableRange else { return nil }
        // Not the mapping of the views: they may have been written to, and releasing would undo it.
        let mapping = try passing[entry.file] ?? reader.map(entry.file)
        passing[entry.file] = mapping
        let result = try Tensor.empty(entry.shape, dtype: dtype, device: device)
        let flat = try result.reshaped([-1])
        let step = Checkpoint.pieceByteCount / entry.dtype.byteCount
        for start in stride(from: 0, to: entry.elementCount, by: step) {
            let end = min(start + step, entry.elementCount)
            let size = entry.dtype.byteCount
            let bytes = range.lowerBound + start * size..<range.lowerBound + end * size
            try flat[start..<end].copy(
                from: mapping.tensor(bytes, shape: [end - start], dtype: entry.dtype))
            mapping.release(bytes)
        }
        return result
    }
}

extension FileMapping {
    /// A view of a part; it keeps the mapping.
    fileprivate func tensor(_ range: Range<Int>, shape: [Int], dtype: DType) throws -> Tensor {
        let bytes = UnsafeMutableRawBufferPointer(rebasing: unsafeBytes[range])
        return try Tensor(sharing: bytes, shape: shape, dtype: dtype, owner: self)
    }
}

extension TensorEntry {
    /// Where the tensor can be used without a copy: together in the file and aligned for its type.
    fileprivate var mappableRange: Range<Int>? {
        guard let byteRange, !byteRange.isEmpty,
            byteRange.lowerBound.isMultiple(of: dtype.byteCount)
        else { return nil }
        return byteRange
    }
}

extension TensorEntry {
    /// The number of elements.
    public var elementCount: Int { byteCount / dtype.byteCount }
}

extension CheckpointReader {
    /// Every tensor by name, as ``Checkpoint/tensor(named:dtype:device:)`` reads it.
    public func tensors(dtype: DType? = nil, device: Device = .cpu) throws -> [String: Tensor] {
        let checkpoint = Checkpoint(self)
        var tensors: [String: Tensor] = [:]
        for name in checkpoint.names {
            tensors[name] = try checkpoint.tensor(named: name, dtype: dtype, device: device)
        }
        return tensors
    }
}
