import Checkpoints
import Testing

/// Formats are told by their bytes, and every extension lies here.
@Suite struct FileFormatTests {
    @Test func readsFormatsUnderEachOthersExtensions() throws {
        let folder = try Folder()
        let safetensors = try contents(fixture("torch.safetensors"))
        let disguised = try folder.write(safetensors, "model.ckpt")
        #expect(try openCheckpoint(disguised) is SafetensorsFile)
        let zip = try folder.write(Zip.torch().bytes, "model.safetensors")
        #expect(try openCheckpoint(zip) is TorchArchive)
        #expect(
            sentence { _ = try SafetensorsFile(zip) } == """
                model.safetensors: expected a safetensors file, found a zip archive (torch 1.6 or \
                later, or another zip); open it as what it is, whatever its extension.
                """)
    }

    /// The length of such a header has a pickle's first two bytes.
    @Test(arguments: [0x280, 0x380, 0x480, 0x580])
    func readsSafetensorsWhoseLengthLooksLikeAPickle(_ length: Int) throws {
        let folder = try Folder()
        let count = [UInt8(length & 0xFF), UInt8(length >> 8), 0, 0, 0, 0, 0, 0]
        let header = Array("{}".utf8) + [UInt8](repeating: 0x20, count: length - 2)
        let path = try folder.write(count + header, "model.safetensors")
        #expect(try openCheckpoint(path) is SafetensorsFile)
    }

    static let others: [(bytes: [UInt8], says: String)] = [
        ([], "found an empty file; fetch it again"),
        ([0x1F, 0x8B, 8, 0], "found gzip-compressed data; unpack it yourself first"),
        (Array("7z".utf8) + [0xBC, 0xAF, 0x27, 0x1C, 0, 4], "found a 7z archive"),
        ([0x89] + Array("HDF\r\n".utf8) + [0x1A, 0x0A], "found an HDF5 file (Keras)"),
        (Array("GGUF".utf8) + [3, 0, 0, 0], "found a GGUF file (llama.cpp)"),
        ([8, 7, 0x12, 7] + Array("pytorch".utf8), "found what looks like an ONNX model"),
        ([0x28, 0xB5, 0x2F, 0xFD], "found zstandard-compressed data"),
        ([0x93] + Array("NUMPY".utf8) + [1, 0], "found a NumPy array file"),
        ([UInt8](repeating: 0, count: 257) + Array("ustar\0".utf8), "found a tar archive"),
        (
            Array("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n".utf8),
            "found a git-lfs pointer, not the weights themselves; run `git lfs pull`"
        ),
        (Array("\n<!DOCTYPE html><html>".utf8), "found a web page"),
        (Array("Access denied\n".utf8), "found plain text"),
        ([0x80, 4, 0x4E, 0x2E], "found a Python pickle that torch.save did not write"),
        ([1, 2, 3, 4, 5, 6, 7, 8, 9], "found data of no known format"),
    ]

    @Test(arguments: others.indices)
    func namesFormatsItDoesNotRead(_ k: Int) throws {
        let folder = try Folder()
        let path = try folder.write(Self.others[k].bytes, "model.safetensors")
        let found = try #require(sentence { _ = try openCheckpoint(path) })
        #expect(
            found.contains("expected a safetensors or torch file, " + Self.others[k].says),
            "\(found)")
    }
}
