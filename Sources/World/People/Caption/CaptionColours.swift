// Words for colours, as adjectives.

extension ColourName {
    /// The word, such as "light blue".
    package var word: String {
        switch self {
        case .navy: "navy blue"
        case .lightBlue: "light blue"
        default: rawValue
        }
    }
}

extension IrisColour {
    package var word: String {
        switch self {
        case .darkBrown: "dark brown"
        case .paleBlue: "pale blue"
        default: rawValue
        }
    }
}

extension HairColour.Name {
    package var word: String {
        switch self {
        case .darkBrown: "dark brown"
        case .lightBrown: "light brown"
        case .darkBlond: "dark blond"
        case .paleBlond: "very light blond"
        default: rawValue
        }
    }
}

extension HairDye {
    package var word: String {
        switch self {
        case .platinum: "platinum blond"
        case .copper: "bright copper"
        case .burgundy: "burgundy"
        default: "dyed \(rawValue)"
        }
    }
}

extension HairColour {
    /// What people call the whole: dye first, then how much of it is grey.
    package var word: String {
        if let dye { return dye.word }
        switch grey {
        case ..<0.2: return name.word
        case ..<0.5: return "greying \(name.word)"
        case ..<0.87: return "grey"
        default: return "white"
        }
    }
}

extension Person.Skin {
    /// Ways to say the tone of skin, neutrally and from what is seen.
    var words: [String] {
        switch tone {
        case 1: ["very fair skin", "porcelain skin"]
        case 2: ["fair skin", "pale skin"]
        case 3: ["light skin", "light beige skin"]
        case 4: undertone > 0.2 ? ["light olive skin"] : ["beige skin", "medium light skin"]
        case 5: undertone > 0.2 ? ["olive skin", "golden tan skin"] : ["light tan skin"]
        case 6: ["tan skin", "light brown skin"]
        case 7: ["medium brown skin", "warm brown skin"]
        case 8: ["brown skin", "rich brown skin"]
        case 9: ["dark brown skin", "dark skin"]
        default: ["very dark brown skin", "very dark skin"]
        }
    }
}
