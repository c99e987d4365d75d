/// Shapes of glasses.
public enum GlassesStyle: String, CaseIterable, Codable, Sendable {
    case none, round, square, catEye, aviator
    /// Dark lenses; the eyes do not show.
    case sunglasses
}

/// Kinds of hat.
public enum HatStyle: String, CaseIterable, Codable, Sendable {
    case none, beanie, cap, brimmed
    /// Covers all hair and both ears.
    case headscarf
}

/// Kinds of ear-ring.
public enum EarRingStyle: String, CaseIterable, Codable, Sendable {
    case none, stud, hoop, drop
}

/// Kinds of clothes, as far as a portrait shows them.
public enum ClothesStyle: String, CaseIterable, Codable, Sendable {
    case crewneck, shirt, blouse, hoodie, turtleneck, suit, dress
}

/// How cloth is patterned.
public enum ClothPattern: String, CaseIterable, Codable, Sendable {
    case plain, stripes
}

extension Look {
    /// Glasses on the nose.
    public struct Glasses: Codable, Equatable, Sendable {
        /// Their shape, or none.
        public var style: GlassesStyle
        /// Of the frame.
        public var colour: NamedColour
    }

    /// A hat on the head.
    public struct Hat: Codable, Equatable, Sendable {
        /// Its kind, or none.
        public var style: HatStyle
        /// Of the cloth or felt.
        public var colour: NamedColour
    }

    /// A pair of ear-rings.
    public struct EarRings: Codable, Equatable, Sendable {
        /// Their kind, or none.
        public var style: EarRingStyle
        /// Of metal or stone.
        public var colour: NamedColour
    }

    /// What is worn below the neck.
    public struct Clothes: Codable, Equatable, Sendable {
        /// Their kind.
        public var style: ClothesStyle
        /// Of the cloth.
        public var colour: NamedColour
        /// Plain or striped.
        public var pattern: ClothPattern
        /// Of the stripes, or of a suit's tie.
        public var second: NamedColour
        /// Whether a tie is worn; with a suit only.
        public var hasTie: Bool
    }

    /// Paint on the face.
    public struct MakeUp: Codable, Equatable, Sendable {
        /// Its colour, whether worn or not.
        public var lipstick: NamedColour
        /// 0 (none) ... 1 (opaque).
        public var lipstickOpacity: Float
        /// Its colour, whether worn or not.
        public var eyeShadow: NamedColour
        /// 0 (none) ... 1 (opaque).
        public var eyeShadowOpacity: Float
        /// 0 (none) ... 1 (thick and black).
        public var eyeLiner: Float
        /// 0 (none) ... 1: red on the cheeks.
        public var blush: Float
        /// 0 (none) ... 1: evens the skin out.
        public var foundation: Float

        /// A bare face.
        public static var none: MakeUp {
            MakeUp(
                lipstick: NamedColour(.red), lipstickOpacity: 0, eyeShadow: NamedColour(.brown),
                eyeShadowOpacity: 0, eyeLiner: 0, blush: 0, foundation: 0)
        }
    }
}
