import Foundation

/// Paints single lashes: dark, tapering, a little uneven, cut out by opacity.
enum LashTexture {
    private static let width = 512
    private static let height = 64
    /// Rows of the upper lid; a gap; rows of the lower one.
    private static let upper = 38
    private static let lower = 41

    /// Lashes are darker than hair, and black with mascara.
    static func colour(_ person: Person, eyeLiner: Float) -> SIMD3<Float> {
        let hair = person.brows.colour.linear * 0.35
        return blend(hair, SIMD3(repeating: 0.008), 0.3 + 0.7 * eyeLiner)
    }

    static func painted(_ person: Person, eyeLiner: Float) -> Texture {
        var opacity = [Float](repeating: 0, count: width * height)
        var random = SplitMix64(
            state: person.seed ^ UInt64(bitPattern: Int64(person.index)) ^ 0x1A5)
        let density = Double(person.lashes.density)
        for eye in 0..<2 {
            let upperCount = Int(34 + 26 * density)
            draw(upperCount, eye, 0..<upper, thick: 2.1 + 0.9 * eyeLiner, &opacity, &random)
            let lowerCount = Int(22 + 16 * density)
            draw(lowerCount, eye, lower..<height, thick: 1.6 + 0.5 * eyeLiner, &opacity, &random)
            // The line that is drawn along the roots.
            for x in 0..<width / 2 where eyeLiner > 0 {
                for y in 0..<3 {
                    opacity[y * width + eye * width / 2 + x] = max(
                        0.9 * eyeLiner, opacity[y * width + eye * width / 2 + x])
                }
            }
        }
        let dark = colour(person, eyeLiner: eyeLiner)
        return Texture(
            width: width, height: height, albedo: opacity.map { SIMD4(dark, $0) },
            surface: Array(repeating: SIMD3(0.2, 0.5, 0), count: width * height),
            region: Array(repeating: Region.eyes.rawValue, count: width * height))
    }

    private static func draw(
        _ count: Int, _ eye: Int, _ rows: Range<Int>, thick: Float, _ opacity: inout [Float],
        _ random: inout SplitMix64
    ) {
        let half = width / 2
        let tall = Float(rows.count)
        for i in 0..<count {
            let root = (Float(i) + Float(random.unit())) / Float(count) * Float(half - 10) + 5
            let lean = Float(random.unit() - 0.5) * 14
            let long = tall * (0.62 + 0.36 * Float(random.unit()))
            for (k, y) in rows.enumerated() where Float(k) < long {
                let t = Float(k) / long
                let x = root + lean * t * t
                let reach = thick * (1 - 0.85 * t) * 0.5
                let from = max(0, Int((x - reach - 1).rounded(.down)))
                let to = min(half - 1, Int((x + reach + 1).rounded(.up)))
                guard from <= to else { continue }
                for column in from...to {
                    let cover = min(max(reach + 0.5 - abs(Float(column) + 0.5 - x), 0), 1)
                    let at = y * width + eye * half + column
                    opacity[at] = max(opacity[at], cover)
                }
            }
        }
    }
}
