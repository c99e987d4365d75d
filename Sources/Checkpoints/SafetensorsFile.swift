/// One safetensors file, open for reading.
///
/// The header is read and checked on opening (see ``SafetensorsHeader``), tensors on demand.
public final class SafetensorsFile: CheckpointReader {
    /// What the file starts with.
    public let header: SafetensorsHeader
    private let input: InputFile

    /// Opens and checks a file.
    ///
    /// - Parameter path: a plain file; its extension does not matter.
    /// - Throws: ``CheckpointError`` naming what is wrong; a file of another known format is named.
    public init(_ path: String) throws {
        let input = try InputFile(path)
        self.input = input
        do {
            let prefix = try input.bytes(at: 0, count: min(8, input.size))
            let length = try SafetensorsHeader.length(
                prefix: prefix, fileSize: input.size, file: path)
            header = try SafetensorsHeader(
                json: input.bytes(at: 8, count: length), fileSize: input.size, file: path)
        } catch {
            // A torch file under this name would otherwise be called a huge header.
            let format = try input.format()
            guard format == .safetensors || format == .unknown else {
                throw CheckpointError(
                    file: path, .format(expected: "a safetensors file", found: format))
            }
            throw error
        }
        try input.checkUnchanged()
    }

    /// The file's path, as it was opened.
    public var path: String { input.path }
    /// The tensors, in the order of their bytes.
    public var entries: [TensorEntry] { header.entries }
    /// Free text from the header.
    public var metadata: [String: String] { header.metadata }
    /// Things that are odd but harmless, each a sentence.
    public var warnings: [String] { header.warnings }

    /// Reads a tensor's bytes; see ``CheckpointReader/read(_:into:)``.
    public func read(_ entry: TensorEntry, into buffer: UnsafeMutableRawBufferPointer) throws {
        try checkSize(entry, buffer)
        guard let range = entry.byteRange, range.upperBound <= input.size else {
            throw CheckpointError(file: path, .missingTensor(name: entry.name))
        }
        try input.read(at: range.lowerBound, into: buffer)
        try input.checkUnchanged()
    }

    /// Maps the file; tensors are `unsafeBytes[entry.byteRange]`.
    ///
    /// - Returns: a private, copy-on-write mapping.
    /// - Throws: ``CheckpointError`` if the file changed since it was opened or cannot be mapped.
    public func map() throws -> FileMapping { try input.map() }

    /// Maps the file; the argument matters for sharded sets only.
    public func map(_ file: String) throws -> FileMapping { try map() }
}
