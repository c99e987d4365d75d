import World

/// A question about a picture, asked in the world's own captions.
///
/// An answer may be said in several ways: brown hair is dark brown, brown or light brown in captions.
/// Every way is a set of captions of the same people that differ in that alone: what is said beside
/// it is equal on all sides and cancels.
package struct ClipQuestion: Sendable {
    /// A way to give an answer.
    package struct Way: Sendable {
        /// Which answer.
        package let answer: Int
        /// Makes it true of a person in a picture.
        package let become: @Sendable (inout Person, inout Look) -> Void

        /// A caption of someone of whom it was made true.
        package func caption(
            of person: Person, _ look: Look, _ length: Caption.Length, variant: Int
        ) -> String {
            var (person, look) = (person, look)
            become(&person, &look)
            return Caption(of: person, look, length, variant: variant).text
        }
    }

    /// What is asked.
    package let name: String
    /// In few words, two or more.
    package let answers: [String]
    /// One or more of each answer.
    package let ways: [Way]
    /// Which answer is right; nil if the picture does not tell.
    package let truth: @Sendable (Person, Look) -> Int?
    /// How often CLIP hears a wrong answer to it while it learns, beside once to an easy one.
    package let share: Int

    private typealias Change = @Sendable (inout Person, inout Look) -> Void

    private init(
        _ name: String, share: Int = 1, _ answers: [(String, [Change])],
        truth: @escaping @Sendable (Person, Look) -> Int?
    ) {
        (self.name, self.share, self.truth) = (name, share, truth)
        self.answers = answers.map(\.0)
        ways = answers.enumerated().flatMap { index, answer in
            answer.1.map { Way(answer: index, become: $0) }
        }
    }

    /// Captions that say a way, of as many people of a world.
    package func captions(_ way: Int, people: Int, seed: UInt64) -> [String] {
        (0..<people).flatMap { index -> [String] in
            let person = Person(seed: seed, index: index)
            let look = Look(of: person, view: 0)
            return [.medium, .long].map {
                ways[way].caption(of: person, look, $0, variant: index)
            }
        }
    }

    /// All that is asked.
    package static let all: [ClipQuestion] = worn + faces + settings

    private static let worn: [ClipQuestion] = [
        .init(
            "glasses",
            [
                ("glasses", [.round, .square, .catEye, .aviator].map(glasses)),
                ("none", [glasses(.none)]),
            ]
        ) { _, look in
            look.glasses.style == .sunglasses ? nil : look.glasses.style == .none ? 1 : 0
        },
        .init("sunglasses", [("sunglasses", [glasses(.sunglasses)]), ("none", [glasses(.none)])]) {
            _, look in
            // Other glasses are neither.
            look.glasses.style == .sunglasses ? 0 : look.glasses.style == .none ? 1 : nil
        },
        .init(
            "hat", share: 3,
            [
                ("hat", HatStyle.allCases.filter { $0 != .none }.map(hat)),
                ("bare head", [hat(.none)]),
            ]
        ) { _, look in look.hat.style == .none ? 1 : 0 },
    ]

    private static let black = [hair(0.85, 0.1)]
    private static let brown = [hair(0.58, 0.15), hair(0.4, 0.15), hair(0.27, 0.15)]
    private static let lighter: [(String, [Change])] = [
        ("blond", [hair(0.17, 0.1), hair(0.09, 0.1), hair(0.03, 0.05), dyed(.platinum)]),
        ("red", [hair(0.15, 0.8), hair(0.35, 0.6)]),
        ("grey", [hair(0.4, 0.1, grey: 0.7), hair(0.4, 0.1, grey: 0.95)]),
    ]

    private static let faces: [ClipQuestion] = [
        // Black and brown are one answer here: at their border strands reflect 2 %, both.
        .init("hair colour", share: 4, [("dark", black + brown)] + lighter) { person, look in
            shownHair(person, look).map { max($0 - 1, 0) }
        },
        .init("shade of dark hair", share: 4, [("black", black), ("brown", brown)]) {
            person, look in shownHair(person, look).flatMap { $0 < 2 ? $0 : nil }
        },
        .init(
            "hair colour of five", share: 8, [("black", black), ("brown", brown)] + lighter,
            truth: shownHair),
        .init(
            "smile",
            [
                ("smile", [.happy, .laughing].map(expression)),
                ("no smile", [.neutral, .sad, .angry, .disgusted].map(expression)),
            ]
        ) { _, look in
            switch look.preset {
            case .happy, .laughing: 0
            case .sad, .angry, .neutral, .disgusted: 1
            default: nil
            }
        },
        .init(
            "beard",
            [
                ("beard", [.shortBoxed, .full, .long].map(beard)), ("none", [beard(.none)]),
            ]
        ) { person, _ in
            guard person.sex == .man else { return nil }
            switch person.beard.style {
            case .shortBoxed, .full, .long: return 0
            case .none: return 1
            default: return nil
            }
        },
        .init(
            "sex",
            [
                (
                    "woman",
                    [
                        { person, _ in
                            person.masculinity = 0.1
                            person.beard.style = .none
                        }
                    ]
                ), ("man", [{ person, _ in person.masculinity = 0.9 }]),
            ]
        ) { person, _ in
            person.age < 18 ? nil : person.sex == .woman ? 0 : person.sex == .man ? 1 : nil
        },
    ]

    private static let settings: [ClipQuestion] = [
        .init(
            "side of the light",
            [("left", [light(.rembrandtLeft)]), ("right", [light(.rembrandtRight)])]
        ) { _, look in
            let light = look.light.preset
            return light == .rembrandtLeft ? 0 : light == .rembrandtRight ? 1 : nil
        },
        .init(
            "place",
            [
                ("outdoors", [.park, .street].map(place)),
                ("indoors", [.room, .solid, .gradient, .studio].map(place)),
            ]
        ) { _, look in [.park, .street].contains(look.backdrop.kind) ? 0 : 1 },
    ]

    private static func glasses(_ style: GlassesStyle) -> Change {
        { _, look in look.glasses.style = style }
    }

    private static func hat(_ style: HatStyle) -> Change { { _, look in look.hat.style = style } }

    private static func expression(_ preset: ExpressionPreset) -> Change {
        { _, look in look.preset = preset }
    }

    private static func light(_ preset: LightPreset) -> Change {
        { _, look in look.light.preset = preset }
    }

    private static func place(_ kind: BackdropKind) -> Change {
        { _, look in look.backdrop.kind = kind }
    }

    private static func beard(_ style: BeardStyle) -> Change {
        { person, _ in
            person.masculinity = 0.9
            person.beard.style = style
        }
    }

    private static func dyed(_ dye: HairDye) -> Change {
        { person, look in
            hair(0.3, 0.1)(&person, &look)
            person.hair.colour.dye = dye
        }
    }

    private static func hair(
        _ eumelanin: Float, _ pheomelanin: Float, grey: Float = 0
    ) -> Change {
        { person, look in
            person.hair.colour = HairColour(
                eumelanin: eumelanin, pheomelanin: pheomelanin, grey: grey)
            look.hat.style = .none
            if [.bald, .shaved].contains(person.hair.style) { person.hair.style = .crew }
        }
    }

    /// Which of black, brown, blond, red and grey the hair in a picture is; nil if none is seen.
    private static func shownHair(_ person: Person, _ look: Look) -> Int? {
        guard look.hat.style == .none, ![.bald, .shaved].contains(person.hair.style) else {
            return nil
        }
        return hairColour(person.hair.colour)
    }

    /// Which of black, brown, blond, red and grey a colour is; nil for dyes such as blue.
    static func hairColour(_ colour: HairColour) -> Int? {
        hairColours.firstIndex { $0.contains(colour.word) }
    }

    private static let hairColours: [[String]] = [
        ["black"], ["brown", "dark brown", "light brown"],
        ["blond", "dark blond", "very light blond", "platinum blond"], ["red", "auburn"],
        ["grey", "white"],
    ]
}
