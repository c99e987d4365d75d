import CVips

extension VipsCodec {
    /// The version of libvips that decodes and encodes: `8.14.1`.
    public static var version: String { String(cString: cvips_version()) }
}
