extension Person {
    /// Hair of the head.
    public struct Hair: Codable, Equatable, Sendable {
        /// How it is worn.
        public var style: HairStyle
        /// Centimetres along the longest strands, 0...65.
        public var length: Float
        /// 0 (flat) ... 1 (big).
        public var volume: Float
        /// 0 (straight) ... 0.5 (curly) ... 1 (coils).
        public var curl: Float
        /// Where it is parted, if the style has a parting.
        public var part: Part
        /// 0 (a full hairline) ... 1 (only a wreath is left).
        public var recession: Float
        /// With its grey, at the present age.
        public var colour: HairColour
        /// 0 (all strands alike) ... 1 (strands of very different lightness).
        public var variation: Float
        /// For whatever varies from strand to strand.
        public var seed: UInt64

        /// Where hair is parted, on the person's own side.
        public enum Part: String, CaseIterable, Codable, Sendable {
            case left, middle, right
        }
    }

    /// Hair of the face.
    public struct Beard: Codable, Equatable, Sendable {
        /// How it is worn.
        public var style: BeardStyle
        /// Millimetres.
        public var length: Float
        /// 0 (patchy) ... 1 (dense).
        public var density: Float
        /// With its grey.
        public var colour: HairColour
        /// For whatever varies from hair to hair.
        public var seed: UInt64
    }
}

extension Person.Hair {
    /// Draws hair; the grey in its colour and the recession come with age.
    ///
    /// - Parameters:
    ///   - melanin: of the skin, 0...1: coils are likelier with deep skin.
    ///   - masculinity: 0...1.
    ///   - age: years.
    ///   - recession: 0...1.
    ///   - colour: with its grey.
    ///   - source: the person's stream for hair.
    /// - Returns: hair as it is worn.
    static func drawn(
        melanin: Float, masculinity: Float, age: Float, recession: Float, colour: HairColour,
        _ source: WorldRandom
    ) -> Self {
        var random = source
        let range = random.choose([
            Float(0)...Float(0.16): 0.44 - 0.32 * melanin,
            0.16...0.42: 0.36 - 0.2 * melanin, 0.42...0.74: 0.17 + 0.16 * melanin,
            0.74...1: 0.02 + 0.7 * melanin * melanin,
        ])
        let curl = random.uniform(range)
        let style = random.choose(
            from: HairStyle.allCases.map {
                ($0, weight(of: $0, masculinity, age, recession, curl))
            })
        return Self(
            style: style, length: random.uniform(style.lengths),
            volume: random.normal(0.45 + 0.2 * curl, 0.17, in: 0...1), curl: curl,
            part: random.choose([.left: 0.4, .middle: 0.3, .right: 0.3]),
            recession: recession, colour: colour, variation: random.uniform(0.1...1),
            seed: random.next())
    }

    private static func weight(
        of style: HairStyle, _ masculinity: Float, _ age: Float, _ recession: Float, _ curl: Float
    ) -> Float {
        guard style.curls.contains(curl) else { return 0 }
        var weight = blend(style.shares.woman, style.shares.man, masculinity)
        switch style {
        case .bald, .shaved: weight *= age < 18 ? 0.1 : 1 + 12 * ramp(recession, 0.3, 0.8)
        case .buzz, .crew: weight *= 1 + ramp(recession, 0.3, 0.7)
        case .longStraight, .longWavy, .longCurly: weight *= 1 - 0.7 * ramp(age, 50, 75)
        case .bob, .pixie, .curlyShort: weight *= 1 + 1.5 * ramp(age, 50, 75)
        case .ponytail, .braids: weight *= 1 + 2 * (1 - ramp(age, 8, 18))
        default: break
        }
        if !style.allowsRecession && style != .bald && style != .shaved {
            weight *= 1 - ramp(recession, 0.15, 0.5)
        } else if style.showsUnderHat || style == .topKnot {
            weight *= 1 - 0.9 * ramp(recession, 0.3, 0.7)
        }
        return weight
    }
}

extension Person.Ageing {
    /// Share of grey strands at an age, 0...1.
    func grey(at age: Float) -> Float { ramp(age, greyFrom, greyFrom + greyYears) }

    /// How far the hairline has gone back at an age, 0...1.
    func recession(at age: Float, masculinity: Float) -> Float {
        let tendency = max(balding - 0.25, 0) / 0.75
        let sex = blend(0.08, 1, ramp(masculinity, 0.4, 0.75))
        return tendency * sex * ramp(age, 20, 68)
    }

    /// The beard that shows at an age: none on children, stubble while it grows in.
    func beard(at age: Float) -> Person.Beard {
        var shown = beard
        // Beards turn grey a little before the head does.
        shown.colour.grey = ramp(age, greyFrom - 3, greyFrom + greyYears - 3)
        guard beard.style != .none, age < 21 else { return shown }
        if age < 16 {
            shown.style = .none
            shown.length = 0
        } else {
            shown.style = .stubble
            shown.length = min(beard.length, BeardStyle.stubble.lengths.upperBound)
            shown.density *= blend(0.35, 1, ramp(age, 16, 21))
        }
        return shown
    }
}

extension Person.Beard {
    /// Draws a beard for someone grown up; ``Person/aged(to:)`` shows what has grown by an age.
    ///
    /// - Parameters:
    ///   - style: the beard that the person keeps.
    ///   - hair: colour of the hair; beards are a little redder.
    ///   - source: the person's stream for beards.
    /// - Returns: a beard without grey.
    static func drawn(style: BeardStyle, hair: HairColour, _ source: WorldRandom) -> Self {
        var random = source
        let red = random.uniform(0...0.2)
        let light = random.uniform(0.85...1.05)
        return Self(
            style: style, length: random.uniform(style.lengths),
            density: random.normal(0.72, 0.17, in: 0.15...1),
            colour: HairColour(
                eumelanin: min(hair.eumelanin * light, 1),
                pheomelanin: min(hair.pheomelanin + red * (1 - hair.eumelanin), 1)),
            seed: random.next())
    }
}
