/// Why a weight file could not be read or written.
///
/// Everything known at the door travels as data, so callers can switch over ``problem``; the
/// sentence is made in ``description``.
public struct CheckpointError: Error, Equatable, Sendable {
    /// The file at fault, as the caller named it.
    public var file: String
    /// What is wrong with it.
    public var problem: Problem

    /// Describes one failure.
    ///
    /// - Parameters:
    ///   - file: the file at fault.
    ///   - problem: what is wrong with it.
    public init(file: String, _ problem: Problem) {
        self.file = file
        self.problem = problem
    }

    /// What can be wrong with a weight file. `expected` and `found` are ends of a sentence.
    public enum Problem: Equatable, Sendable {
        /// The operating system refused: what we were doing ("open"), and its `errno`.
        case system(doing: String, code: Int32)
        /// A folder, pipe or device, where a plain file is needed.
        case notARegularFile
        /// Size or modification time moved between two looks at the file.
        case changedWhileReading
        /// The first bytes belong to another format.
        case format(expected: String, found: FileFormat)
        /// The first eight bytes of a safetensors file promise a header that cannot be there.
        case headerLength(UInt64, fileSize: Int)
        /// JSON that is broken, or not of the one shape allowed; `offset` counts bytes in the JSON.
        case json(offset: Int, expected: String, found: String)
        /// One tensor's description is wrong.
        case tensor(name: String, expected: String, found: String)
        /// The tensors' byte ranges do not tile the data.
        case layout(expected: String, found: String)
        /// No tensor has this name.
        case missingTensor(name: String)
        /// An index names files that are not beside it.
        case missingShards([String])
        /// An index promises tensors which its files do not hold, or the reverse.
        case index(key: String, expected: String, found: String)
        /// A zip archive that torch did not write, or that was altered.
        case zip(member: String, expected: String, found: String)
        /// A pickle names a Python object that is not needed to rebuild a tensor.
        case forbiddenObject(String)
        /// A pickle uses an instruction outside those that state dictionaries need.
        case forbiddenInstruction(String, offset: Int)
        /// A pickle is broken at `offset` bytes into it.
        case pickle(offset: Int, expected: String, found: String)
        /// A storage's bytes are missing or of another length.
        case storage(key: String, expected: String, found: String)
        /// More of something than any real checkpoint holds.
        case tooMany(String, found: Int, limit: Int)
        /// The caller asked to write something that cannot be written.
        case cannotWrite(String, because: String)
    }
}

extension CheckpointError: CustomStringConvertible {
    /// One sentence: what was expected, what was found, where, what to try.
    public var description: String { "\(file): \(problem.sentence)." }
}
