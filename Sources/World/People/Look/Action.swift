/// One movement of the face, by name; left and right are the person's own.
public enum Action: String, CaseIterable, Codable, CodingKey, Sendable {
    /// Corners of the mouth out and up, lips closed.
    case smile
    /// The same with the teeth showing.
    case openSmile
    /// Corners of the mouth pulled down and together.
    case frown
    case browRaise, browLower
    /// Inner ends of the brows up, as in grief.
    case sadBrows
    case squint, wideEyes, blinkLeft, blinkRight
    case pucker, lipPress, lipCornerDown
    /// One side of the upper lip lifted.
    case sneer
    /// The nose wrinkled.
    case disgust
    case cheekPuff
    case jawOpen, jawLeft, jawRight
    case mouthLeft, mouthRight
}

/// What a face does: a weight for each ``Action``, 0 (nothing) ... 1 (all the way).
///
/// In JSON an object of the weights that are not zero.
public struct FacialExpression: Equatable, Sendable {
    /// In the order of `Action.allCases`.
    private var weights: [Float]

    /// A face at rest.
    public init() { weights = [Float](repeating: 0, count: Action.allCases.count) }

    /// A face with some weights set.
    ///
    /// - Parameter weights: those that are not zero; clamped to 0...1.
    public init(_ weights: KeyValuePairs<Action, Float>) {
        self.init()
        for (action, weight) in weights { self[action] = weight }
    }

    /// The weight of an action; what is set is clamped to 0...1.
    public subscript(action: Action) -> Float {
        get { weights[action.place] }
        set { weights[action.place] = min(max(newValue, 0), 1) }
    }
}

extension Action {
    /// Where it stands among all cases.
    var place: Int { Action.places[self] ?? 0 }

    private static let places = Dictionary(
        uniqueKeysWithValues: allCases.enumerated().map { ($1, $0) })
}

extension FacialExpression: Codable {
    /// Reads an object of weights; actions that it lacks are zero.
    ///
    /// - Throws: `DecodingError` for a name that is no action, or a value that is no number.
    public init(from decoder: Decoder) throws {
        self.init()
        for (name, weight) in try [String: Float](from: decoder) {
            guard let action = Action(rawValue: name) else {
                let known = Action.allCases.map(\.rawValue).joined(separator: ", ")
                throw DecodingError.dataCorrupted(
                    DecodingError.Context(
                        codingPath: decoder.codingPath,
                        debugDescription: "Expected names of facial actions, found \"\(name)\"; "
                            + "known are \(known)."))
            }
            self[action] = weight
        }
    }

    /// Writes an object of the weights that are not zero.
    public func encode(to encoder: Encoder) throws {
        var members = encoder.container(keyedBy: Action.self)
        for action in Action.allCases where self[action] != 0 {
            try members.encode(self[action], forKey: action)
        }
    }
}
