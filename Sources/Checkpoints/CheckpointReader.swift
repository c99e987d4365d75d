import Foundation

/// A file or set of files that holds named tensors, whatever its format.
///
/// Opening checks everything that can be checked without reading the weights. Reading is safe from
/// several threads at once.
public protocol CheckpointReader: Sendable {
    /// The file that was opened; for a sharded set, its index.
    var path: String { get }
    /// Every tensor, each name once.
    var entries: [TensorEntry] { get }
    /// Free text stored with the tensors; empty for torch files.
    var metadata: [String: String] { get }
    /// Things that are odd but harmless, each a sentence.
    var warnings: [String] { get }

    /// Reads a tensor: contiguous, row-major, little-endian.
    ///
    /// - Parameters:
    ///   - entry: one of ``entries``.
    ///   - buffer: exactly ``TensorEntry/byteCount`` bytes, any alignment.
    /// - Throws: ``CheckpointError`` if the file changed since it was opened or cannot be read.
    func read(_ entry: TensorEntry, into buffer: UnsafeMutableRawBufferPointer) throws

    /// Maps a file of the set; ``TensorEntry/byteRange`` counts into the mapping's bytes.
    ///
    /// - Parameter file: ``TensorEntry/file`` of one of ``entries``.
    /// - Returns: a new private, copy-on-write mapping, alive as long as the object.
    /// - Throws: ``CheckpointError`` if the file changed since it was opened or cannot be mapped.
    func map(_ file: String) throws -> FileMapping
}

extension CheckpointReader {
    /// The tensor with this name.
    ///
    /// - Parameter name: its key in the file.
    /// - Returns: its entry.
    /// - Throws: ``CheckpointError`` with `missingTensor`.
    public func entry(named name: String) throws -> TensorEntry {
        guard let entry = entries.first(where: { $0.name == name }) else {
            throw CheckpointError(file: path, .missingTensor(name: name))
        }
        return entry
    }

    /// Reads a tensor into a new array.
    ///
    /// - Parameter entry: one of ``entries``.
    /// - Returns: its bytes: contiguous, row-major, little-endian.
    /// - Throws: ``CheckpointError`` if the file changed since it was opened or cannot be read.
    public func bytes(of entry: TensorEntry) throws -> [UInt8] {
        let count = entry.byteCount
        return try [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            let target = UnsafeMutableRawBufferPointer(start: buffer.baseAddress, count: count)
            try read(entry, into: target)
            initialized = count
        }
    }

    /// A buffer of another size than the tensor is the caller's mistake, worth a sentence.
    func checkSize(_ entry: TensorEntry, _ buffer: UnsafeMutableRawBufferPointer) throws {
        guard buffer.count == entry.byteCount else {
            throw CheckpointError(
                file: path,
                .tensor(
                    name: entry.name, expected: "a buffer of \(entry.byteCount) bytes",
                    found: "one of \(buffer.count)"))
        }
    }
}
