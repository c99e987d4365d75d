/// Words for light, background and view.
struct CaptionSetting {
    let look: Look
    let voice: Voice

    /// The light as an adverbial: "in soft, even light".
    func light(_ random: inout WorldRandom) -> String { random.pick(lightWords.map(\.adverbial)) }

    /// The light as a clause: "the light is soft and even".
    func lightClause(_ random: inout WorldRandom) -> String {
        random.pick(lightWords.map(\.clause))
    }

    private var lightWords: [(adverbial: String, clause: String)] {
        let its = voice.possessive
        let neon = look.light.accent.name.word
        switch look.light.preset {
        case .softboxFront:
            return [
                ("in soft, even light", "the light is soft and even"),
                ("in soft studio light", "soft light falls on \(its) face from the front"),
            ]
        case .rembrandtLeft, .rembrandtRight:
            let side = look.light.preset == .rembrandtLeft ? "left" : "right"
            return [
                ("in dramatic light from the \(side)", "dramatic light comes from the \(side)"),
                (
                    "lit from the \(side)",
                    "a single light from the \(side) leaves part of \(its) face in shadow"
                ),
            ]
        case .butterfly:
            return [
                ("in glamorous light from above", "the light comes from high in front"),
                ("lit from high in front", "light from above casts a shadow under \(its) nose"),
            ]
        case .split:
            return [
                ("in hard light from one side", "half of \(its) face lies in shadow"),
                ("with half of the face in shadow", "hard light comes from one side"),
            ]
        case .rim:
            return [
                ("lit from behind", "light from behind draws a bright rim around \(its) head"),
                ("in backlight", "the light comes from behind"),
            ]
        case .overcast:
            return [
                ("under an overcast sky", "the sky is overcast"),
                ("in soft grey daylight", "the daylight is soft and grey"),
            ]
        case .goldenHour:
            return [
                ("in golden evening sunlight", "low, golden sunlight warms \(its) face"),
                ("at golden hour", "the evening sun shines warmly"),
            ]
        case .window:
            return [
                ("in daylight from a window", "daylight comes in through a window"),
                ("in soft window light", "soft light from a window falls on \(its) face"),
            ]
        case .ring:
            return [
                ("in the light of a ring lamp", "a ring light shines straight at \(its) face"),
                ("in bright ring light", "a ring light makes the picture bright and flat"),
            ]
        case .underLight:
            return [
                ("lit from below", "the light comes from below"),
                ("in eerie light from below", "light from below casts eerie shadows"),
            ]
        case .neon:
            return [
                ("in \(neon) neon light", "\(neon) neon light colours the scene"),
                ("in the glow of \(neon) neon", "everything glows in \(neon) neon light"),
            ]
        case .candle:
            return [
                ("by candlelight", "only candlelight falls on \(its) face"),
                ("in warm candlelight", "the warm light is that of a candle"),
            ]
        case .night:
            return [
                ("at night", "it is night, with little light"),
                ("in dim light at night", "the light is dim, as it is at night"),
            ]
        }
    }

    /// The background as an adverbial: "in a park".
    func backdrop(_ random: inout WorldRandom) -> String {
        let (first, second) = (look.backdrop.colour.name.word, look.backdrop.second.name.word)
        switch look.backdrop.kind {
        case .solid:
            return random.pick([
                "against a plain \(first) background",
                "in front of \(Grammar.withArticle(first)) wall",
            ])
        case .gradient: return "against a background that fades from \(first) to \(second)"
        case .room: return random.pick(["in a room", "indoors"])
        case .park: return random.pick(["in a park", "in front of green trees"])
        case .street: return random.pick(["on a street", "on a city street"])
        case .studio: return random.pick(["in a photo studio", "in front of a studio backdrop"])
        }
    }

    /// The background as a clause: "there are trees behind her".
    func backdropClause(_ random: inout WorldRandom) -> String {
        let (first, second) = (look.backdrop.colour.name.word, look.backdrop.second.name.word)
        let them = voice.object
        let blurred = look.lensBlur > 0.5 ? "blurred " : ""
        switch look.backdrop.kind {
        case .solid:
            return random.pick([
                "the background is plain \(first)", "the wall behind \(them) is \(first)",
            ])
        case .gradient: return "the background fades from \(first) to \(second)"
        case .room: return "a \(blurred)room can be seen behind \(them)"
        case .park: return "there are \(blurred)trees in a park behind \(them)"
        case .street: return "a \(blurred)street can be seen behind \(them)"
        case .studio: return "a studio backdrop hangs behind \(them)"
        }
    }

    /// From where the face is seen, in words that follow "seen"; left and right as in the picture.
    var view: String {
        let side = look.facingYawDegrees > 0 ? "left" : "right"
        let height =
            look.facingPitchDegrees > 10
            ? " and from slightly above"
            : look.facingPitchDegrees < -10 ? " and from slightly below" : ""
        switch abs(look.facingYawDegrees) {
        case ..<10: return "from the front\(height)"
        case ..<28: return "at a slight angle\(height), facing \(side)"
        case ..<50: return "in three-quarter view\(height), facing \(side)"
        default: return "nearly in profile\(height), facing \(side)"
        }
    }

    /// The same as a participle, in few words.
    var turn: String {
        let side = look.facingYawDegrees > 0 ? "left" : "right"
        switch abs(look.facingYawDegrees) {
        case ..<10: return "facing the camera"
        case ..<28: return "turned slightly to the \(side)"
        case ..<50: return "turned to the \(side)"
        default: return "turned to the \(side) almost in profile"
        }
    }

    /// Where the eyes look, after "eyes" or "looking"; nil if they do not show.
    private var gaze: (eyes: String, looking: String)? {
        guard look.showsEyes else { return nil }
        if look.looksIntoCamera { return ("fixed on the camera", "straight into the camera") }
        let sideways = look.facingYawDegrees - look.gaze.yawDegrees
        let upwards = look.gaze.pitchDegrees - look.facingPitchDegrees
        let way =
            abs(upwards) > abs(sideways)
            ? (upwards > 0 ? "up" : "down") : (sideways > 0 ? "to the left" : "to the right")
        return ("turned \(way)", way)
    }

    /// Whether there is anything to say of where the eyes look.
    var showsGaze: Bool { gaze != nil }

    /// Where the eyes look, as what follows "is": "looking to the left".
    var looking: String? { gaze.map { "looking \($0.looking)" } }

    /// Where the eyes look, as what follows a verb and a comma; after "looks sad" the word
    /// "looking" would stumble.
    func gaze(after verb: String, _ random: inout WorldRandom) -> String? {
        guard let gaze else { return nil }
        let eyes = "\(voice.possessive) eyes \(gaze.eyes)"
        return verb.hasPrefix("look") ? eyes : random.pick([eyes, "looking \(gaze.looking)"])
    }
}
