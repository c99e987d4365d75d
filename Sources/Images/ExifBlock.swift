/// The three things Likeness wants from EXIF: orientation, UserComment and ImageDescription.
///
/// EXIF is a small TIFF file: a header, then directories of 12-byte entries. Everything else in it
/// (places, times, serial numbers, thumbnails) is neither read nor written. EXIF 2.32, 4.6.
package struct ExifBlock: Sendable {
    private static let orientationTag = 0x0112
    private static let descriptionTag = 0x010E
    private static let exifPointerTag = 0x8769
    private static let userCommentTag = 0x9286

    private let reader: ByteReader

    /// Reads the TIFF structure that follows `Exif\0\0`, or nil when its header is wrong.
    package init?(_ block: ByteReader) {
        var reader = block
        if reader.has("II", at: 0) {
            reader.order = .little
        } else if reader.has("MM", at: 0) {
            reader.order = .big
        } else {
            return nil
        }
        guard reader.u16(2) == 42 else { return nil }
        self.reader = reader
    }

    /// Finds the block in a file of one of the formats that carry one.
    package init?(in bytes: [UInt8], format: ImageFormat) {
        let block: ByteReader? =
            switch format {
            case .jpeg: JPEGSegments.exif(in: bytes)
            case .png: PNGChunks.first("eXIf", in: bytes)
            case .webp: WebPChunks.exif(in: bytes)
            default: nil
            }
        guard let block else { return nil }
        self.init(block)
    }

    /// The orientation, or nil when absent or not 1...8.
    package var orientation: Orientation? {
        guard let entry = entry(Self.orientationTag, in: reader.u32(4)), reader.u16(entry + 2) == 3
        else { return nil }
        return reader.u16(entry + 8).flatMap(Orientation.init(rawValue:))
    }

    /// The user's comment, whatever its character code.
    package var userComment: String? {
        guard let pointer = entry(Self.exifPointerTag, in: reader.u32(4)),
            let entry = entry(Self.userCommentTag, in: reader.u32(pointer + 8)),
            let value = value(entry), let text = value.suffix(from: 8)
        else { return nil }
        if value.has("UNICODE\0", at: 0) {
            return utf16(text)
        }
        // ASCII, or a code left undefined, which in practice is UTF-8.
        return String(decoding: text.bytes.prefix { $0 != 0 }, as: UTF8.self)
    }

    /// The picture's title, or nil.
    package var imageDescription: String? {
        guard let entry = entry(Self.descriptionTag, in: reader.u32(4)), let value = value(entry)
        else { return nil }
        return String(decoding: value.bytes.prefix { $0 != 0 }, as: UTF8.self)
    }

    /// Adds the comment as `parameters` and the description under its label.
    package func readText(into collector: inout TextCollector) {
        if let comment = userComment, !comment.isEmpty {
            collector.add(TextMetadata.parametersKeyword, comment)
        }
        if let description = imageDescription, !description.isEmpty {
            collector.addLabelled(description)
        }
    }

    /// The offset of a tag's entry in the directory at `offset`.
    private func entry(_ tag: Int, in offset: Int?) -> Int? {
        guard let offset, let count = reader.u16(offset) else { return nil }
        return (0..<count).lazy.map { offset + 2 + 12 * $0 }.first { reader.u16($0) == tag }
    }

    /// The bytes of an entry of one-byte type, inline up to four, else where it points.
    private func value(_ entry: Int) -> ByteReader? {
        guard let type = reader.u16(entry + 2), [1, 2, 7].contains(type),
            let count = reader.u32(entry + 4)
        else { return nil }
        if count <= 4 { return reader.slice(entry + 8, count) }
        return reader.u32(entry + 8).flatMap { reader.slice($0, count) }
    }

    /// UTF-16 in either order: by its mark, else by where the zero bytes of ASCII text fall, else
    /// big-endian, as Stable Diffusion programs write it in files of either order.
    private func utf16(_ text: ByteReader) -> String {
        var text = text
        text.order = .big
        if text.u16(0) == 0xFFFE {
            text.order = .little
        } else if text.u16(0) != 0xFEFF {
            let zeros = text.bytes.enumerated().reduce(into: [0, 0]) { sum, item in
                if item.element == 0 { sum[item.offset % 2] += 1 }
            }
            text.order = zeros[1] > zeros[0] ? .little : .big
        }
        let start = text.u16(0) == 0xFEFF ? 1 : 0
        let units = (start..<max(start, text.count / 2)).map { UInt16(text.u16(2 * $0) ?? 0) }
        return String(decoding: units.prefix { $0 != 0 }, as: UTF16.self)
    }

    /// A block of our own, big-endian, with a comment in UTF-16 and a description in UTF-8.
    package static func bytes(userComment: String?, description: String?) -> [UInt8] {
        var comment: [UInt8]?
        if let userComment {
            var encoded = Array("UNICODE\0".utf8)
            for unit in userComment.utf16 { encoded.append(Int(unit), bytes: 2, order: .big) }
            comment = encoded
        }
        let title = description.map { Array($0.utf8) + [0] }

        // Header, first directory, title, second directory, comment; each at an even offset.
        let entries = (title == nil ? 0 : 1) + (comment == nil ? 0 : 1)
        let titleStart = 8 + 2 + 12 * entries + 4
        // A value of up to four bytes sits in the entry itself.
        let outside = title.map { $0.count > 4 ? $0.count + $0.count % 2 : 0 } ?? 0
        let exifStart = titleStart + outside

        var out = Array("MM".utf8)
        out.append(42, bytes: 2, order: .big)
        out.append(8, bytes: 4, order: .big)
        out.append(entries, bytes: 2, order: .big)
        if let title {
            out.append(entry: descriptionTag, type: 2, count: title.count)
            if title.count > 4 {
                out.append(titleStart, bytes: 4, order: .big)
            } else {
                out += title + [UInt8](repeating: 0, count: 4 - title.count)
            }
        }
        if comment != nil {
            out.append(entry: exifPointerTag, type: 4, count: 1)
            out.append(exifStart, bytes: 4, order: .big)
        }
        out.append(0, bytes: 4, order: .big)  // no further directory
        if let title, title.count > 4 {
            out += title + [UInt8](repeating: 0, count: title.count % 2)
        }
        if let comment {
            out.append(1, bytes: 2, order: .big)
            out.append(entry: userCommentTag, type: 7, count: comment.count)
            out.append(exifStart + 2 + 12 + 4, bytes: 4, order: .big)
            out.append(0, bytes: 4, order: .big)
            out += comment
        }
        return out
    }
}

extension [UInt8] {
    /// The first eight bytes of a TIFF directory entry.
    fileprivate mutating func append(entry tag: Int, type: Int, count: Int) {
        append(tag, bytes: 2, order: .big)
        append(type, bytes: 2, order: .big)
        append(count, bytes: 4, order: .big)
    }
}
