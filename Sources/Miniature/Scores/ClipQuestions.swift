import World

/// A question about a picture, in the words of the world's captions.
struct ClipQuestion: Sendable {
    /// What is asked.
    let name: String
    /// Each answer in few words, and sentences that say it.
    let answers: [(name: String, sentences: [String])]
    /// Which answer is right; nil if the picture does not tell.
    let truth: @Sendable (Person, Look) -> Int?

    /// All that is asked.
    static let all: [ClipQuestion] = [
        .init(
            "glasses",
            [
                ("glasses", ["wearing round black glasses", "wearing square brown glasses"]),
                ("none", ["", "with brown eyes"]),
            ]
        ) { _, look in
            look.glasses.style == .sunglasses ? nil : look.glasses.style == .none ? 1 : 0
        },
        .init(
            "sunglasses",
            [
                ("sunglasses", ["wearing sunglasses", "in dark sunglasses"]),
                ("none", ["", "with brown eyes"]),
            ]
        ) { _, look in look.glasses.style == .sunglasses ? 0 : 1 },
        .init(
            "hat",
            [
                (
                    "hat",
                    ["a red cap", "a grey beanie", "a brown hat with a brim", "a blue headscarf"]
                        .map { "wearing \($0)" }
                ),
                (
                    "bare head",
                    ["short brown hair", "long black hair", "a bald head", "grey hair"]
                        .map { "with \($0)" }
                ),
            ]
        ) { _, look in look.hat.style == .none ? 1 : 0 },
        .init(
            "hair colour",
            ["black", "brown", "blond", "red", "grey"].map { colour in
                (colour, ["", "short ", "long "].map { "with \($0)\(colour) hair" })
            }
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
                ("smile", ["smiling happily", "laughing with an open mouth"]),
                ("no smile", ["looking sad", "with an angry frown", "with a neutral expression"]),
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
                ("beard", ["brown", "grey", "black"].map { "with a full \($0) beard" }),
                ("none", ["", "with brown eyes"]),
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
            "side of the light",
            ["left", "right"].map { side in
                (side, ["in dramatic light from the \(side)", "lit from the \(side)"])
            }
        ) { _, look in
            let light = look.light.preset
            return light == .rembrandtLeft ? 0 : light == .rembrandtRight ? 1 : nil
        },
        .init("sex", [("woman", ["a woman"]), ("man", ["a man"])]) { person, _ in
            person.age < 18 ? nil : person.sex == .woman ? 0 : person.sex == .man ? 1 : nil
        },
        .init(
            "place",
            [
                ("outdoors", ["in a park", "on a city street", "under an overcast sky"]),
                ("indoors", ["in a room", "in a photo studio", "against a plain grey background"]),
            ]
        ) { _, look in [.park, .street].contains(look.backdrop.kind) ? 0 : 1 },
    ]

    private static let hairColours: [[String]] = [
        ["black"], ["brown", "dark brown", "light brown"],
        ["blond", "dark blond", "very light blond", "platinum blond"], ["red", "auburn"],
        ["grey", "white"],
    ]

    private init(
        _ name: String, _ answers: [(String, [String])],
        truth: @escaping @Sendable (Person, Look) -> Int?
    ) {
        self.name = name
        self.answers = answers.map { answer in
            // Whole sentences, as captions begin; averaging them leaves what the answer adds.
            let openings = ["A portrait of a person", "A photo of a woman", "A photo of a man"]
            let isSubject = answer.1.allSatisfy { $0.hasPrefix("a ") }
            let sentences = answer.1.flatMap { words -> [String] in
                if isSubject { return ["A portrait of \(words).", "A photo of \(words)."] }
                return openings.map { words.isEmpty ? "\($0)." : "\($0) \(words)." }
            }
            return (answer.0, sentences)
        }
        self.truth = truth
    }
}
