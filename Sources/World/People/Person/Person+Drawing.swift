extension Person {
    /// Draws a person; the same seed and index give the same person on every machine.
    ///
    /// Every property comes from a stream of its own (``WorldRandom``), so a change to how one is
    /// drawn leaves the others as they were.
    ///
    /// - Parameters:
    ///   - seed: the user's.
    ///   - index: which person, 0 and up.
    public init(seed: UInt64, index: Int) {
        func stream(_ name: String) -> WorldRandom {
            WorldRandom(seed: seed, stream: "person/\(name)", indices: [index])
        }
        let masculinity = Self.masculinity(stream("sex"))
        let age = Self.age(stream("age"))
        var build = stream("weight")
        let weight = build.normal(0, 0.45, in: -1...1)
        var tone = stream("melanin")
        let melanin = tone.uniform(0...1)

        var colour = HairColour.drawn(
            melanin: melanin, masculinity: masculinity, age: age, stream("hair colour"))
        let beard = Beard.drawn(
            style: Self.beardStyle(masculinity, stream("beard style")), hair: colour,
            stream("beard"))
        let ageing = Ageing.drawn(beard: beard, stream("ageing"))
        colour.grey = ageing.grey(at: age)
        var skin = Skin.drawn(
            melanin: melanin, pheomelanin: colour.pheomelanin, age: age, stream: stream)
        skin.wrinkles = Wrinkles(ageing, at: age)

        self.init(
            seed: seed, index: index, masculinity: masculinity, age: age, weight: weight,
            facial: Self.face(masculinity, age, weight, stream("face")),
            asymmetry: .drawn(stream("asymmetry")), skin: skin,
            eyes: .drawn(melanin: melanin, age: age, stream("eyes")),
            brows: .drawn(masculinity: masculinity, age: age, hair: colour, stream("brows")),
            lashes: .drawn(masculinity: masculinity, stream("lashes")),
            mouth: .drawn(age: age, stream("mouth")),
            hair: .drawn(
                melanin: melanin, masculinity: masculinity, age: age,
                recession: ageing.recession(at: age, masculinity: masculinity), colour: colour,
                stream("hair")),
            beard: ageing.beard(at: age), ageing: ageing,
            habits: .drawn(masculinity: masculinity, age: age, stream("habits")))
    }

    /// Two humps and few between.
    private static func masculinity(_ source: WorldRandom) -> Float {
        var random = source
        switch random.choose([0: 0.48, 1: 0.48, 2: Float(0.04)]) {
        case 0: return random.normal(0.14, 0.1, in: 0...0.39)
        case 1: return random.normal(0.86, 0.1, in: 0.61...1)
        default: return random.uniform(0.4...0.6)
        }
    }

    /// Mostly grown-ups, with children and old people always among them.
    private static func age(_ source: WorldRandom) -> Float {
        var random = source
        let band = random.choose([
            Float(6)...Float(13): 0.07, 13...20: 0.09, 20...35: 0.31, 35...50: 0.23,
            50...65: 0.16, 65...80: 0.1, 80...90: 0.04,
        ])
        return random.uniform(band)
    }

    private static func beardStyle(_ masculinity: Float, _ source: WorldRandom) -> BeardStyle {
        var random = source
        let kept = random.choose([
            BeardStyle.none: 0.42, .stubble: 0.2, .moustache: 0.06, .goatee: 0.08,
            .shortBoxed: 0.11, .full: 0.09, .long: 0.04,
        ])
        return random.chance(Double(ramp(masculinity, 0.42, 0.65))) ? kept : .none
    }

    private static func face(
        _ masculinity: Float, _ age: Float, _ weight: Float, _ source: WorldRandom
    ) -> FacialParameters {
        var random = source
        var face = FacialStatistics.mean(masculinity: masculinity, age: age, weight: weight)
        let own = FacialStatistics.deviations(&random)
        for parameter in FacialParameter.allCases { face[parameter] += own[parameter] }
        return face
    }
}

extension Person.Ageing {
    /// Draws how someone ages; all of it holds for life.
    static func drawn(beard: Person.Beard, _ source: WorldRandom) -> Self {
        var random = source
        return Self(
            wrinkling: random.normal(0, 1, in: -2.5...2.5),
            wrinkleShares: (0..<5).map { _ in random.normal(1, 0.22, in: 0.5...1.5) },
            greyFrom: random.normal(42, 8, in: 22...66),
            greyYears: random.normal(38, 9, in: 16...62), balding: random.uniform(0...1),
            beard: beard)
    }
}

extension FacialAsymmetry {
    /// Draws small, independent differences between the halves.
    static func drawn(_ source: WorldRandom) -> Self {
        var random = source
        func small() -> Float { random.normal(0, 1, in: -2.5...2.5) }
        return Self(
            eyeHeight: small(), browHeight: small(), mouthTilt: small(), noseBend: small(),
            jawShift: small(), earHeight: small())
    }
}

extension Person.Brows {
    /// Draws brows: a little darker than the hair, thicker on men, thinner and greyer with age.
    static func drawn(
        masculinity: Float, age: Float, hair: HairColour, _ source: WorldRandom
    ) -> Self {
        var random = source
        let old = ramp(age, 50, 85)
        let thickness = random.normal(blend(0.4, 0.62, masculinity) - 0.08 * old, 0.17, in: 0...1)
        let darker = random.uniform(0.02...0.16)
        return Self(
            thickness: thickness, length: random.normal(0.5, 0.17, in: 0...1),
            arch: random.normal(blend(0.58, 0.36, masculinity), 0.18, in: 0...1),
            density: random.normal(blend(0.62, 0.7, masculinity) - 0.15 * old, 0.17, in: 0.05...1),
            colour: HairColour(
                eumelanin: min(hair.eumelanin + darker, 1), pheomelanin: 0.8 * hair.pheomelanin,
                grey: 0.7 * hair.grey))
    }
}

extension Person.Lashes {
    static func drawn(masculinity: Float, _ source: WorldRandom) -> Self {
        var random = source
        return Self(
            length: random.normal(blend(8, 7, masculinity), 1, in: 4...11),
            density: random.normal(0.6, 0.18, in: 0...1))
    }
}

extension Person.Mouth {
    static func drawn(age: Float, _ source: WorldRandom) -> Self {
        var random = source
        return Self(
            lipRedness: random.normal(blend(0.55, 0.4, ramp(age, 30, 80)), 0.18, in: 0...1),
            teethShade: random.normal(blend(0.25, 0.6, ramp(age, 15, 80)), 0.15, in: 0...1))
    }
}
