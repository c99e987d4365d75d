import Foundation

/// Writes a file so that readers see the old one or the new one, never a part.
///
/// Bytes go to a temporary file in the same folder, which is synchronised to disk and renamed over
/// the target, and then the folder is synchronised. On any failure before the rename the temporary
/// is removed and the old file is as it was. A process killed while writing leaves a hidden
/// `.….partial` file that may be deleted.
public final class AtomicFile {
    /// Where the file will be. A symbolic link is followed, so that it stays a link.
    public let path: String
    /// Bytes written so far.
    public private(set) var byteCount = 0
    private let temporary: String
    private let descriptor: Int32

    /// Replaces the file at `path` by what `body` writes.
    ///
    /// An existing file's permissions are kept; a new one gets those that the umask leaves.
    ///
    /// - Parameters:
    ///   - path: the file to create or replace; its folder must exist.
    ///   - body: writes the contents, in order; if it throws, nothing changes.
    /// - Returns: what `body` returned, after the file is safely on disk.
    /// - Throws: ``CheckpointError`` with the system's reason, or what `body` threw.
    @discardableResult
    public static func write<Result>(
        to path: String, _ body: (AtomicFile) throws -> Result
    ) throws -> Result {
        let file = try AtomicFile(path)
        do {
            let result = try body(file)
            try file.commit()
            return result
        } catch {
            file.discard()
            throw error
        }
    }

    /// Replaces the file at `path` by these bytes.
    ///
    /// - Parameters:
    ///   - contents: the whole new file.
    ///   - path: the file to create or replace; its folder must exist.
    /// - Throws: ``CheckpointError`` with the system's reason.
    public static func write(_ contents: [UInt8], to path: String) throws {
        try write(to: path) { file in try contents.withUnsafeBytes { try file.write($0) } }
    }

    /// Appends bytes.
    ///
    /// - Parameter bytes: copied out before this returns.
    /// - Throws: ``CheckpointError`` with the system's reason, such as a full disk.
    public func write(_ bytes: UnsafeRawBufferPointer) throws {
        var done = 0
        while done < bytes.count {
            let part = UnsafeRawBufferPointer(rebasing: bytes[done...])
            // Linux writes at most 2 GiB at a time, macOS refuses more.
            let count = Foundation.write(descriptor, part.baseAddress, min(part.count, 1 << 30))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure("write it", count < 0 ? errno : ENOSPC) }
            done += count
        }
        byteCount += bytes.count
    }

    private init(_ path: String) throws {
        self.path = Self.resolved(path)
        var status = stat()
        let exists = stat(self.path, &status) == 0
        if exists, status.st_mode & S_IFMT != S_IFREG {
            throw CheckpointError(file: path, .notARegularFile)
        }
        let (folder, name) = pathParts(self.path)
        let random = String(UInt64.random(in: 0...UInt64.max), radix: 16)
        // File names end at 255 bytes; 40 characters of at most 4 bytes leave room for the rest.
        temporary =
            "\(folder)/.\(name.unicodeScalars.prefix(40).map(String.init).joined())"
            + ".\(random).partial"
        descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else {
            throw CheckpointError(
                file: path, .system(doing: "create a file in its folder", code: errno))
        }
        if exists, fchmod(descriptor, status.st_mode & 0o777) != 0 {
            let error = failure("keep its permissions", errno)
            discard()
            throw error
        }
    }

    /// Makes the new file the one, for good.
    private func commit() throws {
        guard synchronise(descriptor) else { throw failure("flush it to disk", errno) }
        guard rename(temporary, path) == 0 else { throw failure("rename it", errno) }
        // Without this a power cut could bring back the old name after we reported success.
        let folder = pathParts(path).folder
        guard synchroniseNames(in: folder) else { throw failure("flush its folder to disk", errno) }
        close(descriptor)
    }

    private func discard() {
        unlink(temporary)
        close(descriptor)
    }

    private func failure(_ doing: String, _ code: Int32) -> CheckpointError {
        CheckpointError(file: path, .system(doing: doing, code: code))
    }

    /// Follows a symbolic link to the file to replace.
    private static func resolved(_ path: String) -> String {
        guard let real = realpath(path, nil) else { return path }
        defer { free(real) }
        return String(cString: real)
    }
}

/// fsync on macOS leaves data in the drive's cache.
private func synchronise(_ descriptor: Int32) -> Bool {
    #if canImport(Darwin)
        if fcntl(descriptor, F_FULLFSYNC) == 0 { return true }
    #endif
    return fsync(descriptor) == 0
}

/// Flushes a folder's names to disk, where that can be done: some network file systems cannot, and
/// a folder may be writable and not readable.
///
/// - Returns: false, and the reason in `errno`, for a disk that fails or is full.
func synchroniseNames(in folder: String) -> Bool {
    let descriptor = open(folder, O_RDONLY | O_CLOEXEC)
    var code = descriptor < 0 ? errno : 0
    if descriptor >= 0 {
        if !synchronise(descriptor) { code = errno }
        close(descriptor)
    }
    errno = code
    return ![EIO, ENOSPC, EDQUOT].contains(code)
}
