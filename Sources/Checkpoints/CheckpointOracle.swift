import Foundation
import Torch

/// Lets a Python script compare this target with the reference libraries, file by file.
///
/// Standard input holds frames: 8 bytes little-endian length, then a file of that length. Each gets
/// an answer. Not a public interface; `Reference/checkpoints/parity.py` speaks it.
package enum CheckpointOracle {
    /// Answers every frame until the input ends.
    ///
    /// - Parameters:
    ///   - mode: `verdicts`: one byte per frame, `A` if the safetensors header is accepted, else
    ///     `R`. `rewrite`: the frame, a safetensors file, read and written again, as a frame; empty
    ///     if refused. `convert`: any checkpoint read and written as safetensors, likewise.
    ///   - input: descriptor to read from.
    ///   - output: descriptor to write to.
    /// - Throws: what the system says when a descriptor fails.
    package static func run(mode: String, input: Int32, output: Int32) throws {
        let input = FileHandle(fileDescriptor: input)
        let output = FileHandle(fileDescriptor: output)
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("oracle-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        while let length = try input.read(upToCount: 8), length.count == 8 {
            let count = length.reversed().reduce(0) { $0 << 8 | Int($1) }
            let frame = count == 0 ? Data() : try input.read(upToCount: count) ?? Data()
            if mode == "verdicts" {
                try output.write(contentsOf: Data((accepts([UInt8](frame)) ? "A" : "R").utf8))
            } else {
                let source = folder.appendingPathComponent("in"), target = source.path + ".out"
                try frame.write(to: source)
                let result = try? rewritten(source.path, to: target, any: mode == "convert")
                let answer = result ?? Data()
                let size = withUnsafeBytes(of: UInt64(answer.count).littleEndian) { Data($0) }
                try output.write(contentsOf: size + answer)
            }
        }
    }

    /// Whether a safetensors file with these bytes would be opened.
    package static func accepts(_ file: [UInt8]) -> Bool {
        guard
            let length = try? SafetensorsHeader.length(
                prefix: Array(file.prefix(8)), fileSize: file.count, file: "frame"),
            let header = try? SafetensorsHeader(
                json: Array(file[8..<8 + length]), fileSize: file.count, file: "frame")
        else { return false }
        return header.dataStart <= file.count
    }

    private static func rewritten(_ path: String, to target: String, any: Bool) throws -> Data {
        let reader: any CheckpointReader =
            any ? try openCheckpoint(path) : try SafetensorsFile(path)
        let tensors = try reader.entries.map { entry in
            let bytes = try reader.bytes(of: entry)
            return TensorSource(
                name: entry.name, dtype: entry.dtype, shape: entry.shape, bytes: bytes)
        }
        try SafetensorsWriter.write(tensors, metadata: reader.metadata, to: target)
        return try Data(contentsOf: URL(fileURLWithPath: target))
    }
}
