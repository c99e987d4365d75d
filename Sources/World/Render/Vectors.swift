#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Vectors of three floats, as pictures and rays use them.
enum Vector {
    @inline(__always)
    static func dot(_ a: SIMD3<Float>, _ b: SIMD3<Float>) -> Float {
        a.x * b.x + a.y * b.y + a.z * b.z
    }

    @inline(__always)
    static func cross(_ a: SIMD3<Float>, _ b: SIMD3<Float>) -> SIMD3<Float> {
        SIMD3(
            a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x)
    }

    @inline(__always)
    static func length(_ a: SIMD3<Float>) -> Float { dot(a, a).squareRoot() }

    /// The unit vector along `a`; `a` itself when it has no length.
    @inline(__always)
    static func unit(_ a: SIMD3<Float>) -> SIMD3<Float> {
        let square = dot(a, a)
        return square > 1e-30 ? a * (1 / square.squareRoot()) : a
    }

    /// Mirrors a direction that travels towards a surface; `normal` of unit length.
    @inline(__always)
    static func reflect(_ direction: SIMD3<Float>, _ normal: SIMD3<Float>) -> SIMD3<Float> {
        direction - normal * (2 * dot(direction, normal))
    }

    /// Two unit vectors that make a right-handed frame with `normal` (Duff et al. 2017, JCGT 6(1)).
    @inline(__always)
    static func frame(_ normal: SIMD3<Float>) -> (SIMD3<Float>, SIMD3<Float>) {
        let sign: Float = normal.z >= 0 ? 1 : -1
        let a = -1 / (sign + normal.z)
        let b = normal.x * normal.y * a
        return (
            SIMD3(1 + sign * normal.x * normal.x * a, sign * b, -sign * normal.x),
            SIMD3(b, sign + normal.y * normal.y * a, -normal.y)
        )
    }
}

/// Functions of one float. Those of shading's inner loop are plain arithmetic, so that every system
/// computes the same bits.
enum Scalar {
    /// Into 0...1; not-a-number becomes 0.
    @inline(__always)
    static func saturate(_ x: Float) -> Float { x > 0 ? (x < 1 ? x : 1) : 0 }

    @inline(__always)
    static func mix(_ a: Float, _ b: Float, _ t: Float) -> Float { a + (b - a) * t }

    @inline(__always)
    static func mix(_ a: SIMD3<Float>, _ b: SIMD3<Float>, _ t: Float) -> SIMD3<Float> {
        a + (b - a) * t
    }

    /// 0 below `a`, 1 above `b`, and a cubic with level ends between them.
    @inline(__always)
    static func smooth(_ a: Float, _ b: Float, _ x: Float) -> Float {
        let t = saturate((x - a) / (b - a))
        return t * t * (3 - 2 * t)
    }

    /// x⁵, of Schlick's Fresnel term.
    @inline(__always)
    static func fifth(_ x: Float) -> Float {
        let square = x * x
        return square * square * x
    }

    /// About `x` to the power `p` for x in 0...1, good enough for the shape of a highlight:
    /// 2^(p log₂ x), both by quadratics on the bits of the float (log₂ is off by up to 0.008).
    @inline(__always)
    static func power(_ x: Float, _ p: Float) -> Float {
        guard x > 1e-12 else { return 0 }
        let bits = x.bitPattern
        let exponent = Float(Int32(bits >> 23) - 127)
        let m = Float(bitPattern: bits & 0x007F_FFFF | 0x3F80_0000)  // 1 ..< 2
        let log = exponent + ((-0.337_048_7 * m + 2.011_259_9) * m - 1.674_211_2)
        let y = Swift.min(Swift.max(log * p, -126), 126)
        let whole = y.rounded(.down)
        let f = y - whole
        let power = Float(bitPattern: UInt32(Int32(whole) + 127) << 23)
        return power * (1 + f * (0.655_8 + f * 0.344_2))
    }

    static func sine(_ x: Float) -> Float { sinf(x) }
    static func cosine(_ x: Float) -> Float { cosf(x) }
    static func tangent(_ x: Float) -> Float { tanf(x) }
    static func arcCosine(_ x: Float) -> Float { acosf(x) }
    static func arcTangent(_ y: Float, _ x: Float) -> Float { atan2f(y, x) }
    static func exponential(_ x: Float) -> Float { expf(x) }
    static func anyPower(_ x: Float, _ p: Float) -> Float { powf(x, p) }
}
