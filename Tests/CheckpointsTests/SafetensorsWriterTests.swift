import Checkpoints
import Foundation
import Testing
import Torch

@Suite struct SafetensorsWriterTests {
    /// `types.safetensors` is by the reference library; see Reference/checkpoints/write_fixtures.py.
    @Test func writesTheReferencesBytes() throws {
        let folder = try Folder()
        let file = try SafetensorsFile(fixture("types.safetensors"))
        let tensors = try file.entries.shuffled().map {
            TensorSource(
                name: $0.name, dtype: $0.dtype, shape: $0.shape, bytes: try file.bytes(of: $0))
        }
        try SafetensorsWriter.write(tensors, metadata: file.metadata, to: folder.file("copy"))
        #expect(try contents(folder.file("copy")) == contents(fixture("types.safetensors")))
    }

    /// Python: `safetensors.torch.save({})`.
    @Test func writesAnEmptySet() throws {
        let folder = try Folder()
        try SafetensorsWriter.write([], to: folder.file("a"))
        #expect(try contents(folder.file("a")) == littleEndian(UInt64(8)) + Array("{}      ".utf8))
        #expect(try SafetensorsFile(folder.file("a")).entries.isEmpty)
    }

    @Test func keepsHostileTextInNamesAndMetadata() throws {
        let folder = try Folder()
        let metadata = ["\u{1}\u{8}\u{C}\n\r\t\"\\/": "\u{7F}\u{2028}é😀", "": ""]
        let name = "q\"\\/é😀"
        try SafetensorsWriter.write(
            [TensorSource(name: name, dtype: .uint8, shape: [], bytes: [3])],
            metadata: metadata, to: folder.file("a"))
        let file = try SafetensorsFile(folder.file("a"))
        #expect(file.metadata == metadata)
        #expect(file.entries.map(\.name) == [name])
    }

    @Test func alignsEveryTensorAndTakesBytesInParts() throws {
        let folder = try Folder()
        let types: [DType] = [.uint8, .float64, .float16, .float32, .bool, .complex64, .int16]
        let tensors = types.enumerated().map { k, type in
            TensorSource(name: "t\(k)", dtype: type, shape: [3]) { sink in
                for _ in 0..<3 {
                    try [UInt8](repeating: UInt8(k), count: type.byteCount).withUnsafeBytes {
                        try sink($0)
                    }
                }
            }
        }
        try SafetensorsWriter.write(tensors, to: folder.file("a"))
        let file = try SafetensorsFile(folder.file("a"))
        for entry in file.entries {
            let start = try #require(entry.byteRange?.lowerBound)
            let alignment = entry.dtype == .complex64 ? 4 : entry.dtype.byteCount
            #expect(start % alignment == 0, "\(entry)")
        }
    }

    struct Refused: Sendable {
        var names = ["w"]
        var dtype = DType.uint8
        var shape = [2]
        var bytes: [UInt8] = [1, 2]
        let says: String
    }

    @Test(arguments: [
        Refused(
            bytes: [1],
            says: "tensor \"w\": expected 2 bytes for uint8 [2], found 1 from its source."),
        Refused(
            bytes: [1, 2, 3],
            says: "tensor \"w\": expected 2 bytes for uint8 [2], found more from its source."),
        Refused(
            dtype: .complex128,
            says:
                "cannot write tensor \"w\", because safetensors has no complex128; convert it first."
        ),
        Refused(
            shape: [-1], says: "cannot write tensor \"w\", because no tensor has the shape [-1]."),
        Refused(
            shape: [1 << 40, 1 << 40],
            says:
                "cannot write tensor \"w\", because no tensor has the shape [1099511627776, 1099511627776]."
        ),
        Refused(
            names: ["w", "w"],
            says: "cannot write two tensors named \"w\", because a reader could find only one."),
        Refused(
            names: [""],
            says: "tensor \"\": expected a name without control characters, found an empty one."),
        Refused(
            names: ["__metadata__"],
            says:
                "tensor \"__metadata__\": expected a name without control characters, found this one."
        ),
    ])
    func refusesWhatCannotBeReadAndKeepsTheOldFile(_ refused: Refused) throws {
        let folder = try Folder()
        try folder.write([42], "a")
        let tensors = refused.names.map {
            TensorSource(
                name: $0, dtype: refused.dtype, shape: refused.shape, bytes: refused.bytes)
        }
        let found = sentence { try SafetensorsWriter.write(tensors, to: folder.file("a")) }
        #expect(found == "a: " + refused.says)
        #expect(try folder.names() == ["a"])
        #expect(try contents(folder.file("a")) == [42])
    }
}
