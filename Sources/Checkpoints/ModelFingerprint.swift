import Foundation

/// What tells models apart without reading gigabytes.
public enum ModelFingerprint {
    /// SHA-256 of each weight and configuration file's size, beginning and end.
    ///
    /// - Parameter paths: files, and folders whose `.safetensors`, `.bin` and `.json` files count.
    /// - Returns: in hexadecimal.
    /// - Throws: `CheckpointError` for what cannot be read.
    public static func of(_ paths: [String]) throws -> String {
        var known: [UInt8] = []
        for path in paths {
            for name in try files(path) {
                let file = try InputFile(name)
                let part = min(file.size, 1 << 20)
                known += Array("\(file.size)".utf8)
                known += try file.bytes(at: 0, count: part)
                known += try file.bytes(at: file.size - part, count: part)
            }
        }
        return SHA256.hex(known)
    }

    private static func files(_ path: String) throws -> [String] {
        var isFolder: ObjCBool = false
        _ = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
        guard isFolder.boolValue else { return [path] }
        return try FileManager.default.contentsOfDirectory(atPath: path).sorted()
            .filter { name in
                [".safetensors", ".bin", ".json"].contains { name.hasSuffix($0) }
            }
            .map { "\(path)/\($0)" }
    }
}
