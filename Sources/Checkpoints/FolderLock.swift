import Foundation

/// Keeps other writers out of a folder for as long as it lives.
///
/// A lock of the system on a file in the folder: it goes with its holder, however that ends. The
/// file is removed at the end; one that a killed process left does no harm.
package final class FolderLock {
    /// Why a folder could not be locked.
    package enum Failure: Error, Equatable {
        /// Another writer, in this process or elsewhere, holds it.
        case busy
        /// The system refused.
        case system(doing: String, code: Int32)
    }

    package static let name = ".writer.lock"
    private let descriptor: Int32
    private let path: String

    /// Locks a folder.
    ///
    /// - Throws: ``Failure``.
    package init(_ folder: String) throws {
        path = "\(folder)/\(Self.name)"
        while true {
            let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
            guard file >= 0 else {
                throw Failure.system(doing: "make its lock file", code: errno)
            }
            guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
                let code = errno
                close(file)
                guard code == EWOULDBLOCK else {
                    throw Failure.system(doing: "lock it", code: code)
                }
                throw Failure.busy
            }
            // The former holder may have removed the file between our two calls; a lock on what no
            // longer has a name keeps nobody out.
            if Self.same(file, path) {
                descriptor = file
                return
            }
            close(file)
        }
    }

    deinit {
        unlink(path)
        close(descriptor)
    }

    private static func same(_ descriptor: Int32, _ path: String) -> Bool {
        var (held, named) = (stat(), stat())
        return fstat(descriptor, &held) == 0 && stat(path, &named) == 0
            && held.st_ino == named.st_ino && held.st_dev == named.st_dev
    }
}
