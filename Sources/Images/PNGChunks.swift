/// The chunks of a PNG file that hold text; PNG specification (third edition), sections 5 and 11.3.3.
enum PNGChunks {
    static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

    /// One chunk: its type and its data. Whether the checksum holds is asked only where it matters.
    struct Chunk {
        let type: String
        let data: ByteReader
        let storedCRC: Int

        var isIntact: Bool { Int(CRC32.checksum(type: type, data: data.bytes)) == storedCRC }
    }

    /// Calls `visit` with each chunk until it returns false, the file ends, or the structure breaks.
    static func walk(_ bytes: [UInt8], _ visit: (Chunk) -> Bool) {
        let reader = ByteReader(bytes)
        var offset = signature.count
        while let length = reader.u32(offset), let type = reader.fourCC(offset + 4),
            let data = reader.slice(offset + 8, length),
            let crc = reader.u32(offset + 8 + length)
        {
            guard visit(Chunk(type: type, data: data, storedCRC: crc)), type != "IEND" else {
                return
            }
            offset += length + 12
        }
    }

    /// Frames of an animated PNG (its `acTL` chunk, which precedes the pixels), or nil.
    static func animationFrames(in bytes: [UInt8]) -> Int? {
        var frames: Int?
        walk(bytes) { chunk in
            if chunk.type == "acTL" {
                frames = chunk.data.u32(0)
            }
            return frames == nil && chunk.type != "IDAT"
        }
        return frames
    }

    /// The data of the first chunk of a type.
    static func first(_ type: String, in bytes: [UInt8]) -> ByteReader? {
        var found: ByteReader?
        walk(bytes) { chunk in
            if chunk.type == type {
                found = chunk.data
            }
            return found == nil
        }
        return found
    }

    /// Gathers `tEXt` and uncompressed `iTXt`. Compressed texts are left out: there is no telling
    /// how large they are without inflating them.
    static func readText(_ bytes: [UInt8], into collector: inout TextCollector) {
        walk(bytes) { chunk in
            guard ["tEXt", "iTXt", "zTXt"].contains(chunk.type) else { return true }
            guard chunk.isIntact else {
                collector.note("A text chunk with a wrong checksum was left out.")
                return true
            }
            let parts = Array(chunk.data.bytes)
            guard let end = parts.prefix(80).firstIndex(of: 0), end > 0 else {
                collector.note("A text chunk without a keyword was left out.")
                return true
            }
            let keyword = latin1(parts[..<end])
            switch chunk.type {
            case "tEXt":
                collector.add(keyword, latin1(parts[(end + 1)...]))
            case "iTXt" where parts.count > end + 2 && parts[end + 1] == 0:
                // After two flag bytes: language, NUL, translated keyword, NUL, text.
                let fields = parts[(end + 3)...].split(
                    separator: 0, maxSplits: 2, omittingEmptySubsequences: false)
                if fields.count == 3, let text = String(validating: fields[2], as: UTF8.self) {
                    collector.add(keyword, text)
                } else {
                    collector.note("A text chunk that is not UTF-8 was left out.")
                }
            default:
                collector.note("Compressed text '\(keyword)' was left out.")
            }
            return true
        }
    }

    /// The file with text chunks before its pixels: Latin-1 texts as `tEXt`, others as `iTXt`.
    static func adding(_ text: TextMetadata, to bytes: [UInt8]) throws -> [UInt8] {
        guard let header = ByteReader(bytes).u32(8), bytes.count >= header + 20 else {
            throw ImageError.notEncoded(format: .png, detail: "the encoder's file has no header")
        }
        let split = 8 + 12 + header
        var out = Array(bytes[..<split])
        for entry in text.entries {
            let keyword = entry.keyword.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
            if entry.keyword != TextMetadata.xmpKeyword, let plain = latin1Bytes(entry.text) {
                out.append(chunk: "tEXt", data: keyword + [0] + plain)
            } else {
                out.append(chunk: "iTXt", data: keyword + [0, 0, 0, 0, 0] + Array(entry.text.utf8))
            }
        }
        return out + bytes[split...]
    }

    private static func latin1(_ bytes: ArraySlice<UInt8>) -> String {
        var text = String.UnicodeScalarView()
        for byte in bytes { text.append(Unicode.Scalar(byte)) }
        return String(text)
    }

    /// The text in Latin-1, or nil. Control characters other than a new line are not allowed there.
    private static func latin1Bytes(_ text: String) -> [UInt8]? {
        var bytes: [UInt8] = []
        for scalar in text.unicodeScalars {
            let value = scalar.value
            guard value == 10 || (0x20...0x7E).contains(value) || (0xA0...0xFF).contains(value)
            else { return nil }
            bytes.append(UInt8(value))
        }
        return bytes
    }
}

extension [UInt8] {
    /// Appends a PNG chunk: length, type, data, checksum.
    mutating func append(chunk type: String, data: [UInt8]) {
        append(data.count, bytes: 4, order: .big)
        append(contentsOf: type.utf8)
        append(contentsOf: data)
        append(Int(CRC32.checksum(type: type, data: data[...])), bytes: 4, order: .big)
    }
}

/// The cyclic redundancy check of PNG (annex D): polynomial 0xEDB88320, reflected, inverted.
package enum CRC32 {
    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in
            value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1
        }
    }

    /// The checksum of some bytes.
    package static func checksum(_ bytes: some Sequence<UInt8>) -> UInt32 {
        ~update(0xFFFF_FFFF, bytes)
    }

    /// The checksum of a chunk: its type, then its data.
    static func checksum(type: String, data: ArraySlice<UInt8>) -> UInt32 {
        ~update(update(0xFFFF_FFFF, type.utf8), data)
    }

    private static func update(_ start: UInt32, _ bytes: some Sequence<UInt8>) -> UInt32 {
        bytes.reduce(start) { table[Int(($0 ^ UInt32($1)) & 0xFF)] ^ ($0 >> 8) }
    }
}
