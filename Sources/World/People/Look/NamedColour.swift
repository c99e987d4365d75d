/// Colours of things that have a plain word.
public enum ColourName: String, CaseIterable, Codable, Sendable {
    case white, cream, beige, yellow, mustard, orange, red, burgundy, pink, mauve, purple
    case navy, blue, lightBlue, teal, green, olive, brown, grey, black, gold, silver

    /// The colour, linear RGB.
    public var linear: SIMD3<Float> {
        switch self {
        case .white: SRGB.linear(0xEE_EEEC)
        case .cream: SRGB.linear(0xEC_E2C8)
        case .beige: SRGB.linear(0xC8_B494)
        case .yellow: SRGB.linear(0xE8_CC3C)
        case .mustard: SRGB.linear(0xC4_962C)
        case .orange: SRGB.linear(0xDC_7A2C)
        case .red: SRGB.linear(0xBC_2A2C)
        case .burgundy: SRGB.linear(0x6C_1C2E)
        case .pink: SRGB.linear(0xE2_98AC)
        case .mauve: SRGB.linear(0xA0_6C80)
        case .purple: SRGB.linear(0x6A_3C8A)
        case .navy: SRGB.linear(0x1E_2A4E)
        case .blue: SRGB.linear(0x2C_5CA8)
        case .lightBlue: SRGB.linear(0x9C_C0DE)
        case .teal: SRGB.linear(0x20_7C80)
        case .green: SRGB.linear(0x38_7C48)
        case .olive: SRGB.linear(0x6A_6A38)
        case .brown: SRGB.linear(0x6E_4A30)
        case .grey: SRGB.linear(0x84_8688)
        case .black: SRGB.linear(0x1C_1C1E)
        case .gold: SRGB.linear(0xC8_9E48)
        case .silver: SRGB.linear(0xB8_BCC0)
        }
    }

    /// The colours that cloth and walls come in.
    static let cloth = allCases.filter { $0 != .gold && $0 != .silver }
}

/// A colour near one that has a name.
public struct NamedColour: Codable, Equatable, Sendable {
    /// What people call it.
    public var name: ColourName
    /// Linear RGB.
    public var linear: SIMD3<Float>

    /// A colour.
    ///
    /// - Parameters:
    ///   - name: what people call it.
    ///   - linear: linear RGB; nil for the name's own.
    public init(_ name: ColourName, linear: SIMD3<Float>? = nil) {
        self.name = name
        self.linear = linear ?? name.linear
    }

    /// A shade that still deserves the name: a little lighter or darker, channel by channel.
    static func drawn(_ name: ColourName, _ random: inout WorldRandom) -> NamedColour {
        let light = random.uniform(0.82...1.18)
        let shift = SIMD3(
            random.uniform(0.94...1.06), random.uniform(0.94...1.06), random.uniform(0.94...1.06))
        let linear = (name.linear * light * shift).clamped(
            lowerBound: SIMD3(repeating: 0), upperBound: SIMD3(repeating: 0.92))
        return NamedColour(name, linear: linear)
    }
}
