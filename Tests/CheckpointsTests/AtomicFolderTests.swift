import Checkpoints
import Foundation
import Testing

@Suite struct AtomicFolderTests {
    private struct Refusal: Error {}

    @Test func appearsCompleteOrNotAtAll() throws {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let target = "\(folder)/m"
        #expect(throws: Refusal.self) {
            try AtomicFolder.write(to: target) { place in
                try AtomicFile.write([1], to: "\(place)/a")
                #expect(!FileManager.default.fileExists(atPath: target))
                throw Refusal()
            }
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
        try AtomicFolder.write(to: target + "/") { try AtomicFile.write([1], to: "\($0)/a") }
        #expect(
            try FileManager.default.subpathsOfDirectory(atPath: folder).sorted() == ["m", "m/a"])
    }

    @Test func replacesOnlyWhenAsked() throws {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let target = "\(folder)/model"
        try AtomicFolder.write(to: target) { try AtomicFile.write([1], to: "\($0)/old") }
        #expect(
            throws: CheckpointError(
                file: target, .cannotWrite("a new folder", because: "this name is taken"))
        ) { try AtomicFolder.write(to: target) { _ in } }
        #expect(throws: Refusal.self) {
            try AtomicFolder.write(to: target, replacing: true) { _ in throw Refusal() }
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: target) == ["old"])
        try AtomicFolder.write(to: target, replacing: true) {
            try AtomicFile.write([1], to: "\($0)/new")
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: target) == ["new"])
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["model"])
    }

    @Test(arguments: [
        ("x", ".", "x"), ("ab", ".", "ab"), ("/x", "/", "x"), ("a/b/c/", "a/b", "c"),
        ("./x", ".", "x"), ("a//b", "a", "b"), ("/", "/", ""), ("", ".", ""), ("//x", "/", "x"),
    ])
    func takesPathsApart(path: String, folder: String, name: String) {
        #expect(pathParts(path) == (folder, name))
    }

    private func temporaryFolder() throws -> String {
        let url = FileManager.default.temporaryDirectory
            .appendingPathComponent("atomic-folder-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        return url.path
    }
}
