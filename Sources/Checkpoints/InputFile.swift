import Foundation

/// A file open for reading at any offset; it closes itself.
///
/// Reads go through `pread`, so threads may share one. The descriptor is opened once, read-only,
/// and never handed to a child process.
package final class InputFile: Sendable {
    /// As the caller named it; used in errors.
    package let path: String
    /// Size in bytes when it was opened.
    package let size: Int
    private let descriptor: Int32
    private let stamp: Stamp

    /// Opens `path` and looks at it once.
    ///
    /// - Throws: ``CheckpointError`` if it cannot be opened or is not a plain file.
    package init(_ path: String) throws {
        // O_NONBLOCK: opening a named pipe must not wait for a writer. Plain files ignore it.
        descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            throw CheckpointError(file: path, .system(doing: "open it", code: errno))
        }
        self.path = path
        do {
            stamp = try Stamp(descriptor, path: path)
        } catch {
            close(descriptor)
            throw error
        }
        size = stamp.size
    }

    deinit { close(descriptor) }

    /// Fills `buffer` from `offset`; a file that ends early has changed under us.
    func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
        var done = 0
        while done < buffer.count {
            let part = UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
            // Linux reads at most 2 GiB at a time, macOS refuses more.
            let limit = min(part.count, 1 << 30)
            let count = pread(descriptor, part.baseAddress, limit, off_t(offset + done))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure(doing: "read it", code: errno) }
            guard count > 0 else { throw CheckpointError(file: path, .changedWhileReading) }
            done += count
        }
    }

    /// `count` bytes from `offset`; the caller has checked them against ``size``.
    package func bytes(at offset: Int, count: Int) throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            let target = UnsafeMutableRawBufferPointer(
                start: buffer.baseAddress, count: count)
            if count > 0 { try read(at: offset, into: target) }
            initialized = count
        }
    }

    /// The first bytes, for telling formats apart.
    func format() throws -> FileFormat {
        FileFormat(prefix: try bytes(at: 0, count: min(512, size)), fileSize: size)
    }

    /// Throws if size or modification time moved since the file was opened.
    func checkUnchanged() throws {
        guard try Stamp(descriptor, path: path) == stamp else {
            throw CheckpointError(file: path, .changedWhileReading)
        }
    }

    /// Maps the whole file, copy on write.
    func map() throws -> FileMapping {
        guard size > 0 else { throw CheckpointError(file: path, .changedWhileReading) }
        let address = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE, descriptor, 0)
        guard let address, address != MAP_FAILED else {
            throw failure(doing: "map it into memory", code: errno)
        }
        let mapping = FileMapping(
            bytes: UnsafeMutableRawBufferPointer(start: address, count: size), path: path)
        try checkUnchanged()
        return mapping
    }

    private func failure(doing: String, code: Int32) -> CheckpointError {
        CheckpointError(file: path, .system(doing: doing, code: code))
    }
}

/// What must stay the same while a file is read.
private struct Stamp: Equatable {
    let size: Int
    let seconds: Int
    let nanoseconds: Int

    init(_ descriptor: Int32, path: String) throws {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw CheckpointError(file: path, .system(doing: "look at it", code: errno))
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw CheckpointError(file: path, .notARegularFile)
        }
        size = Int(status.st_size)
        #if canImport(Darwin)
            seconds = status.st_mtimespec.tv_sec
            nanoseconds = status.st_mtimespec.tv_nsec
        #else
            seconds = status.st_mtim.tv_sec
            nanoseconds = status.st_mtim.tv_nsec
        #endif
    }
}
