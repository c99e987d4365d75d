import Foundation

/// A whole file in memory, paged in as it is touched; tensors may be views into it.
///
/// Private and copy on write: writing to the memory never reaches the file. Keep the object alive
/// as long as any view. The file must not be truncated meanwhile, or touching a lost page kills
/// the process (SIGBUS), as with every memory map; ``AtomicFile`` replaces files by renaming, so
/// what it saves never disturbs a mapping.
public final class FileMapping: @unchecked Sendable {
    // Sendable by contract: the region lives until deinit, and who writes to it synchronises.

    /// The file's bytes. The first is aligned to a page; tensors lie wherever the file put them,
    /// so check alignment before reinterpreting a part as anything but bytes.
    public let bytes: UnsafeMutableRawBufferPointer
    /// The file that was mapped.
    public let path: String

    init(bytes: UnsafeMutableRawBufferPointer, path: String) {
        self.bytes = bytes
        self.path = path
    }

    deinit { munmap(bytes.baseAddress, bytes.count) }
}
