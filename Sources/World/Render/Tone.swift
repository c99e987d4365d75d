/// From linear light to 8-bit sRGB.
enum Tone {
    /// 4096 steps of the sRGB curve (IEC 61966-2-1), fine enough for 8 bits but in the deepest shadow.
    private static let table: [UInt8] = (0...4096).map { encoded(Float($0) / 4096) }

    /// 8-bit sRGB of one linear value, exactly rounded.
    static func encoded(_ linear: Float) -> UInt8 {
        let x = Scalar.saturate(linear)
        let curve = x <= 0.003_130_8 ? 12.92 * x : 1.055 * Scalar.anyPower(x, 1 / 2.4) - 0.055
        return UInt8(curve * 255 + 0.5)
    }

    /// The linear value of an 8-bit sRGB sample.
    static func linear(_ byte: UInt8) -> Float {
        let x = Float(byte) / 255
        return x <= 0.040_45 ? x / 12.92 : Scalar.anyPower((x + 0.055) / 1.055, 2.4)
    }

    /// Writes one pixel's three bytes.
    static func write(_ colour: SIMD3<Float>, _ out: UnsafeMutablePointer<UInt8>) {
        table.withUnsafeBufferPointer { table in
            out[0] = table[Int(Scalar.saturate(colour.x) * 4096 + 0.5)]
            out[1] = table[Int(Scalar.saturate(colour.y) * 4096 + 0.5)]
            out[2] = table[Int(Scalar.saturate(colour.z) * 4096 + 0.5)]
        }
    }

    /// A shoulder like film's: as it is up to 0.6, then ever flatter towards 1, smoothly.
    @inline(__always)
    static func shoulder(_ x: SIMD3<Float>) -> SIMD3<Float> {
        SIMD3(shoulder(x.x), shoulder(x.y), shoulder(x.z))
    }

    @inline(__always)
    private static func shoulder(_ x: Float) -> Float {
        guard x > 0.6 else { return x > 0 ? x : 0 }
        let over = (x - 0.6) / 0.4
        return 0.6 + 0.4 * over / (1 + over)
    }
}
