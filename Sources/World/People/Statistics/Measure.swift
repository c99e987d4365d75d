extension PopulationStatistics {
    /// What is counted; those of a ``Person`` first.
    public enum Measure: String, CaseIterable, Codable, Sendable {
        case skinTone, sex, age, weight, hairStyle, hairColour, hairLength, grey, recession, curl
        case beard, eyes, freckles, moles, wrinkles
        case glasses, hat, earRings, makeUp, clothes, expression, light, backdrop
        case yaw, pitch, facing, lensBlur

        var place: Int { Measure.places[self] ?? 0 }

        private static let places = Dictionary(
            uniqueKeysWithValues: allCases.enumerated().map { ($1, $0) })
    }
}

extension PopulationStatistics.Measure {
    /// A histogram of this measure with nothing in it.
    func empty(in range: ViewRange) -> Histogram {
        switch self {
        case .skinTone: ranges("skin tone (1 fairest)", (1...10).map(String.init))
        case .sex: kinds("presents as", Person.Sex.self)
        case .age:
            ranges(
                "age",
                ["6-9", "10-19", "20-29", "30-39", "40-49", "50-59", "60-69", "70-79", "80-90"])
        case .weight: ranges("weight", tenths(from: -10, by: 2, count: 10))
        case .hairStyle: kinds("hair style", HairStyle.self)
        case .hairColour: Histogram(title: "hair colour", labels: Self.hairColours)
        case .hairLength:
            ranges("hair length, cm", ["0", "0-2", "2-5", "5-10", "10-20", "20-35", "35-65"])
        case .grey: ranges("grey hair", tenths(from: 0, by: 2, count: 5))
        case .recession: ranges("receding hairline", tenths(from: 0, by: 2, count: 5))
        case .curl: ranges("curl", tenths(from: 0, by: 2, count: 5))
        case .beard: kinds("beard", BeardStyle.self)
        case .eyes: kinds("eyes", IrisColour.self)
        case .freckles: ranges("freckles", ["none"] + tenths(from: 0, by: 2, count: 5))
        case .moles: ranges("moles", ["0", "1", "2", "3", "4", "5 or more"])
        case .wrinkles: ranges("wrinkles", tenths(from: 0, by: 2, count: 5))
        case .glasses: kinds("glasses", GlassesStyle.self)
        case .hat: kinds("hat", HatStyle.self)
        case .earRings: kinds("ear-rings", EarRingStyle.self)
        case .makeUp: Histogram(title: "make-up", labels: ["none", "some", "lipstick", "much"])
        case .clothes: kinds("clothes", ClothesStyle.self)
        case .expression: kinds("expression", ExpressionPreset.self)
        case .light: kinds("light", LightPreset.self)
        case .backdrop: kinds("background", BackdropKind.self)
        case .yaw: ranges("camera yaw, degrees", degrees(range.yawDegrees))
        case .pitch: ranges("camera pitch, degrees", degrees(range.pitchDegrees))
        case .facing: ranges("face turned from the camera, degrees", degrees(range.yawDegrees + 20))
        case .lensBlur: ranges("lens blur", tenths(from: 0, by: 2, count: 5))
        }
    }

    /// Which bin a person belongs to; nil if this measures looks.
    func bin(_ person: Person) -> Int? {
        switch self {
        case .skinTone: person.skin.tone - 1
        case .sex: place(person.sex)
        case .age: Int(person.age) / 10
        case .weight: Int((person.weight + 1) * 5)
        case .hairStyle: place(person.hair.style)
        case .hairColour: Self.bin(person.hair.colour)
        case .hairLength:
            [0, 2, 5, 10, 20, 35].firstIndex { person.hair.length <= $0 } ?? 6
        case .grey: Int(person.hair.colour.grey * 5)
        case .recession: Int(person.hair.recession * 5)
        case .curl: Int(person.hair.curl * 5)
        case .beard: place(person.beard.style)
        case .eyes: place(person.eyes.iris)
        case .freckles: person.skin.freckles == 0 ? 0 : 1 + Int(person.skin.freckles * 5)
        case .moles: person.skin.moles.count
        case .wrinkles: Int(person.skin.wrinkles.mean * 5)
        default: nil
        }
    }

    /// Which bin a look belongs to; nil if this measures persons.
    func bin(_ look: Look, _ range: ViewRange) -> Int? {
        switch self {
        case .glasses: place(look.glasses.style)
        case .hat: place(look.hat.style)
        case .earRings: place(look.earRings.style)
        case .makeUp: Self.bin(look.makeUp)
        case .clothes: place(look.clothes.style)
        case .expression: place(look.preset)
        case .light: place(look.light.preset)
        case .backdrop: place(look.backdrop.kind)
        case .yaw: bin(look.camera.yawDegrees, range.yawDegrees)
        case .pitch: bin(look.camera.pitchDegrees, range.pitchDegrees)
        case .facing: bin(look.facingYawDegrees, range.yawDegrees + 20)
        case .lensBlur: Int(look.lensBlur * 5)
        default: nil
        }
    }

    private static let hairColours =
        HairColour.Name.allCases.map(\.word) + ["greying", "grey", "white", "dyed"]

    private static func bin(_ colour: HairColour) -> Int {
        let names = HairColour.Name.allCases
        if colour.dye != nil { return names.count + 3 }
        switch colour.grey {
        case ..<0.2: return names.firstIndex(of: colour.name) ?? 0
        case ..<0.5: return names.count
        case ..<0.87: return names.count + 1
        default: return names.count + 2
        }
    }

    private static func bin(_ paint: Look.MakeUp) -> Int {
        if paint == .none { return 0 }
        let lips = paint.lipstickOpacity > 0
        return lips && paint.eyeShadowOpacity > 0 ? 3 : lips ? 2 : 1
    }

    // Bins of one width.

    private func ranges(_ title: String, _ labels: [String]) -> Histogram {
        Histogram(title: title, labels: labels, isRange: true)
    }

    private func tenths(from start: Int, by step: Int, count: Int) -> [String] {
        func text(_ tenths: Int) -> String {
            (tenths < 0 ? "-" : "") + "\(abs(tenths) / 10).\(abs(tenths) % 10)"
        }
        return (0..<count).map { i in
            let low = start + i * step
            return "\(text(low))...\(text(low + step))"
        }
    }

    /// Ten bins from -limit to limit.
    private func degrees(_ limit: Float) -> [String] {
        (0..<10).map { i in
            let low = limit * (Float(i) / 5 - 1)
            return "\(Int(low.rounded()))...\(Int((low + limit / 5).rounded()))"
        }
    }

    private func bin(_ value: Float, _ limit: Float) -> Int {
        Int(((value / limit + 1) * 5).rounded(.down))
    }

    private func kinds<Kind: CaseIterable & RawRepresentable<String>>(
        _ title: String, _ type: Kind.Type
    ) -> Histogram {
        Histogram(title: title, labels: type.allCases.map(\.rawValue))
    }

    private func place<Kind: CaseIterable & Equatable>(_ kind: Kind) -> Int {
        Kind.allCases.enumerated().first { $0.element == kind }?.offset ?? 0
    }
}
