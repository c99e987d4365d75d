extension Person {
    /// What a person tends to wear; whether it is worn in one picture is up to the ``Look``.
    public struct Habits: Codable, Equatable, Sendable {
        /// Share of pictures with glasses, 0...1.
        public var glasses: Float
        /// The frame that the person owns.
        public var frame: GlassesStyle
        /// The colour of that frame.
        public var frameColour: ColourName
        /// Share of pictures with sunglasses, 0...1.
        public var sunglasses: Float
        /// Share of pictures with a hat, 0...1; 1 for those who always wear a headscarf.
        public var hat: Float
        /// The hat worn most often.
        public var favouriteHat: HatStyle
        /// Share of pictures with ear-rings, 0...1.
        public var earRings: Float
        /// The ear-rings worn most often.
        public var favouriteEarRings: EarRingStyle
        /// How often and how strongly the person makes up, 0...1.
        public var makeUp: Float
        /// The colour of lipstick worn most often.
        public var lipstick: ColourName
        /// 0 (hoodies) ... 1 (suits).
        public var formality: Float
    }
}

extension Person.Habits {
    /// Draws habits.
    ///
    /// - Parameters:
    ///   - masculinity: 0...1.
    ///   - age: years.
    ///   - source: the person's stream for habits.
    /// - Returns: habits for all pictures of the person.
    static func drawn(masculinity: Float, age: Float, _ source: WorldRandom) -> Self {
        var random = source
        let adult = ramp(age, 13, 20)
        let wears = random.chance(Double(blend(0.18, 0.34, adult) + 0.3 * ramp(age, 42, 62)))
        let frame = random.choose([
            GlassesStyle.round: 0.32, .square: 0.36, .aviator: 0.14 + 0.08 * masculinity,
            .catEye: 0.24 * (1 - masculinity),
        ])
        let frameColour = random.choose([
            ColourName.black: 0.4, .brown: 0.2, .gold: 0.12, .silver: 0.12, .red: 0.05,
            .blue: 0.05, .white: 0.02, .green: 0.02, .pink: 0.02,
        ])
        let glasses = wears ? random.uniform(0.35...1) : 0.03
        let sunglasses = random.uniform(0...0.08)
        let scarf = random.chance(Double(0.05 * adult * (1 - ramp(masculinity, 0.3, 0.6))))
        let hats = random.choose([
            HatStyle.beanie: 0.36, .cap: 0.2 + 0.2 * masculinity, .brimmed: 0.2,
        ])
        let hat = random.uniform(0...0.22)
        let pierced = random.chance(Double(blend(0.72, 0.12, masculinity) * blend(0.35, 1, adult)))
        let earRings = random.uniform(0.25...0.95)
        let favourite = random.choose([
            EarRingStyle.stud: 0.42 + 0.3 * masculinity, .hoop: 0.3,
            .drop: 0.3 * (1 - masculinity),
        ])
        let paints = random.chance(Double(blend(0.7, 0.02, ramp(masculinity, 0.2, 0.7)) * adult))
        let makeUp = random.uniform(0.2...1)
        let lipstick = random.choose([
            ColourName.red: 0.3, .pink: 0.26, .burgundy: 0.14, .brown: 0.1,
            .orange: 0.07, .purple: 0.07, .mauve: 0.14,
        ])
        let formality = random.normal(blend(0.15, 0.5, adult), 0.25, in: 0...1)
        return Self(
            glasses: glasses, frame: frame, frameColour: frameColour, sunglasses: sunglasses,
            hat: scarf ? 1 : hat, favouriteHat: scarf ? .headscarf : hats,
            earRings: pierced ? earRings : 0, favouriteEarRings: favourite,
            makeUp: paints ? makeUp : 0, lipstick: lipstick, formality: formality)
    }
}
