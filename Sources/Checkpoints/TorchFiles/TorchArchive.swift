import Foundation
import Torch

/// A file that Python's `torch.save` wrote: zip (torch 1.6 and later) or legacy.
///
/// Read by a machine that can rebuild tensors and plain values and nothing else; a file that names
/// any other Python object is refused, by name. No code runs, nothing is extracted, no other file
/// is touched. Little-endian files only.
public final class TorchArchive: CheckpointReader {
    /// Everything in the file.
    public let root: TorchValue
    /// Every tensor by its path in ``root``, such as `state_dict.module.conv.weight`.
    public let rawTensors: [(name: String, tensor: TorchTensor)]
    /// The weights; see ``StateDictionary`` for how they are picked out of ``root``.
    public let entries: [TensorEntry]
    /// Always empty: torch files have none.
    public let metadata: [String: String] = [:]
    /// Things that are odd but harmless, each a sentence.
    public let warnings: [String]

    private let input: InputFile
    private let tensors: [String: TorchTensor]
    private let layout: TorchLayout

    /// Opens and checks a file.
    ///
    /// - Parameter path: a plain file; its extension does not matter.
    /// - Throws: ``CheckpointError`` naming what is wrong; a file of another known format is named.
    public init(_ path: String) throws {
        let input = try InputFile(path)
        self.input = input
        let layout: TorchLayout
        switch try input.format() {
        case .zip: layout = try TorchLayout(zip: input)
        case .torchLegacy: layout = try TorchLayout(legacy: input)
        case let other:
            throw CheckpointError(file: path, .format(expected: "a torch file", found: other))
        }
        self.layout = layout
        root = layout.root
        rawTensors = try StateDictionary.flatten(root, file: path)
        try Self.checkTotal(rawTensors.map(\.tensor), input)
        let state = try StateDictionary(root, file: path)
        tensors = Dictionary(state.tensors.map { ($0.name, $0.tensor) }) { first, _ in first }
        entries = try state.tensors.map { name, tensor in
            try checkTensorName(name, file: path)
            var range: Range<Int>?
            if tensor.isContiguous, let storage = layout.storages[tensor.storage] {
                let start = storage.lowerBound + tensor.byteOffset
                range = start..<start + tensor.byteCount
            }
            return TensorEntry(
                name: name, dtype: tensor.dtype, shape: tensor.shape, file: path, byteRange: range)
        }
        warnings = layout.unused(besides: rawTensors.map(\.tensor)).map {
            "storage \(quoted($0)) belongs to no tensor"
        }
        try input.checkUnchanged()
    }

    /// The file's path, as it was opened.
    public var path: String { input.path }

    /// Reads a tensor's bytes; see ``CheckpointReader/read(_:into:)``.
    public func read(_ entry: TensorEntry, into buffer: UnsafeMutableRawBufferPointer) throws {
        try checkSize(entry, buffer)
        guard let tensor = tensors[entry.name] else {
            throw CheckpointError(file: path, .missingTensor(name: entry.name))
        }
        try read(tensor, into: buffer)
    }

    /// Reads a tensor of ``rawTensors`` or ``root``, gathering it if it is not contiguous.
    ///
    /// - Parameters:
    ///   - tensor: from this file.
    ///   - buffer: exactly ``TorchTensor/byteCount`` bytes.
    /// - Throws: ``CheckpointError`` if the file changed since it was opened or cannot be read.
    public func read(
        _ tensor: TorchTensor, into buffer: UnsafeMutableRawBufferPointer
    ) throws {
        let span = tensor.spanByteCount
        guard let storage = layout.storages[tensor.storage],
            tensor.byteOffset + span <= storage.count, buffer.count == tensor.byteCount
        else {
            throw CheckpointError(
                file: path,
                .storage(
                    key: tensor.storage, expected: "\(tensor.byteCount) bytes of a tensor",
                    found: "a buffer of \(buffer.count) or another file's tensor"))
        }
        let start = storage.lowerBound + tensor.byteOffset
        if tensor.isContiguous {
            try input.read(at: start, into: buffer)
        } else {
            let scattered = try input.bytes(at: start, count: span)
            scattered.withUnsafeBytes { gather(tensor, from: $0, into: buffer) }
        }
        try input.checkUnchanged()
    }

    /// Maps the file; contiguous tensors are `unsafeBytes[entry.byteRange]`.
    public func map(_ file: String) throws -> FileMapping { try input.map() }

    /// Compares every storage's CRC-32 with the archive's claim; reads the whole file.
    ///
    /// torch does not check them, and files exist whose sums are wrong, so opening checks only the
    /// pickle. Legacy files have no sums.
    ///
    /// - Throws: ``CheckpointError`` naming the first member whose bytes are damaged.
    public func verify() throws {
        for (name, member) in layout.members.sorted(by: { $0.key < $1.key }) {
            try input.checkSum(of: member, name: name)
        }
        try input.checkUnchanged()
    }

    /// Strides of 0 let a few bytes claim to be terabytes. Real files share storages a few times
    /// over, and expand small buffers.
    private static func checkTotal(_ tensors: [TorchTensor], _ input: InputFile) throws {
        let limit = min(input.size, 1 << 58) * 16 + (64 << 20)
        var total = 0
        for tensor in tensors {
            let (sum, overflow) = total.addingReportingOverflow(tensor.byteCount)
            total = overflow ? Int.max : sum
            guard total <= limit else {
                throw CheckpointError(
                    file: input.path,
                    .tooMany(
                        "bytes of tensors in a file of \(input.size)", found: total, limit: limit))
            }
        }
    }
}
