import World

/// A question about a picture, asked in the world's own captions.
///
/// Every answer is a set of captions of the same people that differ in that answer alone: what is
/// said beside it is equal on both sides and cancels.
package struct ClipQuestion: Sendable {
    /// One answer.
    package struct Answer: Sendable {
        /// In few words.
        package let name: String
        /// Makes it true of a person in a picture.
        package let become: @Sendable (inout Person, inout Look) -> Void

        init(_ name: String, _ become: @escaping @Sendable (inout Person, inout Look) -> Void) {
            (self.name, self.become) = (name, become)
        }
    }

    /// What is asked.
    package let name: String
    /// Two or more.
    package let answers: [Answer]
    /// Which answer is right; nil if the picture does not tell.
    package let truth: @Sendable (Person, Look) -> Int?

    private init(
        _ name: String, _ answers: [Answer], truth: @escaping @Sendable (Person, Look) -> Int?
    ) {
        (self.name, self.answers, self.truth) = (name, answers, truth)
    }

    /// Captions that give an answer, of as many people of a world.
    package func captions(_ answer: Int, people: Int, seed: UInt64) -> [String] {
        (0..<people).flatMap { index -> [String] in
            var person = Person(seed: seed, index: index)
            var look = Look(of: person, view: 0)
            answers[answer].become(&person, &look)
            return [.medium, .long].map {
                Caption(of: person, look, $0, variant: index).text
            }
        }
    }

    /// All that is asked.
    package static let all: [ClipQuestion] = worn + faces + settings

    private static let worn: [ClipQuestion] = [
        .init(
            "glasses",
            [
                .init("glasses") { _, look in
                    if [.none, .sunglasses].contains(look.glasses.style) {
                        look.glasses.style = .square
                    }
                }, .init("none") { _, look in look.glasses.style = .none },
            ]
        ) { _, look in
            look.glasses.style == .sunglasses ? nil : look.glasses.style == .none ? 1 : 0
        },
        .init(
            "sunglasses",
            [
                .init("sunglasses") { _, look in look.glasses.style = .sunglasses },
                .init("none") { _, look in look.glasses.style = .none },
            ]
        ) { _, look in
            // Other glasses are neither.
            look.glasses.style == .sunglasses ? 0 : look.glasses.style == .none ? 1 : nil
        },
        .init(
            "hat",
            [
                .init("hat") { _, look in
                    if look.hat.style == .none { look.hat.style = .cap }
                }, .init("bare head") { _, look in look.hat.style = .none },
            ]
        ) { _, look in look.hat.style == .none ? 1 : 0 },
    ]

    private static let faces: [ClipQuestion] = [
        .init(
            "hair colour",
            [
                hair("black", 0.85, 0.1), hair("brown", 0.45, 0.15), hair("blond", 0.1, 0.1),
                hair("red", 0.15, 0.8), hair("grey", 0.4, 0.1, grey: 0.7),
            ]
        ) { person, look in
            let hair = person.hair
            guard look.hat.style == .none, hair.style != .bald, hair.style != .shaved else {
                return nil
            }
            return hairColours.firstIndex { $0.contains(hair.colour.word) }
        },
        .init(
            "smile",
            [
                .init("smile") { _, look in look.preset = .happy },
                .init("no smile") { _, look in look.preset = .neutral },
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
                .init("beard") { person, _ in
                    person.masculinity = 0.9
                    person.beard.style = .full
                },
                .init("none") { person, _ in
                    person.masculinity = 0.9
                    person.beard.style = .none
                },
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
                .init("woman") { person, _ in
                    person.masculinity = 0.1
                    person.beard.style = .none
                }, .init("man") { person, _ in person.masculinity = 0.9 },
            ]
        ) { person, _ in
            person.age < 18 ? nil : person.sex == .woman ? 0 : person.sex == .man ? 1 : nil
        },
    ]

    private static let settings: [ClipQuestion] = [
        .init(
            "side of the light",
            [
                .init("left") { _, look in look.light.preset = .rembrandtLeft },
                .init("right") { _, look in look.light.preset = .rembrandtRight },
            ]
        ) { _, look in
            let light = look.light.preset
            return light == .rembrandtLeft ? 0 : light == .rembrandtRight ? 1 : nil
        },
        .init(
            "place",
            [
                .init("outdoors") { person, look in
                    look.backdrop.kind = person.index.isMultiple(of: 2) ? .park : .street
                },
                .init("indoors") { person, look in
                    look.backdrop.kind = person.index.isMultiple(of: 2) ? .room : .solid
                },
            ]
        ) { _, look in [.park, .street].contains(look.backdrop.kind) ? 0 : 1 },
    ]

    private static func hair(
        _ name: String, _ eumelanin: Float, _ pheomelanin: Float, grey: Float = 0
    ) -> Answer {
        Answer(name) { person, look in
            person.hair.colour = HairColour(
                eumelanin: eumelanin, pheomelanin: pheomelanin, grey: grey)
            look.hat.style = .none
            if [.bald, .shaved].contains(person.hair.style) { person.hair.style = .crew }
        }
    }

    private static let hairColours: [[String]] = [
        ["black"], ["brown", "dark brown", "light brown"],
        ["blond", "dark blond", "very light blond", "platinum blond"], ["red", "auburn"],
        ["grey", "white"],
    ]
}
