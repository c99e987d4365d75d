extension Vector {
    /// The unit vector along `a`; `other` when it has no length to speak of.
    @inline(__always)
    static func direction(
        _ a: SIMD3<Float>, or other: SIMD3<Float> = SIMD3(0, 1, 0)
    ) -> SIMD3<Float> {
        let square = dot(a, a)
        return square > 1e-12 ? a * (1 / square.squareRoot()) : other
    }

    /// What of `a` runs along the surface whose unit normal is `n`.
    @inline(__always)
    static func flat(_ a: SIMD3<Float>, on n: SIMD3<Float>) -> SIMD3<Float> { a - n * dot(a, n) }
}

extension BuiltInHead {
    /// From the world's metres to the sculpture's millimetres; the inverse of ``metres(_:)``.
    package static func millimetres(_ p: SIMD3<Float>) -> SIMD3<Float> { p * 1000 - origin }
}

extension WorldRandom {
    /// 0 ..< 1.
    mutating func unit() -> Float { Float(uniform()) }

    /// -1 ..< 1.
    mutating func signed() -> Float { 2 * Float(uniform()) - 1 }
}
