/// The folder that holds `path` and the name within it.
///
/// Foundation's `deletingLastPathComponent` crashes on Linux for names of one character (Swift
/// 6.3), so paths are taken apart here.
///
/// - Parameter path: as a user writes it; slashes at its end do not count.
/// - Returns: `.` and `x` for `x`; `/` and `x` for `/x`; `a/b` and `c` for `a/b/c/`.
package func pathParts(_ path: String) -> (folder: String, name: String) {
    var rest = path[...]
    while rest.count > 1, rest.last == "/" { rest.removeLast() }
    guard let slash = rest.lastIndex(of: "/") else { return (".", String(rest)) }
    let name = String(rest[rest.index(after: slash)...])
    var folder = rest[..<slash]
    while folder.count > 1, folder.last == "/" { folder.removeLast() }
    return (folder.isEmpty ? "/" : String(folder), name)
}
