import Diffusion
import Foundation
import Testing

/// A folder of its own for one test, removed with the value.
final class Folder {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory
            .appendingPathComponent("diffusion-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { "\(path)/\(name)" }

    /// Writes a file, and the folders on its way.
    @discardableResult
    func write(_ text: String, _ name: String) throws -> String {
        let url = URL(fileURLWithPath: file(name))
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
        return url.path
    }
}

/// The sentence of the ``DiffusionError`` that `body` throws, without `folder`'s path; nil if none.
func sentence(in folder: Folder? = nil, _ body: () throws -> Void) -> String? {
    do {
        try body()
        return nil
    } catch let error as DiffusionError {
        guard let folder else { return error.description }
        return error.description.replacingOccurrences(of: folder.path + "/", with: "")
            .replacingOccurrences(of: folder.path, with: ".")
    } catch {
        Issue.record("expected a DiffusionError, found \(error)")
        return nil
    }
}
