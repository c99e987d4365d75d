/// Who a synthetic person is: everything that stays the same from picture to picture.
///
/// Drawn from (seed, index) by ``init(seed:index:)``; what changes from picture to picture is a
/// ``Look``. Left and right are always the person's own.
public struct Person: Codable, Equatable, Sendable {
    /// The seed that this person was drawn from.
    public var seed: UInt64
    /// Which person of that seed, 0 and up.
    public var index: Int
    /// How masculine the person looks, 0...1; most people lie near either end.
    public var masculinity: Float
    /// Years, 6...90.
    public var age: Float
    /// -1 (very thin) ... 1 (very heavy), 0 on average.
    public var weight: Float
    /// The shape of head and face.
    public var facial: FacialParameters
    /// How the halves of the face differ.
    public var asymmetry: FacialAsymmetry
    /// Tone, marks and lines.
    public var skin: Skin
    /// The eyeballs.
    public var eyes: Eyes
    /// The brows.
    public var brows: Brows
    /// The eyelashes.
    public var lashes: Lashes
    /// Lips and teeth.
    public var mouth: Mouth
    /// Hair of the head, at the present age.
    public var hair: Hair
    /// Hair of the face, at the present age.
    public var beard: Beard
    /// How all of this changes with age.
    public var ageing: Ageing
    /// What the person tends to wear.
    public var habits: Habits

    /// The word for how a person presents.
    public enum Sex: String, CaseIterable, Codable, Sendable {
        case woman, man
        /// Neither clearly: captions say "person".
        case person
    }

    /// Woman below a masculinity of 0.4, man above 0.6, person between.
    public var sex: Sex { masculinity < 0.4 ? .woman : masculinity > 0.6 ? .man : .person }
}

extension Person {
    /// How this person grows older; needed for ``aged(to:)``, and fixed for life.
    public struct Ageing: Codable, Equatable, Sendable {
        /// -2.5...2.5: wrinkles early (positive) or late.
        public var wrinkling: Float
        /// How much more or less each of the five kinds of wrinkle shows, each 0.5...1.5, in the
        /// order of ``Wrinkles``.
        public var wrinkleShares: [Float]
        /// Years at which the first hair turns grey.
        public var greyFrom: Float
        /// Years from the first grey hair to the last coloured one.
        public var greyYears: Float
        /// 0 (never bald) ... 1 (bald early, if masculine).
        public var balding: Float
        /// The beard that the person keeps once it has grown in, without grey.
        public var beard: Beard
    }

    /// The brows.
    public struct Brows: Codable, Equatable, Sendable {
        /// 0 (pencil thin) ... 1 (bushy).
        public var thickness: Float
        /// 0 (short) ... 1 (far out).
        public var length: Float
        /// 0 (straight) ... 1 (high arch).
        public var arch: Float
        /// 0 (sparse) ... 1 (dense).
        public var density: Float
        /// Mostly a little darker than the hair.
        public var colour: HairColour
    }

    /// The eyelashes.
    public struct Lashes: Codable, Equatable, Sendable {
        /// Millimetres, 4...11.
        public var length: Float
        /// 0 (sparse) ... 1 (dense).
        public var density: Float
    }

    /// Lips and teeth without make-up.
    public struct Mouth: Codable, Equatable, Sendable {
        /// 0 (hardly redder than the skin) ... 1.
        public var lipRedness: Float
        /// 0 (white) ... 1 (yellowed).
        public var teethShade: Float
    }

    /// The albedo of the lips, linear RGB.
    public var lipColour: SIMD3<Float> {
        SkinColour.lips(melanin: skin.melanin, redness: mouth.lipRedness)
    }
}
