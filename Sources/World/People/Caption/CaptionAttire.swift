/// What a person wears, as noun phrases that follow "wearing".
struct CaptionAttire {
    let person: Person
    let look: Look

    /// Clothes, and the tie if there is one.
    func clothes(_ random: inout WorldRandom) -> [String] {
        let clothes = look.clothes
        let noun: String
        switch clothes.style {
        case .crewneck: noun = random.pick(["crew-neck top", "crew-neck sweater"])
        case .shirt: noun = random.pick(["shirt", "collared shirt"])
        case .blouse: noun = "blouse"
        case .hoodie: noun = "hoodie"
        case .turtleneck: noun = "turtleneck"
        case .suit: noun = "suit"
        case .dress: noun = random.pick(["dress", "dress with thin straps"])
        }
        var colour = clothes.colour.name.word
        if clothes.pattern == .stripes {
            colour = "\(colour) and \(clothes.second.name.word) striped"
        }
        let garment = Grammar.withArticle("\(colour) \(noun)")
        guard clothes.hasTie else { return [garment] }
        return [garment, "\(Grammar.withArticle(clothes.second.name.word)) tie"]
    }

    /// Glasses, hat and ear-rings, as far as they show.
    func accessories(_ random: inout WorldRandom) -> [String] {
        [glasses(&random), hat(&random), earRings(&random)].compactMap { $0 }
    }

    private func glasses(_ random: inout WorldRandom) -> String? {
        let colour = look.glasses.colour.name.word
        switch look.glasses.style {
        case .none: return nil
        case .round: return "round \(colour) glasses"
        case .square: return random.pick(["square \(colour) glasses", "\(colour) square glasses"])
        case .catEye: return "\(colour) cat-eye glasses"
        case .aviator: return "\(colour) aviator glasses"
        case .sunglasses: return random.pick(["sunglasses", "dark sunglasses"])
        }
    }

    private func hat(_ random: inout WorldRandom) -> String? {
        let colour = look.hat.colour.name.word
        let noun: String
        switch look.hat.style {
        case .none: return nil
        case .beanie: noun = random.pick(["beanie", "knitted beanie"])
        case .cap: noun = random.pick(["cap", "baseball cap"])
        case .brimmed: noun = random.pick(["brimmed hat", "hat with a brim"])
        case .headscarf: noun = "headscarf"
        }
        return Grammar.withArticle("\(colour) \(noun)")
    }

    private func earRings(_ random: inout WorldRandom) -> String? {
        let covered = person.hair.style.coversEars && look.earRings.style == .stud
        if look.hat.style == .headscarf || covered { return nil }
        let colour = look.earRings.colour.name.word
        switch look.earRings.style {
        case .none: return nil
        case .stud: return "small \(colour) earrings"
        case .hoop: return "\(colour) hoop earrings"
        case .drop: return random.pick(["\(colour) drop earrings", "long \(colour) earrings"])
        }
    }

    /// Paint on lips, lids and cheeks, as far as it is strong enough to be seen.
    func makeUp(_ random: inout WorldRandom) -> [String] {
        let paint = look.makeUp
        var phrases = [String]()
        if paint.lipstickOpacity > 0.4 { phrases.append("\(paint.lipstick.name.word) lipstick") }
        if look.glasses.style != .sunglasses {
            if paint.eyeShadowOpacity > 0.3 {
                phrases.append("\(paint.eyeShadow.name.word) eye shadow")
            }
            if paint.eyeLiner > 0.45 { phrases.append("black eyeliner") }
        }
        if paint.blush > 0.35 { phrases.append(random.pick(["rosy blush", "blush"])) }
        return phrases
    }
}
