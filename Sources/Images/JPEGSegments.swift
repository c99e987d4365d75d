/// The segments of a JPEG file that hold text; ITU-T T.81 annex B, and EXIF 2.32 for APP1.
enum JPEGSegments {
    static let exifHeader = Array("Exif\0\0".utf8)
    static let xmpHeader = Array("http://ns.adobe.com/xap/1.0/\0".utf8)
    /// Most bytes after a segment's own two length bytes.
    static let capacity = 65533

    /// Calls `visit` with each segment before the pixels until it returns false.
    static func walk(_ bytes: [UInt8], _ visit: (_ marker: Int, _ data: ByteReader) -> Bool) {
        let reader = ByteReader(bytes)
        var offset = 2
        while reader.u8(offset) == 0xFF, let marker = reader.u8(offset + 1) {
            if marker == 0xFF {  // fill byte
                offset += 1
                continue
            }
            // Start of scan or end of image: what follows is not made of segments.
            if marker == 0xDA || marker == 0xD9 { return }
            guard let length = reader.u16(offset + 2), length >= 2,
                let data = reader.slice(offset + 4, length - 2), visit(marker, data)
            else { return }
            offset += 2 + length
        }
    }

    /// The first EXIF block: the TIFF structure inside APP1.
    static func exif(in bytes: [UInt8]) -> ByteReader? {
        var found: ByteReader?
        walk(bytes) { marker, data in
            if marker == 0xE1, data.bytes.starts(with: exifHeader) {
                found = data.suffix(from: exifHeader.count)
            }
            return found == nil
        }
        return found
    }

    /// Gathers UserComment, comments and XMP.
    static func readText(_ bytes: [UInt8], into collector: inout TextCollector) {
        walk(bytes) { marker, data in
            if marker == 0xE1, data.bytes.starts(with: exifHeader),
                let block = data.suffix(from: exifHeader.count), let exif = ExifBlock(block)
            {
                exif.readText(into: &collector)
            } else if marker == 0xE1, data.bytes.starts(with: xmpHeader),
                let packet = data.suffix(from: xmpHeader.count)
            {
                collector.add(
                    TextMetadata.xmpKeyword, String(decoding: packet.bytes, as: UTF8.self))
            } else if marker == 0xFE {
                collector.addLabelled(String(decoding: data.bytes, as: UTF8.self))
            }
            return true
        }
    }

    /// The file with text segments after its JFIF header.
    static func adding(_ text: TextMetadata, to bytes: [UInt8]) throws -> [UInt8] {
        let reader = ByteReader(bytes)
        // JFIF's APP0 must stay first.
        var split = 2
        if reader.u16(2) == 0xFFE0, let length = reader.u16(4) {
            split = 4 + length
        }
        guard split <= bytes.count else {
            throw ImageError.notEncoded(format: .jpeg, detail: "the encoder's file has no header")
        }
        var segments: [UInt8] = []
        for entry in text.entries {
            switch entry.keyword {
            case TextMetadata.parametersKeyword:
                let block = ExifBlock.bytes(userComment: entry.text, description: nil)
                try append(0xE1, exifHeader + block, entry, to: &segments)
            case TextMetadata.xmpKeyword:
                try append(0xE1, xmpHeader + Array(entry.text.utf8), entry, to: &segments)
            default:
                try append(0xFE, Array(try entry.labelled().utf8), entry, to: &segments)
            }
        }
        return Array(bytes[..<split]) + segments + bytes[split...]
    }

    private static func append(
        _ marker: Int, _ data: [UInt8], _ entry: TextMetadata.Entry, to segments: inout [UInt8]
    ) throws {
        guard data.count <= capacity else {
            throw ImageError.badText(
                keyword: entry.keyword,
                detail: "it needs \(data.count) bytes and a JPEG segment holds \(capacity)")
        }
        segments.append(0xFF00 | marker, bytes: 2, order: .big)
        segments.append(data.count + 2, bytes: 2, order: .big)
        segments += data
    }
}

extension TextMetadata.Entry {
    /// `keyword: text`, for places without keywords of their own.
    func labelled() throws -> String {
        guard !keyword.contains(":"), !keyword.contains(" ") else {
            throw ImageError.badText(
                keyword: keyword, detail: "outside PNG a keyword has no colon and no space")
        }
        return "\(keyword): \(text)"
    }
}

extension TextCollector {
    /// Adds a text that may be `keyword: text`; without a label it is a `Comment`.
    mutating func addLabelled(_ text: String) {
        let trimmed = text.hasSuffix("\0") ? String(text.dropLast()) : text
        let label = trimmed.prefix { $0 != ":" && $0 != " " && !$0.isNewline }
        let rest = trimmed.dropFirst(label.count)
        if (1...79).contains(label.unicodeScalars.count), rest.hasPrefix(": ") {
            add(String(label), String(rest.dropFirst(2)))
        } else if !trimmed.isEmpty {
            add("Comment", trimmed)
        }
    }
}
