import Foundation

/// A whole file in memory, paged in as it is touched; tensors may be views into it.
///
/// Private and copy on write: writing to the memory never reaches the file. Keep the object alive
/// as long as any view. The file must not be truncated meanwhile, or touching a lost page kills
/// the process (SIGBUS), as with every memory map; ``AtomicFile`` replaces files by renaming, so
/// what it saves never disturbs a mapping.
public final class FileMapping: @unchecked Sendable {
    // Sendable by contract: the region lives until deinit, and who writes to it synchronises.

    /// The file's bytes, valid only while this object lives: views must keep it, and other uses
    /// go within `withExtendedLifetime`, since Swift may release it after its last mention.
    ///
    /// The first byte is aligned to a page; tensors lie wherever the file put them, so check
    /// alignment before reinterpreting a part as anything but bytes.
    public let unsafeBytes: UnsafeMutableRawBufferPointer
    /// The file that was mapped.
    public let path: String

    init(bytes: UnsafeMutableRawBufferPointer, path: String) {
        unsafeBytes = bytes
        self.path = path
    }

    deinit { munmap(unsafeBytes.baseAddress, unsafeBytes.count) }

    /// Gives back the memory of the pages that lie wholly in `range`; they are read again from the
    /// file when touched. Whatever was written to them is lost.
    func release(_ range: Range<Int>) {
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        let start = (range.lowerBound + page - 1) / page * page
        let end = range.upperBound / page * page
        guard start < end, let base = unsafeBytes.baseAddress else { return }
        // Advice only: a refusal costs memory, not correctness.
        madvise(base + start, end - start, MADV_DONTNEED)
    }

    /// Copies a part out.
    ///
    /// - Parameter range: bytes from the start of the file, such as ``TensorEntry/byteRange``.
    /// - Returns: the bytes as they are in memory now.
    /// - Throws: ``CheckpointError`` if the range is not within the file.
    public func bytes(in range: Range<Int>) throws -> [UInt8] {
        guard range.lowerBound >= 0, range.upperBound <= unsafeBytes.count else {
            throw CheckpointError(
                file: path,
                .layout(expected: "a range in \(unsafeBytes.count) bytes", found: "\(range)"))
        }
        return withExtendedLifetime(self) { Array(unsafeBytes[range]) }
    }
}
