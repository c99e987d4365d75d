import Checkpoints
import Foundation

/// Rules for files that a command writes.
enum Output {
    /// Refuses, before any work, what could not be written at its end.
    static func check(_ path: String, force: Bool) throws {
        var isFolder: ObjCBool = false
        let manager = FileManager.default
        if manager.fileExists(atPath: path, isDirectory: &isFolder) {
            if isFolder.boolValue {
                throw CommandError(
                    "\(path): expected the name of a file to write, found a folder; add a file name",
                    code: Failure.badOutput)
            }
            if !force {
                throw CommandError(
                    "\(path): expected a new file name, found an existing file; --force replaces it",
                    code: Failure.badOutput)
            }
        }
        try checkParent(of: path)
    }

    /// The same for a folder. With `force` an existing one may be replaced, if it is a model's.
    static func checkFolder(_ path: String, force: Bool) throws {
        let manager = FileManager.default
        if manager.fileExists(atPath: path) {
            guard force else {
                throw CommandError(
                    "\(path): expected a new folder name, found one that is taken; --force "
                        + "replaces a model folder",
                    code: Failure.badOutput)
            }
            let marks = ["model_index.json", "config.json"].map { "\(path)/\($0)" }
            let isEmpty = (try? manager.contentsOfDirectory(atPath: path))?.isEmpty ?? false
            guard isEmpty || marks.contains(where: manager.fileExists) else {
                throw CommandError(
                    "\(path): expected a model folder to replace, found none with a "
                        + "model_index.json or config.json; name another folder",
                    code: Failure.badOutput)
            }
        }
        try checkParent(of: path)
    }

    /// Makes a folder to write into, if it is missing.
    static func makeFolder(_ path: String) throws {
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true)
        } catch {
            throw CommandError(
                "\(path): expected a folder to write into, found an obstacle: "
                    + error.localizedDescription, code: Failure.badOutput)
        }
    }

    /// Makes a folder for files whose names a command chooses: with others in it, only with `force`.
    static func makeNewFolder(_ path: String, force: Bool) throws {
        try makeFolder(path)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        guard names.isEmpty || force else {
            throw CommandError(
                "\(path): expected an empty folder or a new one, found \(names.count) "
                    + "\(names.count == 1 ? "file" : "files") in it; --force replaces those of the "
                    + "same name", code: Failure.badOutput)
        }
    }

    /// `out.png`, or `out-1.png`, `out-2.png` of several.
    static func numbered(_ path: String, count: Int) -> [String] {
        guard count > 1 else { return [path] }
        let (folder, name) = pathParts(path)
        let dot = name.dropFirst().lastIndex(of: ".") ?? name.endIndex
        return (1...count).map { "\(folder)/\(name[..<dot])-\($0)\(name[dot...])" }
    }

    private static func checkParent(of path: String) throws {
        var isFolder: ObjCBool = false
        let manager = FileManager.default
        let folder = pathParts(path).folder
        guard manager.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue else {
            throw CommandError(
                "\(path): expected an existing folder \(folder), found none; create it first",
                code: Failure.badOutput)
        }
        guard manager.isWritableFile(atPath: folder) else {
            throw CommandError(
                "\(path): expected a folder that may be written, found \(folder) write-protected",
                code: Failure.badOutput)
        }
    }
}

/// Numbers for people.
enum Format {
    /// `1.7 GiB`.
    static func bytes(_ count: Int) -> String {
        let units = ["KiB", "MiB", "GiB", "TiB"]
        guard count >= 1024 else { return "\(count) bytes" }
        var value = Double(count) / 1024
        var unit = 0
        while value >= 1024, unit + 1 < units.count {
            value /= 1024
            unit += 1
        }
        return String(format: "%.1f ", value) + units[unit]
    }

    /// `859,520,964`.
    static func count(_ value: Int) -> String {
        var text = ""
        for (index, digit) in String(value).reversed().enumerated() {
            if index > 0, index % 3 == 0, digit != "-" { text.append(",") }
            text.append(digit)
        }
        return String(text.reversed())
    }
}
