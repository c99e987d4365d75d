/// Colours of skin as diffuse albedo, linear RGB.
public enum SkinColour {
    /// The albedo of facial skin.
    ///
    /// Ten anchors, ours, run from porcelain to deep brown in hues like those of the Monk Skin Tone
    /// scale (Monk 2019), but as dark as albedo is: a swatch shows lit skin, and light comes later.
    /// They lie 8 to 9 CIELAB units apart, so equal steps of melanin look alike. Between them a
    /// smooth curve runs through the logarithms, where pigment adds up. Blood absorbs
    /// green and blue (Beer-Lambert), the less visibly the more melanin lies over it.
    ///
    /// - Parameters:
    ///   - melanin: 0 (porcelain) ... 1 (deepest); a tenth is a step of the Monk scale.
    ///   - haemoglobin: 0 (pale) ... 0.5 (the anchors) ... 1 (flushed).
    ///   - undertone: -1 (cool, rosy) ... 1 (warm, golden).
    /// - Returns: linear RGB, 0...1.
    public static func albedo(
        melanin: Float, haemoglobin: Float = 0.5, undertone: Float = 0
    ) -> SIMD3<Float> {
        let m = min(max(melanin, 0), 1)
        let place = m * Float(absorbances.count - 1)
        let i = min(Int(place), absorbances.count - 2)
        // Beyond either end the curve goes on straight, or its steps would shorten there.
        let (here, next) = (absorbances[i], absorbances[i + 1])
        let before = i > 0 ? absorbances[i - 1] : 2 * here - next
        let after = i + 2 < absorbances.count ? absorbances[i + 2] : 2 * next - here
        var absorbance = cubic(before, here, next, after, place - Float(i))
        let seen = 1 - 0.4 * m
        absorbance += (haemoglobin - 0.5) * seen * SIMD3(0.04, 0.32, 0.28)
        absorbance += undertone * SIMD3(-0.01, -0.01, 0.07)
        return SRGB.exponential(-absorbance).clamped(
            lowerBound: SIMD3(repeating: 0.005), upperBound: SIMD3(repeating: 0.95))
    }

    /// The albedo of lips without lipstick: skin with more blood close to the surface.
    ///
    /// - Parameters:
    ///   - melanin: of the face, 0...1.
    ///   - redness: 0 (hardly redder than the skin) ... 1.
    /// - Returns: linear RGB, 0...1.
    public static func lips(melanin: Float, redness: Float) -> SIMD3<Float> {
        let skin = albedo(melanin: min(melanin + 0.06, 1), haemoglobin: 0.75, undertone: -0.3)
        let depth = blend(0.25, 1.1, redness) * (1 - 0.45 * melanin)
        return skin * SRGB.exponential(-depth * SIMD3(0.16, 0.72, 0.52))
    }

    /// -ln of the anchors' linear values.
    private static let absorbances: [SIMD3<Float>] = [
        0xEDD6CC, 0xE2C3B1, 0xD6AF97, 0xC5997D, 0xAF8263,
        0x966B4E, 0x7D563E, 0x664431, 0x4F3426, 0x3A261E,
    ].map { SRGB.logarithm(SRGB.linear($0)) * -1 }

    /// Catmull-Rom between `b` (t = 0) and `c` (t = 1).
    private static func cubic(
        _ a: SIMD3<Float>, _ b: SIMD3<Float>, _ c: SIMD3<Float>, _ d: SIMD3<Float>, _ t: Float
    ) -> SIMD3<Float> {
        let slope0 = (c - a) / 2
        let slope1 = (d - b) / 2
        let rise = c - b
        let quadratic = 3 * rise - 2 * slope0 - slope1
        let cubic = slope0 + slope1 - 2 * rise
        return b + t * (slope0 + t * (quadratic + t * cubic))
    }
}
