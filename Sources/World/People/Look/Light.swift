/// Named set-ups of light; left and right are those of the picture's viewer.
public enum LightPreset: String, CaseIterable, Codable, Sendable {
    case softboxFront, rembrandtLeft, rembrandtRight, butterfly, split, rim
    case overcast, goldenHour, window, ring, underLight, neon, candle, night
}

/// What lies behind a person.
public enum BackdropKind: String, CaseIterable, Codable, Sendable {
    case solid, gradient, room, park, street, studio
}

extension Look {
    /// The light of a picture.
    public struct Light: Codable, Equatable, Sendable {
        /// The set-up.
        public var preset: LightPreset
        /// Multiplies the preset's brightness, 0.8...1.25.
        public var intensity: Float
        /// -1 (bluer) ... 1 (yellower) than the preset.
        public var warmth: Float
        /// Turns the whole set-up about the vertical axis; degrees, -30...30, positive to the
        /// person's left.
        public var rotationDegrees: Float
        /// The colour of neon light; unused by other presets.
        public var accent: NamedColour
    }

    /// The background of a picture.
    public struct Backdrop: Codable, Equatable, Sendable {
        /// What it shows.
        public var kind: BackdropKind
        /// The wall, or the top of a gradient.
        public var colour: NamedColour
        /// The bottom of a gradient.
        public var second: NamedColour
        /// For whatever varies in rooms, parks and streets.
        public var seed: UInt64
    }
}

extension Look.Backdrop {
    static func drawn(_ source: WorldRandom) -> Self {
        var random = source
        let kind = random.choose([
            BackdropKind.solid: 0.26, .gradient: 0.16, .room: 0.18, .park: 0.14,
            .street: 0.13, .studio: 0.13,
        ])
        let name = random.pick(ColourName.cloth)
        let second = random.pick(ColourName.cloth.filter { !$0.resembles(name) })
        return Self(
            kind: kind, colour: .drawn(name, &random), second: .drawn(second, &random),
            seed: random.next())
    }
}

extension Look.Light {
    /// Light that goes with a background.
    static func drawn(behind kind: BackdropKind, _ source: WorldRandom) -> Self {
        var random = source
        let preset = random.choose(from: LightPreset.allCases.map { ($0, $0.share(with: kind)) })
        let accent = random.pick([ColourName.pink, .blue, .purple, .teal, .red, .green])
        return Self(
            preset: preset, intensity: random.uniform(0.8...1.25),
            warmth: random.normal(0, 0.4, in: -1...1),
            rotationDegrees: random.normal(0, 12, in: -30...30), accent: NamedColour(accent))
    }
}

extension LightPreset {
    /// How common it is in front of a background; nothing is impossible where nothing contradicts.
    func share(with kind: BackdropKind) -> Float {
        let outdoors = kind == .park || kind == .street
        switch self {
        case .softboxFront: return outdoors ? 0.02 : 0.2
        case .rembrandtLeft, .rembrandtRight: return outdoors ? 0.02 : 0.12
        case .butterfly: return outdoors ? 0.01 : 0.09
        case .split: return outdoors ? 0.02 : 0.07
        case .rim: return outdoors ? 0.06 : 0.06
        case .overcast: return outdoors ? 0.4 : 0.02
        case .goldenHour: return outdoors ? 0.3 : 0.02
        case .window: return outdoors ? 0 : kind == .room ? 0.3 : 0.1
        case .ring: return outdoors ? 0.01 : 0.07
        case .underLight: return outdoors ? 0.02 : 0.04
        case .neon: return kind == .street ? 0.12 : outdoors ? 0.01 : 0.05
        case .candle: return outdoors ? 0.01 : kind == .room ? 0.1 : 0.03
        case .night: return outdoors ? 0.12 : 0.03
        }
    }
}
