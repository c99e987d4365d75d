import Diffusion
import Foundation

/// Our half of `Reference/tokenizer/parity.py`: texts come in as frames (8 bytes little-endian
/// length, then UTF-8), tokens go back as frames of `int32`; in mode `detokenizer` the reverse.
enum TokenizerOracle {
    static func run(folder: String, decoding: Bool) throws {
        let tokenizer = try CLIPTokenizer(folder: folder)
        let input = FileHandle.standardInput
        let frames = try input.readToEnd() ?? Data()
        var answer = Data()
        var position = 0
        while position + 8 <= frames.count {
            let length = frames[position..<position + 8].reversed().reduce(0) { $0 << 8 | Int($1) }
            position += 8
            guard length <= frames.count - position else {
                throw CommandError("parity.py sent a frame that ends early")
            }
            let frame = frames[position..<position + length]
            position += length
            let reply =
                decoding
                ? Data(tokenizer.decode(numbers(frame)).utf8)
                : bytes(tokenizer.encode(String(decoding: frame, as: UTF8.self)))
            append(UInt64(reply.count), to: &answer)
            answer.append(reply)
        }
        try FileHandle.standardOutput.write(contentsOf: answer)
    }

    private static func append<Value: FixedWidthInteger>(_ value: Value, to data: inout Data) {
        withUnsafeBytes(of: value.littleEndian) { data.append(contentsOf: $0) }
    }

    private static func bytes(_ tokens: [Int]) -> Data {
        var data = Data(capacity: 4 * tokens.count)
        for token in tokens { append(Int32(token), to: &data) }
        return data
    }

    private static func numbers(_ frame: Data) -> [Int] {
        let bytes = [UInt8](frame)
        return stride(from: 0, to: bytes.count - 3, by: 4).map { start in
            let word = (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[start + $1]) << (8 * $1) }
            return Int(Int32(bitPattern: word))
        }
    }
}
