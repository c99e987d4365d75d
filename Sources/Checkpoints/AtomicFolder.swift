import Foundation

/// Writes a folder that appears complete or not at all.
///
/// Everything goes to a hidden folder beside the target, which is renamed when all is there. A
/// process killed while writing leaves a `.….partial` folder that may be deleted.
public enum AtomicFolder {
    /// Makes the folder at `path` from what `body` writes.
    ///
    /// - Parameters:
    ///   - path: the folder to create; the one that will hold it must exist.
    ///   - replacing: whether a folder of this name may be replaced. The old one is removed only
    ///     after the new one stands in its place.
    ///   - temporary: where the contents grow; a hidden name beside the target if nil.
    ///   - body: writes into the folder whose path it is given; if it throws, nothing changes.
    /// - Returns: what `body` returned.
    /// - Throws: ``CheckpointError`` if the folder exists already, or with the system's reason;
    ///   what `body` threw.
    @discardableResult
    public static func write<Result>(
        to path: String, replacing: Bool = false, through temporary: String? = nil,
        _ body: (String) throws -> Result
    ) throws -> Result {
        let (folder, name) = pathParts(path)
        let target = "\(folder)/\(name)"
        let manager = FileManager.default
        if !replacing, manager.fileExists(atPath: target) {
            throw CheckpointError(
                file: path, .cannotWrite("a new folder", because: "this name is taken"))
        }
        let temporary = temporary ?? sibling(of: target, "partial")
        guard mkdir(temporary, 0o777) == 0 else {
            throw failure(path, "create a folder beside it")
        }
        do {
            let result = try body(temporary)
            // Names are flushed before the rename, and the rename before success is reported.
            try synchronise(temporary, as: path)
            try move(temporary, to: target, as: path)
            try synchronise(folder, as: path)
            return result
        } catch {
            try? manager.removeItem(atPath: temporary)
            throw error
        }
    }

    private static func synchronise(_ folder: String, as path: String) throws {
        guard synchroniseNames(in: folder) else { throw failure(path, "flush it to disk") }
    }

    private static func move(_ temporary: String, to target: String, as path: String) throws {
        guard FileManager.default.fileExists(atPath: target) else {
            guard rename(temporary, target) == 0 else { throw failure(path, "rename it") }
            return
        }
        let old = sibling(of: target, "old")
        guard rename(target, old) == 0 else { throw failure(path, "set the old one aside") }
        guard rename(temporary, target) == 0 else {
            let error = failure(path, "rename it")
            rename(old, target)
            throw error
        }
        try? FileManager.default.removeItem(atPath: old)
    }

    private static func sibling(of path: String, _ ending: String) -> String {
        let (folder, name) = pathParts(path)
        let random = String(UInt64.random(in: 0...UInt64.max), radix: 16)
        let short = name.unicodeScalars.prefix(40).map(String.init).joined()
        return "\(folder)/.\(short).\(random).\(ending)"
    }

    private static func failure(_ path: String, _ doing: String) -> CheckpointError {
        CheckpointError(file: path, .system(doing: doing, code: errno))
    }
}
