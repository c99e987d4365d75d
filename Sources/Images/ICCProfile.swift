/// What an embedded colour profile says of itself.
///
/// The profile's mathematics is left to Little CMS; this checks that the profile belongs to the
/// picture and finds its name. ICC.1:2022, sections 7.2 (header) and 10.12, 10.15 (texts).
package struct ICCProfile: Equatable, Sendable {
    /// The profile's data colour space, four characters, such as `RGB ` or `GRAY`.
    package let space: String
    /// The text of the description tag, such as `Display P3`; empty when there is none.
    package let name: String

    /// Reads a profile's header, or nil when these bytes cannot be a profile.
    package init?(_ bytes: [UInt8]) {
        let reader = ByteReader(bytes)
        guard reader.count >= 132, reader.u32(0) == reader.count, reader.has("acsp", at: 36),
            let space = reader.fourCC(16)
        else { return nil }
        self.space = space
        name = ICCProfile.description(in: reader) ?? ""
    }

    /// Whether a picture with this many colour bands can be described by the profile.
    package func fits(colourBands: Int) -> Bool {
        switch space {
        case "GRAY": colourBands == 1
        case "RGB ", "Lab ": colourBands == 3
        case "CMYK": colourBands == 4
        default: false
        }
    }

    private static func description(in reader: ByteReader) -> String? {
        guard let count = reader.u32(128), count <= 100 else { return nil }
        for i in 0..<count where reader.has("desc", at: 132 + 12 * i) {
            guard let offset = reader.u32(136 + 12 * i), let length = reader.u32(140 + 12 * i),
                let tag = reader.slice(offset, length)
            else { return nil }
            return text(tag)
        }
        return nil
    }

    /// A version 2 `desc` (ASCII) or version 4 `mluc` (UTF-16) text, at most 80 characters.
    private static func text(_ tag: ByteReader) -> String? {
        if tag.has("desc", at: 0), let length = tag.u32(8), length > 0,
            let ascii = tag.slice(12, min(length - 1, 80))
        {
            return printable(String(decoding: ascii.bytes, as: UTF8.self))
        }
        if tag.has("mluc", at: 0), let length = tag.u32(20), let offset = tag.u32(24),
            let wide = tag.slice(offset, min(length, 160))
        {
            let units = (0..<(wide.count / 2)).map { UInt16(wide.u16(2 * $0) ?? 0) }
            return printable(String(decoding: units, as: UTF16.self))
        }
        return nil
    }

    private static func printable(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.filter { $0.value >= 0x20 }))
    }
}
