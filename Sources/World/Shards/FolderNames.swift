import Foundation

/// What a folder holds, in the order of the names' bytes, the same on every system.
///
/// - Throws: ``ShardError`` with the system's reason.
func names(in folder: String) throws -> [String] {
    guard let stream = opendir(folder) else {
        throw ShardError(folder, .system(doing: "list the folder", code: errno))
    }
    closedir(stream)
    return try FileManager.default.contentsOfDirectory(atPath: folder)
        .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
}

/// Whether there is a folder at `path`, or a link to one.
func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
}
