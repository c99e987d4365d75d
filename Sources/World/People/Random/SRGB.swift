import Foundation

/// Between the bytes of pictures and the linear light that colours of the world are in.
package enum SRGB {
    /// Linear RGB of a colour written as 0xRRGGBB (IEC 61966-2-1).
    ///
    /// Looks hold such colours, so they must not depend on a system's `pow`: x^2.4 is x² times its
    /// own fifth root, which Newton's method finds with the basic operations.
    package static func linear(_ hex: UInt32) -> SIMD3<Float> {
        var colour = SIMD3<Float>()
        for c in 0..<3 {
            let v = Double((hex >> UInt32(16 - 8 * c)) & 255) / 255
            let x = (v + 0.055) / 1.055
            colour[c] = Float(v <= 0.04045 ? v / 12.92 : x * x * fifthRoot(x * x))
        }
        return colour
    }

    /// For 0.005...1, where 24 steps from 1 are more than enough.
    private static func fifthRoot(_ y: Double) -> Double {
        (0..<24).reduce(1.0) { x, _ in (4 * x + y / (x * x * x * x)) / 5 }
    }

    /// The three bytes of a linear colour, clipped to what bytes can say.
    package static func bytes(_ colour: SIMD3<Float>) -> [UInt8] {
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
