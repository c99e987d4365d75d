/// Why a picture could not be read, written or worked on.
///
/// Each case carries the facts; ``description`` makes one sentence of them.
public enum ImageError: Error, Equatable, Sendable {
    /// The file has more bytes than ``ImageLimits/bytes``.
    case tooManyBytes(found: Int, limit: Int)
    /// The first bytes are of no format we know; they are carried, at most 8.
    case unknownFormat(firstBytes: [UInt8])
    /// The format is known but not among those the codec was made for.
    case formatNotAllowed(found: ImageFormat, allowed: [ImageFormat])
    /// A side is outside ``ImageLimits/sides``.
    case sideOutOfRange(width: Int, height: Int, limit: ClosedRange<Int>)
    /// Width times height is more than ``ImageLimits/pixels``.
    case tooManyPixels(width: Int, height: Int, limit: Int)
    /// A kind of sample we do not turn into sRGB, such as floating point.
    case unsupportedSamples(format: ImageFormat, bands: Int, bits: Int)
    /// The decoder gave up; `detail` is its own text.
    case corrupt(format: ImageFormat, detail: String)
    /// The encoder gave up; `detail` is its own text.
    case notEncoded(format: ImageFormat, detail: String)
    /// libvips could not be started; `detail` is its own text.
    case notStarted(detail: String)
    /// An encoding option lies outside its range.
    case optionOutOfRange(option: String, found: Int, limit: ClosedRange<Int>)
    /// Samples do not fill the shape, or the shape cannot exist.
    case badShape(width: Int, height: Int, channels: Int, count: Int)
    /// Two pictures that should agree in size or channels do not.
    case mismatch(operation: String, expected: String, found: String)
    /// A rectangle does not lie inside the picture.
    case outside(rectangle: String, width: Int, height: Int)
    /// No transform follows from these points; `detail` says why.
    case degeneratePoints(count: Int, detail: String)
    /// A transform that should be inverted has none.
    case notInvertible(determinant: Double)
    /// A text entry cannot be stored; `detail` says why.
    case badText(keyword: String, detail: String)
    /// More text than ``TextLimits`` allows.
    case tooMuchText(found: Int, limit: Int, unit: String)
    /// Text could not be drawn; `detail` says why.
    case textNotDrawn(text: String, detail: String)
    /// A contact sheet whose parts do not fit together; `detail` says how.
    case badSheet(detail: String)
}

extension ImageError: CustomStringConvertible {
    /// One sentence or two: what was expected, what was found, and what to try.
    public var description: String {
        switch self {
        case .tooManyBytes(let found, let limit):
            "The file has \(found) bytes and the limit is \(limit): "
                + "send a smaller or more compressed picture."
        case .unknownFormat(let bytes):
            "The file starts with \(hex(bytes)), which is no picture format known here: "
                + "send a JPEG, PNG, WebP or TIFF."
        case .formatNotAllowed(let found, let allowed):
            "The file is \(found.name), and only \(list(allowed.map(\.name))) may be read: "
                + "convert it, or allow \(found.name) in the codec's formats."
        case .sideOutOfRange(let width, let height, let limit):
            "The picture is \(width) x \(height), and each side must be "
                + "\(limit.lowerBound) to \(limit.upperBound) pixels: scale it first."
        case .tooManyPixels(let width, let height, let limit):
            "The picture is \(width) x \(height), which is \(width.multipliedFullWidth(by: height).low)"
                + " pixels, and the limit is \(limit): scale it down first."
        case .unsupportedSamples(let format, let bands, let bits):
            "The \(format.name) has \(bands) bands of "
                + (bits == 0 ? "floating-point or signed" : "\(bits)-bit") + " samples, and only "
                + "grey, RGB, CMYK and Lab of 8 or 16 bits are read: save it as 8-bit RGB."
        case .corrupt(let format, let detail):
            "The \(format.name) is damaged or incomplete (\(detail)): export or upload it again."
        case .notEncoded(let format, let detail):
            "The \(format.name) could not be written (\(detail))."
        case .notStarted(let detail):
            "libvips could not be started (\(detail)): check that it is installed."
        case .optionOutOfRange(let option, let found, let limit):
            "The \(option) is \(found), and it must be \(limit.lowerBound) to \(limit.upperBound)."
        case .badShape(let width, let height, let channels, let count):
            "A picture of \(width) x \(height) pixels and \(channels) channels cannot be made of "
                + "\(count) samples: sides must be positive, channels 1 or 3, and the counts equal."
        case .mismatch(let operation, let expected, let found):
            "\(operation) expected \(expected) and found \(found)."
        case .outside(let rectangle, let width, let height):
            "The rectangle \(rectangle) is empty or leaves the picture of \(width) x \(height): "
                + "clip it, or pad the picture first."
        case .degeneratePoints(let count, let detail):
            "No similarity transform follows from \(count) point pairs (\(detail)): "
                + "give at least two distinct points."
        case .notInvertible(let determinant):
            "The transform has determinant \(determinant) and no inverse: "
                + "it flattens the picture to a line or a point."
        case .badText(let keyword, let detail):
            "The text entry '\(keyword)' cannot be stored (\(detail))."
        case .tooMuchText(let found, let limit, let unit):
            "The text has \(found) \(unit) and the limit is \(limit): shorten it."
        case .textNotDrawn(let text, let detail):
            "The text '\(text.prefix(40))' could not be drawn (\(detail)): "
                + "check that a font such as DejaVu Sans is installed."
        case .badSheet(let detail):
            "The contact sheet cannot be laid out: \(detail)."
        }
    }

    private func hex(_ bytes: [UInt8]) -> String {
        guard !bytes.isEmpty else { return "nothing (it is empty)" }
        return bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
    }

    private func list(_ words: [String]) -> String {
        guard words.count > 1, let last = words.last else { return words.first ?? "nothing" }
        return words.dropLast().joined(separator: ", ") + " and " + last
    }
}
