/// The chunks of a WebP file that hold text: `EXIF` and `XMP `; "WebP Container Specification".
enum WebPChunks {
    /// Calls `visit` with each chunk until it returns false or the structure breaks.
    static func walk(_ bytes: [UInt8], _ visit: (_ type: String, _ data: ByteReader) -> Bool) {
        let reader = ByteReader(bytes, order: .little)
        var offset = 12
        while let type = reader.fourCC(offset), let length = reader.u32(offset + 4),
            let data = reader.slice(offset + 8, length), visit(type, data)
        {
            offset += 8 + length + length % 2
        }
    }

    /// The EXIF block, with or without the `Exif` header that some programs leave in.
    static func exif(in bytes: [UInt8]) -> ByteReader? {
        var found: ByteReader?
        walk(bytes) { type, data in
            if type == "EXIF" {
                let header = JPEGSegments.exifHeader
                found = data.bytes.starts(with: header) ? data.suffix(from: header.count) : data
            }
            return found == nil
        }
        return found
    }

    /// Gathers UserComment, ImageDescription and XMP.
    static func readText(_ bytes: [UInt8], into collector: inout TextCollector) {
        if let block = exif(in: bytes), let exif = ExifBlock(block) {
            exif.readText(into: &collector)
        }
        walk(bytes) { type, data in
            if type == "XMP " {
                collector.add(
                    TextMetadata.xmpKeyword, String(decoding: data.bytes, as: UTF8.self))
            }
            return true
        }
    }

    /// The file with `EXIF` and `XMP ` after the pixels, and no other chunk that is not pixels:
    /// libvips adds an `EXIF` with a resolution even when told to strip. Without texts and alpha the
    /// result is a plain file of one chunk, else one in the extended form.
    static func adding(_ text: TextMetadata, to bytes: [UInt8]) throws -> [UInt8] {
        let xmp = text[TextMetadata.xmpKeyword]
        let named = text.entries.filter {
            $0.keyword != TextMetadata.xmpKeyword && $0.keyword != TextMetadata.parametersKeyword
        }
        guard named.count <= 1 else {
            throw ImageError.badText(
                keyword: named[1].keyword,
                detail: "WebP has room for parameters, XMP and one more text")
        }
        let description = try named.first?.labelled()
        guard let pixels = pixelChunks(bytes), let canvas = canvas(bytes) else {
            throw ImageError.notEncoded(format: .webp, detail: "the encoder's file has no pixels")
        }
        let hasExif = text.parameters != nil || description != nil
        // Flags: XMP is bit 2, EXIF bit 3, alpha bit 4.
        let flags = (xmp == nil ? 0 : 4) | (hasExif ? 8 : 0) | (canvas.alpha ? 16 : 0)
        var body = Array("WEBP".utf8)
        if flags != 0 {
            var extended: [UInt8] = []
            extended.append(flags, bytes: 4, order: .little)
            extended.append(canvas.width - 1, bytes: 3, order: .little)
            extended.append(canvas.height - 1, bytes: 3, order: .little)
            body.append(riff: "VP8X", data: extended)
        }
        body += pixels
        if hasExif {
            let exif = ExifBlock.bytes(userComment: text.parameters, description: description)
            body.append(riff: "EXIF", data: exif)
        }
        if let xmp {
            body.append(riff: "XMP ", data: Array(xmp.utf8))
        }
        var file = Array("RIFF".utf8)
        file.append(body.count, bytes: 4, order: .little)
        return file + body
    }

    /// The chunks that make the picture, as they stand.
    private static func pixelChunks(_ bytes: [UInt8]) -> [UInt8]? {
        var out: [UInt8] = []
        walk(bytes) { type, data in
            if ["VP8 ", "VP8L", "ALPH"].contains(type) {
                out.append(riff: type, data: Array(data.bytes))
            }
            return true
        }
        return out.isEmpty ? nil : out
    }

    /// Size and alpha, from whichever chunk declares them first.
    private static func canvas(_ bytes: [UInt8]) -> (width: Int, height: Int, alpha: Bool)? {
        var found: (Int, Int, Bool)?
        walk(bytes) { type, data in
            switch type {
            case "VP8X":
                if let flags = data.u8(0), let width = data.u24(4), let height = data.u24(7) {
                    found = (width + 1, height + 1, flags & 16 != 0)
                }
            case "VP8 ":  // RFC 6386, 9.1: sizes are 14 bits after tag and start code
                if let width = data.u16(6), let height = data.u16(8) {
                    found = (width & 0x3FFF, height & 0x3FFF, false)
                }
            case "VP8L":  // a signature byte, then 14 bits, 14 bits and the alpha bit
                if let bits = data.u32(1) {
                    found = ((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1, bits >> 28 & 1 == 1)
                }
            default: break
            }
            return found == nil
        }
        return found
    }
}

extension [UInt8] {
    /// Appends a RIFF chunk: type, length, data, and a zero to an even length.
    mutating func append(riff type: String, data: [UInt8]) {
        append(contentsOf: type.utf8)
        append(data.count, bytes: 4, order: .little)
        append(contentsOf: data)
        if data.count % 2 == 1 {
            append(0)
        }
    }
}
