/// The colour of hair by what is in it.
public struct HairColour: Codable, Equatable, Sendable {
    /// 0 (none: platinum) ... 1 (black).
    public var eumelanin: Float
    /// 0 (none) ... 1 (fox red).
    public var pheomelanin: Float
    /// Share of strands without pigment, 0...1.
    public var grey: Float
    /// Lies over pigment and grey alike.
    public var dye: HairDye?

    /// A colour.
    ///
    /// - Parameters:
    ///   - eumelanin: 0...1.
    ///   - pheomelanin: 0...1.
    ///   - grey: share of strands without pigment, 0...1.
    ///   - dye: over all of them.
    public init(eumelanin: Float, pheomelanin: Float, grey: Float = 0, dye: HairDye? = nil) {
        self.eumelanin = eumelanin
        self.pheomelanin = pheomelanin
        self.grey = grey
        self.dye = dye
    }

    /// Albedo of a strand that is not grey, linear RGB: what its melanin leaves of pale keratin.
    ///
    /// Beer-Lambert over a floor for light that never enters; eumelanin browns, pheomelanin reddens
    /// (relative absorption in the manner of d'Eon et al. 2011, scaled by eye to whole heads).
    ///
    /// - Parameters:
    ///   - eumelanin: 0...1.
    ///   - pheomelanin: 0...1.
    /// - Returns: linear RGB, 0...1.
    public static func albedo(eumelanin: Float, pheomelanin: Float) -> SIMD3<Float> {
        let absorbance =
            5.5 * eumelanin * SIMD3<Float>(1, 1.42, 1.95)
            + pheomelanin * SIMD3<Float>(0.3, 1.5, 2.7)
        return SIMD3(0.006, 0.005, 0.0045)
            + SIMD3(0.79, 0.67, 0.48) * SRGB.exponential(-absorbance)
    }

    /// Albedo of a strand without pigment, linear RGB.
    public static var greyAlbedo: SIMD3<Float> { SIMD3(0.62, 0.615, 0.6) }

    /// Albedo of coloured strands, linear RGB; of all strands if dyed.
    public var strand: SIMD3<Float> {
        dye?.linear ?? Self.albedo(eumelanin: eumelanin, pheomelanin: pheomelanin)
    }

    /// Average albedo of all strands, linear RGB.
    public var linear: SIMD3<Float> {
        dye == nil ? blend(strand, Self.greyAlbedo, grey) : strand
    }

    /// Names of natural colours, from what pigment there is.
    public enum Name: String, CaseIterable, Codable, Sendable {
        case black, darkBrown, brown, lightBrown, darkBlond, blond, paleBlond, auburn, red
    }

    /// The nearest name, grey and dye left aside.
    public var name: Name {
        if pheomelanin > 0.42 && eumelanin < 0.5 { return eumelanin < 0.2 ? .red : .auburn }
        switch eumelanin {
        case ..<0.055: return .paleBlond
        case ..<0.13: return .blond
        case ..<0.21: return .darkBlond
        case ..<0.32: return .lightBrown
        case ..<0.48: return .brown
        case ..<0.7: return .darkBrown
        default: return .black
        }
    }
}

/// Colours that people put on their hair.
public enum HairDye: String, CaseIterable, Codable, Sendable {
    case platinum, copper, burgundy, pink, blue, purple, green, teal

    /// Albedo of a dyed strand, linear RGB.
    public var linear: SIMD3<Float> {
        switch self {
        case .platinum: SRGB.linear(0xE2_D8C2)
        case .copper: SRGB.linear(0xA8_4A20)
        case .burgundy: SRGB.linear(0x5C_1526)
        case .pink: SRGB.linear(0xE0_82A6)
        case .blue: SRGB.linear(0x2C_54A8)
        case .purple: SRGB.linear(0x6A_3A8C)
        case .green: SRGB.linear(0x3E_8A54)
        case .teal: SRGB.linear(0x24_8A8E)
        }
    }
}

extension HairColour {
    /// Draws pigments and dye; dark hair is likelier with deep skin, but nothing is certain.
    ///
    /// - Parameters:
    ///   - melanin: of the skin, 0...1.
    ///   - masculinity: 0...1.
    ///   - age: years.
    ///   - source: the person's stream for the colour of hair.
    /// - Returns: a colour without grey.
    static func drawn(
        melanin: Float, masculinity: Float, age: Float, _ source: WorldRandom
    ) -> HairColour {
        var random = source
        let fair = 1 - melanin
        let name = random.choose([
            Name.black: 0.12 + 1.5 * melanin, .darkBrown: 0.28 + 0.1 * melanin,
            .brown: 0.02 + 0.3 * fair, .lightBrown: 0.006 + 0.2 * fair * fair,
            .darkBlond: 0.004 + 0.2 * fair * fair, .blond: 0.003 + 0.2 * fair * fair,
            .paleBlond: 0.002 + 0.08 * fair * fair, .auburn: 0.008 + 0.07 * fair,
            .red: 0.003 + 0.11 * fair * fair,
        ])
        let (eumelanin, pheomelanin) = ranges(of: name)
        let e = random.uniform(eumelanin)
        let p = random.uniform(pheomelanin)
        var dye: HairDye?
        let likely = blend(0.1, 0.03, masculinity) * ramp(age, 14, 18) * (1 - ramp(age, 55, 75))
        if random.chance(Double(likely)) { dye = random.pick(HairDye.allCases) }
        return HairColour(eumelanin: e, pheomelanin: p, dye: dye)
    }

    /// Where the pigments of a name lie; drawing from here gives that name again.
    private static func ranges(of name: Name) -> (ClosedRange<Float>, ClosedRange<Float>) {
        switch name {
        case .black: (0.72...1, 0...0.25)
        case .darkBrown: (0.49...0.69, 0...0.35)
        case .brown: (0.33...0.47, 0...0.35)
        case .lightBrown: (0.22...0.31, 0...0.35)
        case .darkBlond: (0.14...0.2, 0...0.3)
        case .blond: (0.06...0.125, 0...0.25)
        case .paleBlond: (0.01...0.05, 0...0.12)
        case .auburn: (0.22...0.42, 0.5...0.95)
        case .red: (0.03...0.17, 0.55...1)
        }
    }
}
