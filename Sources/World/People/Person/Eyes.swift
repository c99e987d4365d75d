/// Natural colours of the iris.
public enum IrisColour: String, CaseIterable, Codable, Sendable {
    case darkBrown, brown, amber, hazel, green, grey, blue, paleBlue

    /// The middle of the iris between pupil and rim, linear RGB.
    public var linear: SIMD3<Float> {
        switch self {
        case .darkBrown: SRGB.linear(0x33_1F16)
        case .brown: SRGB.linear(0x5E_3A22)
        case .amber: SRGB.linear(0x9A_6428)
        case .hazel: SRGB.linear(0x7A_6A38)
        case .green: SRGB.linear(0x5E_7A50)
        case .grey: SRGB.linear(0x7C_8688)
        case .blue: SRGB.linear(0x4A_78A6)
        case .paleBlue: SRGB.linear(0x8F_B6CE)
        }
    }

    /// The ring around the pupil, linear RGB: often warmer and browner.
    var inner: SIMD3<Float> {
        switch self {
        case .darkBrown, .brown, .amber: linear * SIMD3(1.35, 1.2, 1.05)
        case .hazel: SRGB.linear(0x80_5A2A)
        case .green: SRGB.linear(0x8A_7A3E)
        case .grey, .blue, .paleBlue: blend(linear, SRGB.linear(0xB0_A070), 0.35)
        }
    }
}

extension Person {
    /// The eyeballs.
    public struct Eyes: Codable, Equatable, Sendable {
        /// The name of the colour.
        public var iris: IrisColour
        /// The iris between pupil and rim, linear RGB.
        public var colour: SIMD3<Float>
        /// The ring around the pupil, linear RGB.
        public var innerColour: SIMD3<Float>
        /// 0 (even) ... 1 (strong streaks and spots).
        public var heterogeneity: Float
        /// 0 (none) ... 1 (dark): the rim of the iris.
        public var limbalRing: Float
        /// 0 (white) ... 1 (yellowish).
        public var scleraTint: Float
        /// 0 (clear) ... 1 (many veins).
        public var scleraRedness: Float
        /// Diameter of the iris, millimetres, 11...13.
        public var irisDiameter: Float
        /// For streaks and veins.
        public var seed: UInt64
    }
}

extension Person.Eyes {
    /// Draws the eyes; light irises are likelier, but not certain, with fair skin.
    ///
    /// - Parameters:
    ///   - melanin: of the skin, 0...1.
    ///   - age: years.
    ///   - source: the person's stream for eyes.
    /// - Returns: both eyes, which are alike.
    static func drawn(melanin: Float, age: Float, _ source: WorldRandom) -> Self {
        var random = source
        let fair = (1 - melanin) * (1 - melanin)
        let iris = random.choose([
            IrisColour.darkBrown: 0.06 + 0.85 * melanin, .brown: 0.26, .amber: 0.045,
            .hazel: 0.02 + 0.15 * fair, .green: 0.008 + 0.16 * fair,
            .grey: 0.006 + 0.1 * fair, .blue: 0.004 + 0.3 * fair,
            .paleBlue: 0.003 + 0.14 * fair,
        ])
        let light = random.uniform(0.82...1.2)
        let warmth = random.uniform(-0.06...0.06)
        let shift = light * SIMD3<Float>(1 + warmth, 1, 1 - warmth)
        let old = ramp(age, 35, 85)
        return Self(
            iris: iris, colour: iris.linear * shift, innerColour: iris.inner * shift,
            heterogeneity: random.uniform(0.1...1),
            limbalRing: random.normal(blend(0.65, 0.35, old), 0.18, in: 0...1),
            scleraTint: random.normal(blend(0.12, 0.5, old) + 0.15 * melanin, 0.1, in: 0...1),
            scleraRedness: random.normal(0.2, 0.12, in: 0...1),
            irisDiameter: random.normal(11.9, 0.35, in: 11...13), seed: random.next())
    }
}
