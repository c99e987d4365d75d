import Foundation

/// Paints eyeballs, teeth and tongue.
enum EyePainter {
    /// An eyeball seen from its front: the texture's middle is the pupil's, and a distance of half the
    /// width is the ball's back.
    static func painted(_ eyes: Person.Eyes, pupil: Float, size: Int) -> Texture {
        let iris = asin(Double(eyes.irisDiameter / 2) / Eye.ballRadius)
        let hole = asin(Double(pupil / 2) / Eye.ballRadius)
        let seed = UInt32(truncatingIfNeeded: eyes.seed)
        var albedo: [SIMD4<Float>] = []
        albedo.reserveCapacity(size * size)
        let white = blend(
            SIMD3<Float>(0.66, 0.65, 0.64), SIMD3(0.62, 0.57, 0.44), 0.7 * eyes.scleraTint)
        // Pixels a radian, for edges as soft as a texel.
        let soft = max(0.018, 3.2 / Float(size))
        for y in 0..<size {
            for x in 0..<size {
                let p = SIMD2(
                    (Float(x) + 0.5) / Float(size) - 0.5, 0.5 - (Float(y) + 0.5) / Float(size))
                let angle = (p * p).sum().squareRoot() * 2 * Float.pi
                let turn = atan2f(p.y, p.x)
                var c = white * (1 - 0.25 * smooth(0.8, 1.5, angle))
                let bloodshot = eyes.scleraRedness * smooth(0.55, 1.1, angle)
                if bloodshot > 0 {
                    let vein = ValueNoise.layered(turn * 5, angle * 9, seed &+ 5)
                    c = blend(
                        c, SIMD3(0.62, 0.25, 0.22), 0.4 * (bloodshot * smooth(0.25, 0.6, vein)))
                }
                // Most of the ball is white: its threads of colour need not be drawn.
                let coloured = smooth(Float(iris) + soft, Float(iris) - soft, angle)
                if coloured > 0 {
                    let t = (angle - Float(hole)) / Float(iris - hole)
                    let streak =
                        ValueNoise.at(turn * 14, angle * 7, seed) * 0.6
                        + ValueNoise.at(turn * 31, angle * 13, seed &+ 1) * 0.4
                    var ring = blend(
                        eyes.innerColour, eyes.colour, smooth(0.12, 0.5, t + 0.12 * streak))
                    ring *= 1 + 0.4 * eyes.heterogeneity * streak
                    ring *= 1 - (0.35 + 0.55 * eyes.limbalRing) * smooth(0.72, 1.02, t)
                    c = blend(c, ring, coloured)
                }
                c = blend(
                    c, SIMD3(repeating: 0.006),
                    smooth(Float(hole) + soft, Float(hole) - soft, angle))
                albedo.append(SIMD4(c, 1))
            }
        }
        let count = size * size
        return Texture(
            width: size, height: size, albedo: albedo,
            surface: [SIMD3<Float>](repeating: SIMD3(1, 0.04, 0), count: count),
            region: [UInt8](repeating: Region.eyes.rawValue, count: count))
    }

    /// Two arches of teeth: gums, gaps, edges a little glassy. The upper arch fills the upper half.
    static func teeth(shade: Float, size: Int) -> Texture {
        var albedo: [SIMD4<Float>] = []
        let enamel = blend(SIMD3<Float>(0.80, 0.79, 0.75), SIMD3(0.72, 0.62, 0.42), 0.8 * shade)
        for y in 0..<size {
            for x in 0..<size {
                let u = (Float(x) + 0.5) / Float(size) - 0.5
                let v = ((Float(y) + 0.5) / Float(size) * 2).truncatingRemainder(dividingBy: 1)
                let upper = y < size / 2
                // Front teeth are wider above.
                let count: Float = upper ? 13 : 15
                let s = abs(u) * count
                let gap = abs(s - s.rounded())
                var c = enamel * (1 - 0.45 * smooth(0.07, 0.0, gap))
                c *= 1 - 0.3 * smooth(0.2, 0.5, abs(u))
                let gum = smooth(0.12, 0.05, v + 0.05 * (0.5 - gap))
                c = blend(c, SIMD3(0.5, 0.16, 0.15), gum)
                albedo.append(SIMD4(c, 1))
            }
        }
        let count = size * size
        return Texture(
            width: size, height: size, albedo: albedo,
            surface: [SIMD3<Float>](repeating: SIMD3(0.6, 0.15, 0), count: count),
            region: [UInt8](repeating: Region.mouth.rawValue, count: count))
    }
}
