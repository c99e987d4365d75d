/// Words for an expression.
struct CaptionMood {
    /// Before a noun: "smiling"; empty where English has none.
    let adjective: String
    /// After a comma: "smiling gently".
    let participle: String
    /// After "with": "a gentle smile".
    let noun: String
    /// The verb of a sentence: "smiles gently", and as it goes with "they".
    let verb: (singular: String, plural: String)

    init(_ preset: ExpressionPreset, _ voice: Voice) {
        let its = voice.possessive
        func looking(_ adjective: String, _ noun: String) -> CaptionMood {
            CaptionMood(
                adjective: "\(adjective)-looking", participle: "looking \(adjective)", noun: noun,
                verb: ("looks \(adjective)", "look \(adjective)"))
        }
        switch preset {
        case .neutral:
            self.init(
                adjective: "", participle: "keeping a neutral face", noun: "a neutral expression",
                verb: ("has a neutral expression", "have a neutral expression"))
        case .gentleSmile:
            self.init(
                adjective: "gently smiling", participle: "smiling gently", noun: "a gentle smile",
                verb: ("smiles gently", "smile gently"))
        case .happy:
            self.init(
                adjective: "smiling", participle: "smiling happily", noun: "a broad, happy smile",
                verb: ("smiles happily", "smile happily"))
        case .laughing:
            self.init(
                adjective: "laughing", participle: "laughing with an open mouth",
                noun: "a hearty laugh", verb: ("is laughing", "are laughing"))
        case .sad: self = looking("sad", "a sad expression")
        case .angry: self = looking("angry", "an angry frown")
        case .surprised: self = looking("surprised", "a look of surprise")
        case .disgusted: self = looking("disgusted", "a disgusted expression")
        case .fearful: self = looking("frightened", "a look of fear")
        case .puzzled: self = looking("puzzled", "a puzzled expression")
        case .sleepy: self = looking("sleepy", "half-closed, sleepy eyelids")
        case .smirk:
            self.init(
                adjective: "smirking", participle: "smirking", noun: "a crooked smirk",
                verb: ("smirks", "smirk"))
        case .wink:
            self.init(
                adjective: "winking", participle: "winking with one eye", noun: "a playful wink",
                verb: ("is winking", "are winking"))
        case .kiss:
            self.init(
                adjective: "", participle: "puckering \(its) lips for a kiss",
                noun: "lips puckered for a kiss",
                verb: ("puckers \(its) lips for a kiss", "pucker \(its) lips for a kiss"))
        case .puffedCheeks:
            self.init(
                adjective: "", participle: "puffing out \(its) cheeks", noun: "puffed-out cheeks",
                verb: ("puffs out \(its) cheeks", "puff out \(its) cheeks"))
        case .sneering:
            self.init(
                adjective: "sneering", participle: "sneering", noun: "a sneer",
                verb: ("sneers", "sneer"))
        }
    }

    private init(
        adjective: String, participle: String, noun: String,
        verb: (singular: String, plural: String)
    ) {
        self.adjective = adjective
        self.participle = participle
        self.noun = noun
        self.verb = verb
    }
}
