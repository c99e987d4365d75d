/// What a person has, as noun phrases that follow "with" or "has".
struct CaptionFeatures {
    let person: Person
    let look: Look

    /// All that shows in the picture, the most telling first.
    func phrases(_ random: inout WorldRandom) -> [String] {
        var phrases = [String]()
        func add(_ phrase: String?) {
            if let phrase { phrases.append(phrase) }
        }
        add(hair(&random))
        add(beard(&random))
        add(random.pick(person.skin.words))
        add(look.showsEyes ? "\(person.eyes.iris.word) eyes" : nil)
        add(freckles(&random))
        add(lines(&random))
        add(hairline)
        return phrases
    }

    /// Single marks: a mole, a scar.
    var marks: [String] { [mole, scar].compactMap { $0 } }

    /// What shows in two pictures of the person alike.
    func lasting(with other: Look, _ random: inout WorldRandom) -> [String] {
        let bare = look.hat.style == .none && other.hat.style == .none
        let hair = hair(&random)
        let beard = beard(&random)
        let skin = random.pick(person.skin.words)
        return [bare ? hair : nil, beard, skin].compactMap { $0 }
    }

    private func hair(_ random: inout WorldRandom) -> String? {
        let hat = look.hat.style
        let style = person.hair.style
        if hat == .headscarf { return nil }
        let colour = person.hair.colour.word
        if hat != .none {
            guard style.showsUnderHat else { return nil }
            return style == .braids ? "\(colour) braids" : "long \(colour) hair"
        }
        return random.pick(phrases(of: style, colour))
    }

    private func phrases(of style: HairStyle, _ colour: String) -> [String] {
        let a = Grammar.withArticle(colour)
        switch style {
        case .bald: return ["a bald head"]
        case .shaved: return ["a shaved head", "a clean-shaven scalp"]
        case .buzz: return ["\(a) buzz cut", "very short \(colour) hair"]
        case .crew: return ["short \(colour) hair", "\(colour) hair in a crew cut"]
        case .sidePart:
            return ["short, side-parted \(colour) hair", "\(colour) hair parted at the side"]
        case .sweptBack: return ["\(colour) hair swept back", "swept-back \(colour) hair"]
        case .curlyShort: return ["short curly \(colour) hair", "short \(colour) curls"]
        case .afro: return ["\(a) afro", "\(colour) hair in a round afro"]
        case .bob: return ["\(a) bob", "\(colour) hair cut in a bob"]
        case .lob: return ["shoulder-length \(colour) hair"]
        case .longStraight: return ["long straight \(colour) hair"]
        case .longWavy: return ["long wavy \(colour) hair"]
        case .longCurly: return ["long curly \(colour) hair", "long \(colour) curls"]
        case .ponytail: return ["\(a) ponytail", "\(colour) hair tied in a ponytail"]
        case .bun: return ["\(colour) hair in a bun", "\(a) bun"]
        case .braids: return ["\(colour) braids", "braided \(colour) hair"]
        case .pixie: return ["\(a) pixie cut", "short \(colour) hair in a pixie cut"]
        case .fringeBob: return ["a fringed \(colour) bob", "\(colour) hair in a fringed bob"]
        case .topKnot: return ["\(colour) hair in a top knot"]
        }
    }

    private func beard(_ random: inout WorldRandom) -> String? {
        let colour = person.beard.colour.word
        switch person.beard.style {
        case .none: return nil
        case .stubble: return random.pick(["\(colour) stubble", "some \(colour) stubble"])
        case .moustache: return "\(Grammar.withArticle(colour)) moustache"
        case .goatee: return "\(Grammar.withArticle(colour)) goatee"
        case .shortBoxed:
            return random.pick(["a short \(colour) beard", "a neatly trimmed \(colour) beard"])
        case .full: return "a full \(colour) beard"
        case .long: return "a long \(colour) beard"
        }
    }

    private func freckles(_ random: inout WorldRandom) -> String? {
        // A thick foundation hides them.
        let seen = person.skin.freckles * (1 - look.makeUp.foundation)
        switch seen {
        case ..<0.15: return nil
        case ..<0.4: return random.pick(["a few freckles", "light freckles"])
        case ..<0.65: return "freckles"
        default: return "many freckles"
        }
    }

    private func lines(_ random: inout WorldRandom) -> String? {
        switch person.skin.wrinkles.mean {
        case ..<0.3: return nil
        case ..<0.55:
            return random.pick([
                look.showsEyes ? "fine lines around the eyes" : "fine lines", "a few wrinkles",
            ])
        default: return random.pick(["deep wrinkles", "a deeply lined face"])
        }
    }

    private var hairline: String? {
        let hair = person.hair
        guard look.hat.style == .none, hair.style.allowsRecession, hair.recession > 0.35 else {
            return nil
        }
        return "a receding hairline"
    }

    private var mole: String? {
        let seen = person.skin.moles.filter { $0.radius > 1.2 && shows($0.place) }
        guard let largest = seen.max(by: { $0.radius < $1.radius }) else { return nil }
        return "a mole \(place(largest.place))"
    }

    private var scar: String? {
        let seen = person.skin.scars.filter { $0.depth > 0.4 && shows($0.place) }
        guard let longest = seen.max(by: { $0.length < $1.length }) else { return nil }
        return "a scar \(place(longest.place))"
    }

    /// Whether a place is neither on the far side nor under hair of the face or a hat.
    private func shows(_ place: Person.FacePlace) -> Bool {
        let faces = abs(place.x) < 0.3 || place.x * look.facingYawDegrees > -12
        let bearded = ![.none, .stubble, .moustache].contains(person.beard.style)
        let hidden = bearded && [.chin, .jaw, .upperLip].contains(place.area)
        return faces && !hidden && !(look.hat.style != .none && place.area == .forehead)
    }

    /// "on her left cheek"; sides are the person's own.
    private func place(_ place: Person.FacePlace) -> String {
        let possessive = Voice(person.sex).possessive
        let side = place.x > 0 ? "left" : "right"
        switch place.area {
        case .forehead: return "on \(possessive) forehead"
        case .nose: return "on \(possessive) nose"
        case .upperLip: return "above \(possessive) lip"
        case .chin: return "on \(possessive) chin"
        case .temple: return "on \(possessive) \(side) temple"
        case .cheek: return "on \(possessive) \(side) cheek"
        case .jaw: return "on \(possessive) \(side) jaw"
        }
    }
}
