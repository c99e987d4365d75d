import Foundation
import Torch

/// A tensor to be written: its description, and how to get its bytes.
public struct TensorSource {
    /// Takes the next bytes of a tensor; it has copied them when it returns.
    public typealias Sink = (UnsafeRawBufferPointer) throws -> Void

    /// The key it gets in the file: not empty, no control characters.
    public var name: String
    /// Element type; all but complex32 and complex128.
    public var dtype: DType
    /// Size of each dimension, as torch counts them; empty for a scalar.
    public var shape: [Int]
    /// Hands the bytes to the sink, in one or more parts: contiguous, row-major, little-endian.
    public var produce: (Sink) throws -> Void

    /// Describes a tensor whose bytes are made when its turn comes, so that only one need be in
    /// memory.
    ///
    /// - Parameters:
    ///   - name: the key it gets in the file.
    ///   - dtype: element type.
    ///   - shape: size of each dimension, as torch counts them.
    ///   - produce: hands the bytes to the sink, in one or more parts.
    public init(
        name: String, dtype: DType, shape: [Int], produce: @escaping (Sink) throws -> Void
    ) {
        self.name = name
        self.dtype = dtype
        self.shape = shape
        self.produce = produce
    }

    /// Describes a tensor whose bytes are at hand.
    ///
    /// - Parameters:
    ///   - name: the key it gets in the file.
    ///   - dtype: element type.
    ///   - shape: size of each dimension, as torch counts them.
    ///   - bytes: contiguous, row-major, little-endian.
    public init(name: String, dtype: DType, shape: [Int], bytes: [UInt8]) {
        self.init(name: name, dtype: dtype, shape: shape) { sink in
            try bytes.withUnsafeBytes { try sink($0) }
        }
    }
}

/// Writes safetensors files, atomically.
///
/// Byte for byte what safetensors 0.8.0 writes, but that metadata keys are sorted here and in no
/// particular order there: the same tensors always give the same file.
public enum SafetensorsWriter {
    /// Writes one file; an existing one is replaced when all is on disk, or kept if this fails.
    ///
    /// - Parameters:
    ///   - tensors: in any order; names must differ.
    ///   - metadata: free text for the header.
    ///   - path: the file to create or replace.
    /// - Throws: ``CheckpointError`` if names, shapes or produced bytes do not fit, or the system's
    ///   reason; whatever a source throws.
    public static func write(
        _ tensors: [TensorSource], metadata: [String: String] = [:], to path: String
    ) throws {
        let plan = try Plan(tensors, metadata: metadata, file: path)
        try AtomicFile.write(to: path) { file in
            try plan.header.withUnsafeBytes { try file.write($0) }
            for (tensor, byteCount) in plan.tensors {
                try write(tensor, byteCount: byteCount, to: file)
            }
        }
    }

    /// The bytes of a file, for tensors that go into an archive.
    ///
    /// - Parameters:
    ///   - tensors: in any order; names must differ.
    ///   - metadata: free text for the header.
    ///   - name: what errors call the file.
    /// - Returns: a whole file.
    /// - Throws: as ``write(_:metadata:to:)``.
    public static func bytes(
        of tensors: [TensorSource], metadata: [String: String] = [:], name: String
    ) throws -> [UInt8] {
        let plan = try Plan(tensors, metadata: metadata, file: name)
        var result = plan.header
        for (tensor, byteCount) in plan.tensors {
            let start = result.count
            try tensor.produce { result.append(contentsOf: $0) }
            guard result.count == start + byteCount else {
                throw CheckpointError(
                    file: name,
                    .tensor(
                        name: tensor.name,
                        expected: "\(byteCount) bytes for \(tensor.dtype) \(tensor.shape)",
                        found: "\(result.count - start) from its source"))
            }
        }
        return result
    }

    private static func write(
        _ tensor: TensorSource, byteCount: Int, to file: AtomicFile
    ) throws {
        let end = file.byteCount + byteCount
        try tensor.produce { bytes in
            guard bytes.count <= end - file.byteCount else {
                throw mismatch(tensor, byteCount, "more", file.path)
            }
            try file.write(bytes)
        }
        guard file.byteCount == end else {
            throw mismatch(tensor, byteCount, "\(byteCount - (end - file.byteCount))", file.path)
        }
    }

    private static func mismatch(
        _ tensor: TensorSource, _ expected: Int, _ found: String, _ file: String
    ) -> CheckpointError {
        CheckpointError(
            file: file,
            .tensor(
                name: tensor.name,
                expected: "\(expected) bytes for \(tensor.dtype) \(tensor.shape)",
                found: "\(found) from its source"))
    }
}

extension SafetensorsWriter {
    /// The checked, sorted tensors and the header that describes them.
    struct Plan {
        /// Length and JSON, padded with spaces so that the data starts at a multiple of 8.
        let header: [UInt8]
        /// Sources in file order, with their sizes in bytes.
        let tensors: [(source: TensorSource, byteCount: Int)]

        init(_ sources: [TensorSource], metadata: [String: String], file: String) throws {
            var seen = Set<String>()
            var sorted: [(source: TensorSource, type: SafetensorsType, byteCount: Int)] = []
            for source in sources {
                try checkTensorName(source.name, file: file)
                guard seen.insert(source.name).inserted else {
                    throw CheckpointError(
                        file: file,
                        .cannotWrite(
                            "two tensors named \(quoted(source.name))",
                            because: "a "
                                + "reader could find only one"))
                }
                guard let type = SafetensorsType(source.dtype) else {
                    throw CheckpointError(
                        file: file,
                        .cannotWrite(
                            "tensor \(quoted(source.name))",
                            because: "safetensors has "
                                + "no \(source.dtype); convert it first"))
                }
                guard let byteCount = checkedByteCount(source.shape, source.dtype.byteCount),
                    source.dtype != .float4e2m1fnx2 || !source.shape.isEmpty
                else {
                    throw CheckpointError(
                        file: file,
                        .cannotWrite(
                            "tensor \(quoted(source.name))",
                            because: "no tensor has "
                                + "the shape \(source.shape)"))
                }
                sorted.append((source, type, byteCount))
            }
            // Wide types first, so that every tensor is aligned; by bytes of the name within one.
            sorted.sort {
                $0.type == $1.type
                    ? $0.source.name.utf8.lexicographicallyPrecedes($1.source.name.utf8)
                    : $0.type.rank > $1.type.rank
            }
            tensors = sorted.map { ($0.source, $0.byteCount) }
            header = try Self.header(sorted, metadata: metadata, file: file)
        }

        private static func header(
            _ sorted: [(source: TensorSource, type: SafetensorsType, byteCount: Int)],
            metadata: [String: String], file: String
        ) throws -> [UInt8] {
            var members: [String] = []
            if !metadata.isEmpty {
                let pairs = metadata.sorted { $0.key < $1.key }
                    .map { "\(jsonString($0.key)):\(jsonString($0.value))" }
                members.append("\"__metadata__\":{\(pairs.joined(separator: ","))}")
            }
            var offset = 0
            for (source, type, byteCount) in sorted {
                let (end, overflow) = offset.addingReportingOverflow(byteCount)
                guard !overflow else {
                    throw CheckpointError(
                        file: file, .cannotWrite("so much data", because: "no file holds it"))
                }
                var shape = source.shape
                // The header counts 4-bit floats, torch the bytes that hold two.
                if type == .f4, let last = shape.popLast() { shape.append(last * 2) }
                let sizes = shape.map(String.init).joined(separator: ",")
                members.append(
                    "\(jsonString(source.name)):{\"dtype\":\"\(type.rawValue)\","
                        + "\"shape\":[\(sizes)],\"data_offsets\":[\(offset),\(end)]}")
                offset = end
            }
            var json = Array("{\(members.joined(separator: ","))}".utf8)
            json.append(contentsOf: repeatElement(0x20, count: (8 - json.count % 8) % 8))
            guard json.count <= SafetensorsHeader.maximumByteCount else {
                throw CheckpointError(
                    file: file,
                    .tooMany(
                        "bytes of header", found: json.count,
                        limit: SafetensorsHeader.maximumByteCount))
            }
            return withUnsafeBytes(of: UInt64(json.count).littleEndian, Array.init) + json
        }
    }
}

/// A JSON string literal; escapes only what must be, in the forms the reference writes.
package func jsonString(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"": result += "\\\""
        case "\\": result += "\\\\"
        case "\u{8}": result += "\\b"
        case "\u{C}": result += "\\f"
        case "\n": result += "\\n"
        case "\r": result += "\\r"
        case "\t": result += "\\t"
        case ..<" ":
            let digits = String(scalar.value, radix: 16)
            result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        default: result.unicodeScalars.append(scalar)
        }
    }
    return result + "\""
}
