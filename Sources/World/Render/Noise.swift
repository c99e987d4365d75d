/// Repeatable randomness for sampling: every number follows from a pixel, a purpose and a seed.
enum Noise {
    /// A well-mixed 32-bit hash (O'Neill's PCG output function, after Jarzynski and Olano 2020).
    @inline(__always)
    static func hash(_ x: UInt32) -> UInt32 {
        let state = x &* 747_796_405 &+ 2_891_336_453
        let word = ((state >> ((state >> 28) &+ 4)) ^ state) &* 277_803_737
        return (word >> 22) ^ word
    }

    @inline(__always)
    static func hash(_ pixel: UInt32, _ purpose: UInt32, _ seed: UInt32) -> UInt32 {
        hash(pixel &+ hash(purpose &+ hash(seed)))
    }

    /// 0 ..< 1 from a hash.
    @inline(__always)
    static func unit(_ hash: UInt32) -> Float { Float(hash >> 8) * (1 / 16_777_216) }

    /// The `i`-th point of a sequence that fills the unit square evenly, shifted by a hash: R2
    /// (Roberts 2018), whose steps are 1/g and 1/g² of the plastic number g.
    @inline(__always)
    static func square(_ i: Int, _ shift: UInt32) -> SIMD2<Float> {
        // In whole numbers modulo 2³², where nothing is rounded.
        let x = UInt32(truncatingIfNeeded: i) &* 3_242_174_889 &+ shift
        let y = UInt32(truncatingIfNeeded: i) &* 2_447_445_414 &+ (shift &* 2_654_435_761)
        return SIMD2(unit(x), unit(y))
    }
}

/// Directions around a pole, so that inner loops need no sine: 256 steps of a circle.
struct Circle: Sendable {
    private let points: [SIMD2<Float>]

    static let shared = Circle()

    private init() {
        points = (0..<256).map { i in
            let angle = Float(i) * (2 * .pi / 256)
            return SIMD2(Scalar.cosine(angle), Scalar.sine(angle))
        }
    }

    /// Calls `body` with the table: 256 pairs of cosine and sine.
    func with<Result>(_ body: (UnsafePointer<SIMD2<Float>>) throws -> Result) rethrows -> Result? {
        try points.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return nil }
            return try body(base)
        }
    }
}
