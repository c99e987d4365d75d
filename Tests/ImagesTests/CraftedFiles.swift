import Images

/// Small files made by hand, byte by byte, from the formats' specifications.
enum CraftedFiles {
    /// A progressive JPEG of any declared size with almost no data (T.81, annex B): tables, a frame
    /// header, then empty scans. Decoders allocate for the size before they notice.
    static func progressiveJPEG(width: Int, height: Int) -> [UInt8] {
        var file: [UInt8] = [0xFF, 0xD8]
        // One quantisation table of ones.
        file += [0xFF, 0xDB, 0, 67, 0] + [UInt8](repeating: 1, count: 64)
        // Frame: SOF2, 8 bits, three components of one sample each.
        file += [0xFF, 0xC2, 0, 17, 8]
        file += [UInt8(height >> 8), UInt8(height & 0xFF), UInt8(width >> 8), UInt8(width & 0xFF)]
        file += [3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0]
        // A DC and an AC table, each with the one code `0` for the symbol 0.
        for kind: UInt8 in [0x00, 0x10] {
            file += [0xFF, 0xC4, 0, 20, kind, 1] + [UInt8](repeating: 0, count: 15) + [0]
        }
        // Scans: DC of all components, then empty refinements until a thousand bytes are reached.
        file += [0xFF, 0xDA, 0, 12, 3, 1, 0, 2, 0, 3, 0, 0, 0, 0]
        file += [UInt8](repeating: 0, count: 64)
        for component in 0..<36 {
            file += [0xFF, 0xDA, 0, 8, 1, UInt8(component % 3 + 1), 0, 1, 63, 0]
            file += [UInt8](repeating: 0, count: 10)
        }
        return file + [0xFF, 0xD9]
    }

    /// A PNG header that declares a size, with an empty stream of pixels.
    static func png(width: Int, height: Int) -> [UInt8] {
        func number(_ value: Int) -> [UInt8] {
            (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
        }
        func chunk(_ type: String, _ data: [UInt8]) -> [UInt8] {
            let body = Array(type.utf8) + data
            return number(data.count) + body + number(Int(CRC32.checksum(body)))
        }
        return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
            + chunk("IHDR", number(width) + number(height) + [8, 2, 0, 0, 0])
            + chunk("IDAT", [0x78, 0x9C, 0x03, 0, 0, 0, 0, 1]) + chunk("IEND", [])
    }
}
