/// Turns files into pictures and pictures into files.
public protocol ImageCodec: Sendable {
    /// Reads what a file declares, without decoding pixels; the limits are enforced.
    ///
    /// - Parameter bytes: the whole file.
    /// - Returns: format, size, frames and orientation.
    /// - Throws: ``ImageError``.
    func header(of bytes: [UInt8]) throws -> ImageHeader

    /// Decodes a file to upright 8-bit sRGB.
    ///
    /// - Parameter bytes: the whole file.
    /// - Returns: the picture, three channels, and what was done to obtain it.
    /// - Throws: ``ImageError``; half-read pictures are never returned.
    func decode(_ bytes: [UInt8]) throws -> DecodedImage

    /// Encodes a picture.
    ///
    /// The file holds the pixels and the texts given here; nothing else, whatever the picture was
    /// made from.
    ///
    /// - Parameters:
    ///   - image: one channel or three.
    ///   - format: the kind of file and its quality.
    ///   - text: entries to store beside the pixels.
    /// - Returns: the whole file.
    /// - Throws: ``ImageError``.
    func encode(_ image: Image, as format: OutputFormat, text: TextMetadata) throws -> [UInt8]
}

extension ImageCodec {
    /// Encodes a picture with no text beside it.
    ///
    /// - Parameters:
    ///   - image: one channel or three.
    ///   - format: the kind of file and its quality.
    /// - Returns: the whole file.
    /// - Throws: ``ImageError``.
    public func encode(_ image: Image, as format: OutputFormat) throws -> [UInt8] {
        try encode(image, as: format, text: TextMetadata())
    }
}

/// What a file declares before any pixel is decoded.
public struct ImageHeader: Equatable, Sendable {
    /// The kind of file.
    public var format: ImageFormat
    /// Columns as stored, before the orientation is applied.
    public var width: Int
    /// Rows as stored, before the orientation is applied.
    public var height: Int
    /// Colour bands, and one more for alpha.
    public var bands: Int
    /// Bits a sample, 8 or 16; 0 when samples are not unsigned integers.
    public var bits: Int
    /// Animation frames or pages; only the first is decoded.
    public var frames: Int
    /// How the picture is to be turned.
    public var orientation: Orientation
}

/// A decoded picture and its history.
public struct DecodedImage: Equatable, Sendable {
    /// Upright 8-bit sRGB, three channels.
    public var image: Image
    /// What the file was and what was done to it.
    public var provenance: ImageProvenance
}

/// How a file became a picture: kept with results, so that they can be explained.
public struct ImageProvenance: Equatable, Sendable {
    /// How colours became sRGB.
    public enum Colour: Equatable, Sendable {
        /// No profile: grey or RGB values were taken as sRGB.
        case assumedSRGB
        /// Converted, perceptual intent, from the embedded profile of this name (may be empty).
        case profile(String)
        /// A profile was present but unusable, for this reason; values were read without it.
        case profileIgnored(reason: String)
        /// CMYK without a profile: R = (1 - C)(1 - K), and so on.
        case plainCMYK
        /// CIELAB, taken with the D50 white of ICC.
        case lab
    }

    /// What the file declared.
    public var header: ImageHeader
    /// Bytes of the file.
    public var byteCount: Int
    /// How colours became sRGB.
    public var colour: Colour
    /// Whether there was an alpha band, now laid over white.
    public var alphaFlattened: Bool

    /// One sentence for each thing that changed the pixels, in the order it happened.
    public var notes: [String] {
        var notes: [String] = []
        if header.frames > 1 {
            notes.append("First frame of \(header.frames).")
        }
        if header.orientation != .topLeft {
            notes.append("Turned upright from EXIF orientation \(header.orientation.rawValue).")
        }
        switch colour {
        case .assumedSRGB: break
        case .profile(let name):
            notes.append("Converted to sRGB from \(name.isEmpty ? "an unnamed profile" : name).")
        case .profileIgnored(let reason): notes.append("Colour profile ignored: \(reason).")
        case .plainCMYK: notes.append("Converted from CMYK without a profile.")
        case .lab: notes.append("Converted from Lab.")
        }
        if header.bits == 16 {
            notes.append("Rounded from 16 to 8 bits.")
        }
        if alphaFlattened {
            notes.append("Alpha laid over white.")
        }
        return notes
    }
}
