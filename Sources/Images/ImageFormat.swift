/// The kinds of picture file that can be read.
public enum ImageFormat: String, Sendable, CaseIterable, Hashable {
    /// JPEG, baseline or progressive.
    case jpeg
    /// PNG; of an animated one, the still picture.
    case png
    /// WebP; of an animated one, the first frame.
    case webp
    /// TIFF and BigTIFF; of several pages, the first.
    case tiff
    /// HEIF with HEVC, as phones write it. Never read unless asked for.
    case heif
    /// HEIF with AV1. Never read unless asked for.
    case avif

    /// Recognises a file by its first bytes; names and extensions are not looked at.
    ///
    /// - Parameter bytes: the start of a file; 32 bytes are enough.
    public init?(sniffing bytes: some Collection<UInt8>) {
        let head = Array(bytes.prefix(32))
        func has(_ magic: [UInt8], at offset: Int = 0) -> Bool {
            head.count >= offset + magic.count
                && head[offset..<(offset + magic.count)].elementsEqual(magic)
        }
        func has(_ text: String, at offset: Int) -> Bool { has(Array(text.utf8), at: offset) }

        if has([0xFF, 0xD8, 0xFF]) {
            self = .jpeg
        } else if has([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
            self = .png
        } else if has("RIFF", at: 0), has("WEBP", at: 8) {
            self = .webp
        } else if has([0x49, 0x49, 42, 0]) || has([0x4D, 0x4D, 0, 42])
            || has([0x49, 0x49, 43, 0]) || has([0x4D, 0x4D, 0, 43])
        {
            self = .tiff
        } else if has("ftyp", at: 4) {
            // ISO media: the major brand tells AV1 from HEVC.
            if has("avif", at: 8) || has("avis", at: 8) {
                self = .avif
            } else if ["heic", "heix", "hevc", "heim", "heis", "mif1", "msf1"].contains(where: {
                has($0, at: 8)
            }) {
                self = .heif
            } else {
                return nil
            }
        } else {
            return nil
        }
    }

    /// The name that people know: `JPEG`, `WebP`.
    public var name: String { self == .webp ? "WebP" : rawValue.uppercased() }
}

/// How a picture is written.
public enum OutputFormat: Equatable, Sendable {
    /// JPEG of quality 1...100; `fullChroma` keeps colour at full resolution (4:4:4, else 4:2:0).
    case jpeg(quality: Int = 92, fullChroma: Bool = true)
    /// PNG, exact; `compression` 0...9 trades time for size.
    case png(compression: Int = 6)
    /// WebP of quality 1...100.
    case webp(quality: Int = 90)
    /// WebP, exact.
    case losslessWebP

    /// The kind of file that results.
    public var format: ImageFormat {
        switch self {
        case .jpeg: .jpeg
        case .png: .png
        case .webp, .losslessWebP: .webp
        }
    }
}
