import Checkpoints
import Foundation
import Testing

@Suite struct AtomicFileTests {
    private struct Interruption: Error {}

    @Test(arguments: [0, 1, 100_000])
    func failureInTheMiddleLeavesTheOldFileAndNoTemporary(bytesBefore: Int) throws {
        let folder = try Folder()
        try folder.write([1, 2, 3], "a")
        #expect(throws: Interruption.self) {
            try AtomicFile.write(to: folder.file("a")) { file in
                try [UInt8](repeating: 0, count: bytesBefore).withUnsafeBytes { try file.write($0) }
                #expect(try contents(folder.file("a")) == [1, 2, 3])
                throw Interruption()
            }
        }
        #expect(try contents(folder.file("a")) == [1, 2, 3])
        #expect(try folder.names() == ["a"])
    }

    @Test func aFailedFirstWriteLeavesNothing() throws {
        let folder = try Folder()
        #expect(throws: Interruption.self) {
            try AtomicFile.write(to: folder.file("a")) { _ in throw Interruption() }
        }
        #expect(try folder.names() == [])
    }

    @Test func concurrentReadersNeverSeeHalf() async throws {
        let folder = try Folder()
        let path = folder.file("a")
        try AtomicFile.write([UInt8](repeating: 0, count: 300_000), to: path)
        try await withThrowingTaskGroup(of: Int.self) { group in
            group.addTask {
                for version in UInt8(1)...40 {
                    try AtomicFile.write([UInt8](repeating: version, count: 300_000), to: path)
                }
                return 0
            }
            for _ in 0..<3 {
                group.addTask {
                    var halves = 0
                    for _ in 0..<60 {
                        let bytes = try contents(path)
                        let isWhole =
                            bytes.count == 300_000
                            && bytes.allSatisfy { $0 == bytes.first }
                        if !isWhole { halves += 1 }
                    }
                    return halves
                }
            }
            for try await halves in group { #expect(halves == 0) }
        }
        #expect(try folder.names() == ["a"])
    }

    @Test func concurrentWritersLeaveOneWholeFile() async throws {
        let folder = try Folder()
        let path = folder.file("a")
        await withTaskGroup(of: Void.self) { group in
            for version in UInt8(0)..<8 {
                group.addTask {
                    try? AtomicFile.write([UInt8](repeating: version, count: 100_000), to: path)
                }
            }
        }
        let bytes = try contents(path)
        #expect(bytes.count == 100_000)
        #expect(bytes.allSatisfy { $0 == bytes.first })
        #expect(try folder.names() == ["a"])
    }

    @Test func keepsPermissionsAndFollowsLinks() throws {
        let folder = try Folder()
        try folder.write([1], "target")
        chmod(folder.file("target"), 0o640)
        symlink("target", folder.file("link"))
        try AtomicFile.write([2], to: folder.file("link"))
        #expect(try contents(folder.file("target")) == [2])
        var status = stat()
        #expect(lstat(folder.file("link"), &status) == 0 && status.st_mode & S_IFMT == S_IFLNK)
        #expect(stat(folder.file("target"), &status) == 0 && status.st_mode & 0o777 == 0o640)
    }

    @Test func namesTheReasonForARefusal() throws {
        let folder = try Folder()
        #expect(
            sentence { try AtomicFile.write([], to: folder.file("none/a")) } == """
                a: could not create a file in its folder, the system says No such file or \
                directory (errno 2).
                """)
        let device = sentence { try AtomicFile.write([], to: "/dev/null") }
        #expect(device?.contains("expected a plain file") == true)
    }

    @Test func takesTheLongestNamesThatFileSystemsAllow() throws {
        let folder = try Folder()
        let name = String(repeating: "é", count: 127)
        try AtomicFile.write([1], to: folder.file(name))
        #expect(try contents(folder.file(name)) == [1])
    }
}
