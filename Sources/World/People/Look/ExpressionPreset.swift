/// Expressions that have a name.
public enum ExpressionPreset: String, CaseIterable, Codable, Sendable {
    case neutral, gentleSmile, happy, laughing, sad, angry, surprised, disgusted, fearful
    case smirk, wink, kiss, sleepy, puzzled, puffedCheeks, sneering

    /// The weights at full strength.
    public var expression: FacialExpression {
        switch self {
        case .neutral: FacialExpression()
        case .gentleSmile: [.smile: 0.5, .squint: 0.1]
        case .happy: [.smile: 0.5, .openSmile: 0.7, .squint: 0.25]
        case .laughing: [.smile: 0.4, .openSmile: 1, .jawOpen: 0.5, .squint: 0.5, .browRaise: 0.2]
        case .sad: [.frown: 0.6, .lipCornerDown: 0.7, .sadBrows: 0.9]
        case .angry: [.browLower: 1, .lipPress: 0.6, .squint: 0.3, .frown: 0.4, .sneer: 0.15]
        case .surprised: [.browRaise: 1, .wideEyes: 0.9, .jawOpen: 0.6]
        case .disgusted: [.disgust: 1, .browLower: 0.5, .squint: 0.4, .lipCornerDown: 0.3]
        case .fearful: [.sadBrows: 0.7, .browRaise: 0.6, .wideEyes: 1, .jawOpen: 0.25, .frown: 0.3]
        case .smirk: [.smile: 0.25, .mouthLeft: 0.55, .squint: 0.15]
        case .wink: [.smile: 0.5, .blinkLeft: 1, .openSmile: 0.2]
        case .kiss: [.pucker: 1, .squint: 0.15]
        case .sleepy: [.blinkLeft: 0.6, .blinkRight: 0.6, .browRaise: 0.1]
        case .puzzled: [.browLower: 0.6, .squint: 0.35, .mouthRight: 0.35, .lipPress: 0.3]
        case .puffedCheeks: [.cheekPuff: 1, .lipPress: 0.4]
        case .sneering: [.sneer: 0.8, .browLower: 0.4]
        }
    }

    /// How common it is in pictures of people.
    var share: Float {
        switch self {
        case .neutral: 0.26
        case .gentleSmile: 0.16
        case .happy: 0.15
        case .laughing: 0.06
        case .sad, .angry, .surprised: 0.05
        case .smirk: 0.04
        case .puffedCheeks, .sneering: 0.02
        case .disgusted, .fearful, .wink, .kiss, .sleepy, .puzzled: 0.03
        }
    }
}

extension FacialExpression: ExpressibleByDictionaryLiteral {
    /// A face with some weights set, clamped to 0...1.
    public init(dictionaryLiteral elements: (Action, Float)...) {
        self.init()
        for (action, weight) in elements { self[action] = weight }
    }
}

extension FacialExpression {
    /// A preset as one person does it once: stronger or weaker, a little uneven, either side.
    static func drawn(_ preset: ExpressionPreset, _ source: WorldRandom) -> FacialExpression {
        var random = source
        let strength = random.uniform(0.75...1)
        let mirrored = random.chance(0.5)
        var expression = FacialExpression()
        for action in Action.allCases {
            // Every action draws, so that presets do not shift one another's numbers.
            let shake = random.uniform(0.88...1.08)
            let twitch = random.normal(0, 0.025, in: -0.08...0.08)
            let weight = preset.expression[mirrored ? action.mirrored : action]
            expression[action] = weight * strength * shake + max(twitch, 0)
        }
        // A wink is only one if the other eye stays open.
        if preset == .wink { expression[mirrored ? .blinkRight : .blinkLeft] = 1 }
        return expression
    }
}

extension Action {
    /// The same on the other side.
    package var mirrored: Action {
        switch self {
        case .blinkLeft: .blinkRight
        case .blinkRight: .blinkLeft
        case .jawLeft: .jawRight
        case .jawRight: .jawLeft
        case .mouthLeft: .mouthRight
        case .mouthRight: .mouthLeft
        default: self
        }
    }
}
