import CVips

extension VipsCodec {
    /// Encodes a picture.
    ///
    /// The file holds the pixels and the texts given here; nothing else. Unmarked RGB means sRGB, so
    /// no profile is embedded.
    ///
    /// - Parameters:
    ///   - image: one channel or three.
    ///   - format: the kind of file and its quality.
    ///   - text: entries to store beside the pixels.
    /// - Returns: the whole file.
    /// - Throws: ``ImageError``.
    public func encode(
        _ image: Image, as format: OutputFormat, text: TextMetadata
    ) throws -> [UInt8] {
        let (quality, fullChroma) = try settings(format)
        let kind = format.format
        var start: UnsafeMutablePointer<UInt8>?
        var length = 0
        var error = ErrorText()
        let status = image.withPixels { pixels in
            error.fill {
                cvips_encode(
                    pixels.baseAddress, Int32(clamping: image.width), Int32(clamping: image.height),
                    Int32(image.channels), kind.code, quality, fullChroma ? 1 : 0, &start, &length,
                    $0, $1)
            }
        }
        defer { cvips_free(start) }
        guard status == 0, let start else {
            throw ImageError.notEncoded(format: kind, detail: error.text)
        }
        let bytes = Array(UnsafeBufferPointer(start: start, count: length))
        return try text.stored(in: bytes, format: kind)
    }

    /// The shim's quality number, checked.
    private func settings(_ format: OutputFormat) throws -> (quality: Int32, fullChroma: Bool) {
        func checked(_ option: String, _ value: Int, _ limit: ClosedRange<Int>) throws -> Int32 {
            guard limit.contains(value) else {
                throw ImageError.optionOutOfRange(option: option, found: value, limit: limit)
            }
            return Int32(value)
        }
        return switch format {
        case .jpeg(let quality, let fullChroma):
            (try checked("JPEG quality", quality, 1...100), fullChroma)
        case .png(let compression): (try checked("PNG compression", compression, 0...9), false)
        case .webp(let quality): (try checked("WebP quality", quality, 1...100), false)
        case .losslessWebP: (0, false)
        }
    }
}
