import Foundation

/// Between the bytes of pictures and the linear light that colours of the world are in.
enum SRGB {
    /// Linear RGB of a colour written as 0xRRGGBB (IEC 61966-2-1).
    static func linear(_ hex: UInt32) -> SIMD3<Float> {
        var colour = SIMD3<Float>()
        for c in 0..<3 {
            let v = Float((hex >> UInt32(16 - 8 * c)) & 255) / 255
            colour[c] = v <= 0.04045 ? v / 12.92 : powf((v + 0.055) / 1.055, 2.4)
        }
        return colour
    }

    /// The three bytes of a linear colour, clipped to what bytes can say.
    static func bytes(_ colour: SIMD3<Float>) -> [UInt8] {
        (0..<3).map { c in
            let v = min(max(colour[c], 0), 1)
            let s = v <= 0.003_130_8 ? 12.92 * v : 1.055 * powf(v, 1 / 2.4) - 0.055
            return UInt8((255 * s).rounded())
        }
    }

    /// e to the power of each component.
    static func exponential(_ x: SIMD3<Float>) -> SIMD3<Float> {
        SIMD3(expf(x.x), expf(x.y), expf(x.z))
    }

    /// The natural logarithm of each component.
    static func logarithm(_ x: SIMD3<Float>) -> SIMD3<Float> {
        SIMD3(logf(x.x), logf(x.y), logf(x.z))
    }
}
