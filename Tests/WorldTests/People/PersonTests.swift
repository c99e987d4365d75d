import Testing
import World

@Suite struct PersonTests {
    @Test func sameSeedAndIndexIsTheSamePerson() {
        #expect(Person(seed: 9, index: 4) == Person(seed: 9, index: 4))
        #expect(Person(seed: 9, index: 4).facial != Person(seed: 9, index: 5).facial)
        #expect(Person(seed: 9, index: 4).facial != Person(seed: 10, index: 4).facial)
    }

    @Test func everyPropertyHasAStreamOfItsOwn() {
        // Whatever else is drawn for a person, these are the first numbers of their own streams.
        for index in 0..<20 {
            let person = Person(seed: 8, index: index)
            var melanin = WorldRandom(seed: 8, stream: "person/melanin", indices: [index])
            #expect(person.skin.melanin == melanin.uniform(0...1))
            var build = WorldRandom(seed: 8, stream: "person/weight", indices: [index])
            #expect(person.weight == build.normal(0, 0.45, in: -1...1))
        }
    }

    /// The readable part of `StableJSONTests.worldIsWhatItWas`.
    @Test func personZeroOfSeedZeroIsWhoTheyWere() {
        let person = Person(seed: 0, index: 0)
        let known = [
            person.masculinity, person.age, person.weight, person.skin.melanin,
            person.facial[.noseLength], person.facial[.shoulderWidth],
        ]
        #expect(known == Self.known, "\(known)")
    }

    private static let known: [Float] = [
        0.13140383, 35.874313, 0.29795003, 0.18827045, -0.24895246, -1.1541674,
    ]

    @Test func streamsAreIndependent() {
        // Neighbouring indices and different properties of one person do not follow one another.
        let people = (0..<2000).map { Person(seed: 1, index: $0) }
        let melanin = people.map { Double($0.skin.melanin) }
        let age = people.map { Double($0.age) }
        let weight = people.map { Double($0.weight) }
        #expect(abs(correlation(melanin, age)) < 0.06)
        #expect(abs(correlation(age, weight)) < 0.06)
        #expect(abs(correlation(Array(melanin.dropLast()), Array(melanin.dropFirst()))) < 0.06)
        // The control: numbers that must go together do.
        let grey = people.map { Double($0.hair.colour.grey) }
        #expect(correlation(age, grey) > 0.7)
    }

    @Test func shapeTellsNothingOfTheToneOfSkin() {
        let people = (0..<2000).map { Person(seed: 2, index: $0) }
        let melanin = people.map { Double($0.skin.melanin) }
        for parameter in FacialParameter.allCases {
            let values = people.map { Double($0.facial[parameter]) }
            #expect(abs(correlation(melanin, values)) < 0.08, "\(parameter.rawValue)")
        }
    }

    @Test func facesSpreadByAboutOneDeviation() {
        let people = (0..<2000).map { Person(seed: 3, index: $0) }.filter {
            $0.sex == .man && (25..<45).contains($0.age)
        }
        for parameter in FacialParameter.allCases {
            let values = people.map { Double($0.facial[parameter]) }
            let mean = values.reduce(0, +) / Double(values.count)
            let spread = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
            #expect((0.75...1.8).contains(spread.squareRoot()), "\(parameter.rawValue)")
        }
    }

    @Test func tableOfShiftsNamesEveryParameterOnce() {
        #expect(FacialStatistics.rows.map(\.parameter) == FacialParameter.allCases)
        for row in FacialStatistics.rows {
            let share = row.factors.values.reduce(0) { $0 + $1 * $1 }
            #expect(share < 0.9, "\(row.parameter.rawValue)")
        }
    }

    @Test func sexesAndAgesDifferAsThePublicKnows() {
        func mean(_ masculinity: Float, _ age: Float, _ weight: Float = 0) -> FacialParameters {
            FacialStatistics.mean(masculinity: masculinity, age: age, weight: weight)
        }
        #expect(mean(1, 30)[.jawWidth] > mean(0, 30)[.jawWidth] + 1)
        #expect(mean(0, 30)[.upperLipFullness] > mean(1, 30)[.upperLipFullness])
        #expect(mean(0.5, 6)[.eyeSize] > mean(0.5, 30)[.eyeSize] + 1)
        #expect(mean(0.5, 85)[.earSize] > mean(0.5, 30)[.earSize] + 0.8)
        #expect(mean(0.5, 30, 1)[.cheekFullness] > mean(0.5, 30, -1)[.cheekFullness] + 2)
    }

    @Test func ageingKeepsWhoTheyAre() {
        for index in 0..<200 {
            let person = Person(seed: 5, index: index)
            let old = person.aged(to: 80)
            #expect(old.age == 80 && old.masculinity == person.masculinity)
            #expect(old.skin.moles == person.skin.moles && old.skin.scars == person.skin.scars)
            #expect(old.skin.melanin == person.skin.melanin && old.eyes == person.eyes)
            #expect(old.asymmetry == person.asymmetry && old.ageing == person.ageing)
            #expect(old.hair.style == person.hair.style && old.habits == person.habits)
            let back = old.aged(to: person.age)
            for parameter in FacialParameter.allCases {
                #expect(abs(back.facial[parameter] - person.facial[parameter]) < 1e-5)
            }
            #expect(back.skin.wrinkles == person.skin.wrinkles)
            #expect(back.hair == person.hair && back.beard == person.beard)
            #expect(person.aged(to: person.age) == person)
        }
    }

    @Test func ageingShows() {
        let people = (0..<100).map { Person(seed: 6, index: $0).aged(to: 25) }
        for person in people {
            let old = person.aged(to: 78)
            let child = person.aged(to: 3)
            #expect(old.skin.wrinkles.mean > person.skin.wrinkles.mean + 0.15)
            #expect(old.hair.colour.grey > person.hair.colour.grey)
            #expect(old.hair.recession >= person.hair.recession)
            #expect(child.age == 6 && child.beard.style == .none)
            #expect(child.hair.colour.grey == 0 && child.skin.wrinkles.mean < 0.1)
        }
    }

    @Test func wearsOnlyWhatGoesWithThem() {
        for index in 0..<2000 {
            let person = Person(seed: 7, index: index)
            #expect(person.hair.style.curls.contains(person.hair.curl))
            #expect(person.hair.style.lengths.contains(person.hair.length))
            if person.age < 16 { #expect(person.beard.style == .none) }
            if person.sex == .woman { #expect(person.beard.style == .none) }
            for mole in person.skin.moles { #expect(!mole.place.isTaken) }
        }
    }

    private func correlation(_ a: [Double], _ b: [Double]) -> Double {
        let n = Double(a.count)
        let (ma, mb) = (a.reduce(0, +) / n, b.reduce(0, +) / n)
        var (ab, aa, bb) = (0.0, 0.0, 0.0)
        for (x, y) in zip(a, b) {
            ab += (x - ma) * (y - mb)
            aa += (x - ma) * (x - ma)
            bb += (y - mb) * (y - mb)
        }
        return ab / (aa * bb).squareRoot()
    }
}
