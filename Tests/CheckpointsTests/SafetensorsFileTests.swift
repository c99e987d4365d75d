import Checkpoints
import Foundation
import Testing
import Torch

@Suite struct SafetensorsFileTests {
    /// Fixture written by Reference/checkpoints/write_fixtures.py.
    @Test func readsWhatTheReferenceWrote() throws {
        let file = try SafetensorsFile(fixture("types.safetensors"))
        #expect(file.metadata == ["format": "pt"])
        #expect(file.warnings.isEmpty)
        // Tensor k of type T holds the bytes k, k+1, k+2, …
        let names = file.entries.map(\.name).sorted()
        #expect(names.count == 20)
        for (k, name) in names.enumerated() {
            let entry = try file.entry(named: name)
            #expect(entry.dtype.description == name)
            #expect(entry.shape == [2, 3])
            let expected = (0..<entry.byteCount).map { UInt8((k + $0) % 256) }
            #expect(try file.bytes(of: entry) == (name == "bool" ? [1, 0, 1, 0, 1, 0] : expected))
        }
    }

    @Test func mapsWithoutCopyingAndOutlivesTheFileObject() throws {
        let folder = try Folder()
        let path = folder.file("a.safetensors")
        try SafetensorsWriter.write(
            [TensorSource(name: "w", dtype: .float32, shape: [1], bytes: [1, 2, 3, 4])], to: path)
        var file: SafetensorsFile? = try SafetensorsFile(path)
        let range = try #require(try file?.entry(named: "w").byteRange)
        let mapping = try #require(try file?.map())
        file = nil
        #expect(try mapping.bytes(in: range) == [1, 2, 3, 4])
        withExtendedLifetime(mapping) { mapping.unsafeBytes[range.lowerBound] = 9 }
        // Copy on write: the file keeps its bytes, even when replaced while mapped.
        let again = try SafetensorsFile(path)
        #expect(try again.bytes(of: again.entry(named: "w")) == [1, 2, 3, 4])
        try SafetensorsWriter.write(
            [TensorSource(name: "w", dtype: .float32, shape: [1], bytes: [5, 5, 5, 5])], to: path)
        #expect(try mapping.bytes(in: range) == [9, 2, 3, 4])
    }

    @Test func noticesChangesWhileReading() throws {
        let folder = try Folder()
        let bytes = SafetensorsHeaderTests.file(SafetensorsHeaderTests.entry(), data: 1)
        let path = try folder.write(bytes, "a.safetensors")
        let file = try SafetensorsFile(path)
        let entry = try file.entry(named: "a")
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        try handle.truncate(atOffset: UInt64(bytes.count - 1))
        let expected =
            "a.safetensors: the file changed while being read; wait until it is "
            + "written completely and try again."
        #expect(sentence { _ = try file.bytes(of: entry) } == expected)
        #expect(sentence { _ = try file.map() } == expected)
    }

    @Test func refusesFoldersPipesAndMissingFiles() throws {
        let folder = try Folder()
        #expect(
            sentence { _ = try SafetensorsFile(folder.file("none.safetensors")) } == """
                none.safetensors: expected a file to open, found none of this name; check the path.
                """)
        let plain =
            "expected a plain file, found a folder, pipe or device; name the weight file "
            + "itself."
        #expect(sentence { _ = try SafetensorsFile(folder.path) }?.hasSuffix(plain) == true)
        mkfifo(folder.file("pipe"), 0o600)
        #expect(sentence { _ = try SafetensorsFile(folder.file("pipe")) } == "pipe: " + plain)
    }

    @Test func namesTheTensorsThatAreMissing() throws {
        let file = try SafetensorsFile(fixture("types.safetensors"))
        #expect(
            sentence { _ = try file.entry(named: "conv_in.weight") } == """
                types.safetensors: expected a tensor named "conv_in.weight", found none; \
                `likeness model info --tensors` lists them.
                """)
    }
}
