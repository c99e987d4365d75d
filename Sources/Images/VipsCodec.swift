import CVips

/// Reads and writes picture files through libvips, with every loader shut but those asked for.
///
/// A file passes these gates in order: its bytes are counted, its first bytes name a format that is
/// allowed, its header is read, its sides and pixels are checked, its samples are of a kind we know;
/// only then are pixels decoded. Then, always in this order: orientation, profile to sRGB, 16 to 8
/// bits, alpha over white.
///
/// It is as safe as the libraries beneath; a server should still run it in a process of its own.
public struct VipsCodec: ImageCodec {
    /// What a file may ask for.
    public let limits: ImageLimits
    /// The formats that may be read.
    public let formats: Set<ImageFormat>

    /// The formats read unless told otherwise; HEIF and AVIF decoders have a worse record.
    public static let usualFormats: Set<ImageFormat> = [.jpeg, .png, .webp, .tiff]

    /// A codec; the first one made starts libvips.
    ///
    /// - Parameters:
    ///   - limits: what a file may ask for.
    ///   - formats: the formats that may be read.
    /// - Throws: ``ImageError/notStarted(detail:)``.
    public init(
        limits: ImageLimits = ImageLimits(), formats: Set<ImageFormat> = VipsCodec.usualFormats
    ) throws {
        if let detail = Self.startError {
            throw ImageError.notStarted(detail: detail)
        }
        self.limits = limits
        self.formats = formats
    }

    /// Why libvips did not start, or nil; a static is initialised once, by one thread.
    static let startError: String? = {
        var error = ErrorText()
        return error.fill { cvips_start($0, $1) } == 0 ? nil : error.text
    }()

    /// Reads what a file declares, without decoding pixels; the limits are enforced.
    ///
    /// - Parameter bytes: the whole file.
    /// - Returns: format, size, frames and orientation.
    /// - Throws: ``ImageError``.
    public func header(of bytes: [UInt8]) throws -> ImageHeader {
        try opened(bytes) { _, raw, format in describe(raw, format, bytes) }
    }

    /// Decodes a file to upright 8-bit sRGB.
    ///
    /// - Parameter bytes: the whole file.
    /// - Returns: the picture, three channels, and what was done to obtain it.
    /// - Throws: ``ImageError``; half-read pictures are never returned.
    public func decode(_ bytes: [UInt8]) throws -> DecodedImage {
        try opened(bytes) { decoder, raw, format in
            let header = describe(raw, format, bytes)
            let path = try ColourPath(raw, format: format)
            let stored = try Image(width: header.width, height: header.height) { out in
                var error = ErrorText()
                let status = error.fill {
                    cvips_decoder_read(decoder, path.code, out.baseAddress, out.count, $0, $1)
                }
                guard status == 0 else {
                    throw ImageError.corrupt(format: format, detail: error.text)
                }
            }
            let provenance = ImageProvenance(
                header: header, byteCount: bytes.count, colour: path.colour,
                alphaFlattened: raw.has_alpha != 0)
            return DecodedImage(
                image: try stored.upright(from: header.orientation), provenance: provenance)
        }
    }

    /// Passes a file's gates and hands its open decoder to `body`.
    private func opened<Result>(
        _ bytes: [UInt8], _ body: (OpaquePointer, cvips_header, ImageFormat) throws -> Result
    ) throws -> Result {
        try limits.check(byteCount: bytes.count)
        guard let format = ImageFormat(sniffing: bytes) else {
            throw ImageError.unknownFormat(firstBytes: Array(bytes.prefix(8)))
        }
        guard formats.contains(format) else {
            throw ImageError.formatNotAllowed(
                found: format, allowed: ImageFormat.allCases.filter(formats.contains))
        }
        return try bytes.withUnsafeBytes { buffer in
            var decoder: OpaquePointer?
            var raw = cvips_header()
            var error = ErrorText()
            let status = error.fill {
                cvips_decoder_open(
                    buffer.baseAddress, buffer.count, format.code, &decoder, &raw, $0, $1)
            }
            defer { cvips_decoder_close(decoder) }
            guard status == 0, let decoder else {
                throw ImageError.corrupt(format: format, detail: error.text)
            }
            try limits.check(width: Int(raw.width), height: Int(raw.height))
            return try body(decoder, raw, format)
        }
    }

    private func describe(
        _ raw: cvips_header, _ format: ImageFormat, _ bytes: [UInt8]
    ) -> ImageHeader {
        // libvips reads EXIF differently from version to version and format to format; TIFF's tag
        // is part of the format itself, and HEIF files are turned by their own decoder.
        let orientation: Orientation? =
            switch format {
            case .tiff: Orientation(rawValue: Int(raw.orientation))
            case .heif, .avif: nil
            case .jpeg, .png, .webp: ExifBlock(in: bytes, format: format)?.orientation
            }
        let frames =
            format == .png ? PNGChunks.animationFrames(in: bytes) ?? 1 : Int(raw.frames)
        return ImageHeader(
            format: format, width: Int(raw.width), height: Int(raw.height),
            bands: Int(raw.bands), bits: Int(raw.bits), frames: max(frames, 1),
            orientation: orientation ?? .topLeft)
    }
}

/// The road from a file's samples to sRGB, chosen from its header.
private struct ColourPath {
    let code: Int32
    let colour: ImageProvenance.Colour

    init(_ raw: cvips_header, format: ImageFormat) throws {
        let bands = Int(raw.bands - raw.has_alpha)
        let space = Int(raw.space)
        let isLab = space == CVIPS_SPACE_LAB && bands == 3
        let known =
            (space == CVIPS_SPACE_GREY && bands == 1)
            || (space == CVIPS_SPACE_RGB && bands == 3)
            || (space == CVIPS_SPACE_CMYK && bands == 4) || isLab
        guard known, raw.bits != 0 || isLab else {
            throw ImageError.unsupportedSamples(
                format: format, bands: Int(raw.bands), bits: Int(raw.bits))
        }
        let plain: (Int, ImageProvenance.Colour) =
            switch space {
            case CVIPS_SPACE_CMYK: (CVIPS_COLOUR_PLAIN_CMYK, .plainCMYK)
            case CVIPS_SPACE_LAB: (CVIPS_COLOUR_LAB, .lab)
            default: (CVIPS_COLOUR_AS_SRGB, .assumedSRGB)
            }
        guard let start = raw.profile, !isLab else {
            self.init(code: Int32(plain.0), colour: plain.1)
            return
        }
        let bytes = Array(UnsafeBufferPointer(start: start, count: raw.profile_length))
        if let profile = ICCProfile(bytes) {
            guard profile.fits(colourBands: bands) else {
                let reason = "it describes '\(profile.space)' and the picture has \(bands) bands"
                self.init(code: Int32(plain.0), colour: .profileIgnored(reason: reason))
                return
            }
            self.init(code: Int32(CVIPS_COLOUR_BY_PROFILE), colour: .profile(profile.name))
        } else {
            self.init(code: Int32(plain.0), colour: .profileIgnored(reason: "it is damaged"))
        }
    }

    private init(code: Int32, colour: ImageProvenance.Colour) {
        self.code = code
        self.colour = colour
    }
}

extension ImageFormat {
    /// The shim's number for the format.
    var code: Int32 {
        switch self {
        case .jpeg: Int32(CVIPS_JPEG)
        case .png: Int32(CVIPS_PNG)
        case .webp: Int32(CVIPS_WEBP)
        case .tiff: Int32(CVIPS_TIFF)
        case .heif, .avif: Int32(CVIPS_HEIF)
        }
    }
}

/// Room for the one line of text that a failing C function leaves.
struct ErrorText {
    private var buffer = [CChar](repeating: 0, count: 512)

    /// Calls a C function with the room.
    mutating func fill(_ call: (UnsafeMutablePointer<CChar>?, Int) -> Int32) -> Int32 {
        buffer.withUnsafeMutableBufferPointer { call($0.baseAddress, $0.count) }
    }

    /// What it left.
    var text: String {
        let used = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return used.isEmpty ? "no reason given" : String(decoding: used, as: UTF8.self)
    }
}
