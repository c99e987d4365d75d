extension Look.Glasses {
    /// The person's own glasses, sunglasses out of doors, or none.
    static func drawn(_ person: Person, _ source: WorldRandom) -> Self {
        var random = source
        let habits = person.habits
        let u = random.uniform()
        let style: GlassesStyle =
            u < Double(habits.sunglasses)
            ? .sunglasses : u < Double(habits.sunglasses + habits.glasses) ? habits.frame : .none
        let dark = random.choose([ColourName.black: 0.7, .brown: 0.2, .gold: 0.1])
        let name = style == .sunglasses ? dark : habits.frameColour
        return Self(style: style, colour: .drawn(name, &random))
    }
}

extension Look.Hat {
    /// The person's favourite hat or, now and then, another one.
    static func drawn(_ person: Person, _ source: WorldRandom) -> Self {
        var random = source
        let habits = person.habits
        let worn = random.chance(Double(habits.hat))
        let other = random.pick([HatStyle.beanie, .cap, .brimmed])
        let changes = random.chance(0.3) && habits.favouriteHat != .headscarf
        let colour = random.pick(ColourName.cloth)
        return Self(
            style: worn ? (changes ? other : habits.favouriteHat) : .none,
            colour: .drawn(colour, &random))
    }
}

extension Look.EarRings {
    /// The person's favourite ear-rings or, now and then, others.
    static func drawn(_ person: Person, _ source: WorldRandom) -> Self {
        var random = source
        let habits = person.habits
        let worn = random.chance(Double(habits.earRings))
        let other = random.pick([EarRingStyle.stud, .hoop, .drop])
        let changes = random.chance(0.3)
        let colour = random.choose([
            ColourName.gold: 0.42, .silver: 0.36, .white: 0.08, .red: 0.04, .blue: 0.04,
            .green: 0.03, .black: 0.03,
        ])
        return Self(
            style: worn ? (changes ? other : habits.favouriteEarRings) : .none,
            colour: .drawn(colour, &random))
    }
}

extension Look.Clothes {
    /// Clothes for a person's sex, age and habits.
    static func drawn(_ person: Person, _ source: WorldRandom) -> Self {
        var random = source
        let man = person.masculinity
        let formal = person.habits.formality
        let grown = ramp(person.age, 14, 20)
        let woman = (1 - man) * (1 - man)
        let blouses = woman * (0.08 + 0.22 * formal)
        let suits = grown * (0.02 + 0.3 * formal) * blend(0.35, 1, man)
        let style = random.choose([
            ClothesStyle.crewneck: 0.3, .shirt: 0.06 + 0.16 * formal, .blouse: blouses,
            .hoodie: 0.22 * (1 - formal), .turtleneck: 0.1, .suit: suits, .dress: 0.2 * woman,
        ])
        let sober = random.choose([
            ColourName.navy: 0.34, .grey: 0.26, .black: 0.28, .brown: 0.07, .beige: 0.05,
        ])
        let pale = random.choose([
            ColourName.white: 0.45, .lightBlue: 0.25, .pink: 0.1, .grey: 0.1, .cream: 0.1,
        ])
        let any = random.pick(ColourName.cloth)
        let usesPale = random.chance(0.6)
        let isPale = style == .shirt && usesPale
        let name: ColourName = style == .suit ? sober : isPale ? pale : any
        let striped = random.chance(0.2) && style != .suit && style != .hoodie
        // Stripes must be told from their ground.
        let other = random.pick(ColourName.cloth.filter { !$0.resembles(name) })
        let isWhite = random.chance(0.6) && !name.resembles(.white)
        let stripe: ColourName = isWhite ? .white : other
        let tie = random.choose([
            ColourName.red: 0.24, .navy: 0.2, .blue: 0.2, .burgundy: 0.12, .green: 0.08,
            .purple: 0.08, .yellow: 0.04, .grey: 0.04,
        ])
        let tied = random.chance(Double(blend(0.05, 0.8, man)))
        let colour = NamedColour.drawn(name, &random)
        let second = NamedColour.drawn(style == .suit ? tie : stripe, &random)
        return Self(
            style: style, colour: colour, pattern: striped ? .stripes : .plain, second: second,
            hasTie: style == .suit && tied)
    }
}

extension ColourName {
    /// Whether stripes of the one would hardly show on the other.
    func resembles(_ other: ColourName) -> Bool {
        let difference = linear - other.linear
        return (difference * difference).sum() < 0.05
    }
}

extension Look.MakeUp {
    /// Make-up for one picture: none, or as much as the person's habit goes.
    static func drawn(_ person: Person, _ source: WorldRandom) -> Self {
        var random = source
        let habit = person.habits.makeUp
        let painted = random.chance(Double(0.25 + 0.7 * habit))
        let paintsLips = random.chance(Double(0.3 + 0.6 * habit))
        let paintsLids = random.chance(Double(0.1 + 0.6 * habit))
        let lines = random.chance(Double(0.2 + 0.6 * habit))
        let changes = random.chance(0.25)
        let other = random.pick([ColourName.red, .pink, .burgundy, .brown, .purple, .mauve])
        let shadow = random.choose([
            ColourName.brown: 0.3, .mauve: 0.16, .purple: 0.12, .blue: 0.12, .green: 0.07,
            .pink: 0.1, .gold: 0.07, .grey: 0.06,
        ])
        let lips = random.uniform(0.45...0.95)
        let lids = random.uniform(0.25...0.75)
        let liner = random.uniform(0.3...1)
        let cheeks = random.uniform(0...0.7)
        let base = random.uniform(0.1...0.8)
        guard habit > 0, painted else { return .none }
        let lipstick = NamedColour.drawn(changes ? other : person.habits.lipstick, &random)
        return Self(
            lipstick: lipstick, lipstickOpacity: paintsLips ? lips : 0,
            eyeShadow: .drawn(shadow, &random), eyeShadowOpacity: paintsLids ? lids : 0,
            eyeLiner: lines ? liner : 0, blush: cheeks * habit, foundation: base * habit)
    }
}
