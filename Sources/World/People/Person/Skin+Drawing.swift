extension Person.Skin {
    /// Draws the skin; its wrinkles come with age, by ``Person/Ageing``.
    ///
    /// Melanin is uniform: each tenth of the scale gets its tenth of the people.
    ///
    /// - Parameters:
    ///   - melanin: 0...1.
    ///   - pheomelanin: red pigment of the hair, 0...1; freckles go with it.
    ///   - age: years.
    ///   - stream: the person's streams.
    /// - Returns: skin without wrinkles.
    static func drawn(
        melanin: Float, pheomelanin: Float, age: Float, stream: (String) -> WorldRandom
    ) -> Self {
        var random = stream("skin")
        let haemoglobin = random.normal(0.5, 0.17, in: 0...1)
        let undertone = random.normal(0, 0.45, in: -1...1)
        let evenness = random.normal(blend(0.78, 0.5, ramp(age, 15, 80)), 0.14, in: 0...1)
        let pores = random.normal(blend(0.3, 0.6, ramp(age, 12, 70)), 0.15, in: 0...1)
        let oiliness = random.normal(blend(0.45, 0.3, ramp(age, 40, 80)), 0.2, in: 0...1)
        let blush = random.normal(blend(0.4, 0.3, ramp(age, 10, 40)), 0.18, in: 0...1)
        return Self(
            melanin: melanin, haemoglobin: haemoglobin, undertone: undertone, evenness: evenness,
            freckles: freckles(melanin, pheomelanin, stream("freckles")), pores: pores,
            oiliness: oiliness, blush: blush, moles: moles(age, stream("moles")),
            scars: scars(stream("scars")), wrinkles: .none, seed: random.next())
    }

    private static func freckles(
        _ melanin: Float, _ pheomelanin: Float, _ source: WorldRandom
    ) -> Float {
        var random = source
        let fair = (1 - melanin) * (1 - melanin)
        let likely = 0.03 + 0.3 * fair + 0.45 * pheomelanin * fair
        guard random.chance(Double(likely)) else { return 0 }
        return random.uniform(0.2...1) * blend(0.75, 1, random.uniform(0...1))
    }

    private static func moles(_ age: Float, _ source: WorldRandom) -> [Person.Mole] {
        var random = source
        let more = Double(blend(0.3, 0.68, ramp(age, 6, 40)))
        var moles: [Person.Mole] = []
        while moles.count < 8 && random.chance(more) {
            let place = Person.FacePlace.drawn(&random)
            let size = random.uniform(0...1)
            moles.append(
                Person.Mole(
                    place: place, radius: 0.5 + 1.8 * size * size,
                    darkness: random.uniform(0.35...1)))
        }
        return moles
    }

    private static func scars(_ source: WorldRandom) -> [Person.Scar] {
        var random = source
        let count = random.choose([0: 0.94, 1: 0.05, 2: 0.01])
        return (0..<count).map { _ in
            Person.Scar(
                place: .drawn(&random), length: random.uniform(6...32),
                angleDegrees: random.uniform(-90...90), depth: random.uniform(0.25...1))
        }
    }
}

extension Person.Wrinkles {
    /// A smooth face.
    public static var none: Self {
        Self(forehead: 0, crowsFeet: 0, nasolabial: 0, glabella: 0, underEye: 0)
    }

    /// The lines of a person at an age.
    ///
    /// - Parameters:
    ///   - ageing: how the person ages.
    ///   - age: years.
    init(_ ageing: Person.Ageing, at age: Float) {
        let effective = age + 5 * ageing.wrinkling
        let depth = blend(0.02, 0.95, ramp(effective, 22, 88))
        func share(_ i: Int) -> Float {
            i < ageing.wrinkleShares.count ? ageing.wrinkleShares[i] : 1
        }
        func line(_ i: Int) -> Float { min(depth * share(i), 1) }
        self.init(
            forehead: line(0), crowsFeet: line(1), nasolabial: line(2), glabella: line(3),
            underEye: line(4))
    }
}
