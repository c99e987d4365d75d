/// One number that shapes a face, by name.
///
/// Zero is the mean of all grown people; one is a standard deviation among people of one sex, age
/// and weight. Larger means what the name says: wider, longer, fuller, further out.
public enum FacialParameter: String, CaseIterable, Codable, CodingKey, Sendable {
    // The skull.
    case skullWidth, skullLength, skullHeight
    case foreheadHeight
    /// Larger slopes back more.
    case foreheadSlope
    case browRidge
    /// Larger is fuller, smaller more hollow.
    case templeWidth
    // Cheeks.
    case cheekboneWidth, cheekboneHeight, cheekboneProminence, cheekFullness
    // Jaw and chin.
    case jawWidth
    /// Larger is squarer.
    case jawAngle
    /// Larger shows the line of the jaw more sharply.
    case jawDefinition
    case chinWidth, chinLength, chinProminence
    /// A cleft shows above about 1.
    case chinCleft
    // Proportions.
    case faceLength, midfaceLength
    // Nose.
    case noseLength, noseWidth, noseBridgeHeight, noseBridgeWidth, noseHump, noseTipSize
    /// Larger turns the tip up.
    case noseTipAngle
    case nostrilFlare
    // Eyes.
    case eyeSpacing, eyeSize, eyeWidth, eyeOpenness
    /// Larger lifts the outer corner.
    case eyeTilt
    /// Larger lies deeper.
    case eyeDepth
    /// From no crease (low) over a plain crease to hooded (high).
    case upperLidFold
    case eyeBags
    case browHeight
    // Mouth.
    case mouthWidth, upperLipFullness, lowerLipFullness, lipProtrusion, philtrumLength
    /// Larger lifts the corners.
    case mouthCornerTilt
    // Ears, neck and shoulders.
    case earSize, earProtrusion, earLobe
    case neckWidth, neckLength, shoulderWidth
}

/// A value for each ``FacialParameter``.
///
/// In JSON an object with one member a parameter, all of them required.
public struct FacialParameters: Equatable, Sendable {
    /// In the order of `FacialParameter.allCases`.
    public private(set) var values: [Float]

    /// The mean face.
    public init() { values = [Float](repeating: 0, count: FacialParameter.allCases.count) }

    /// The value of a parameter, in standard deviations.
    public subscript(parameter: FacialParameter) -> Float {
        get { values[parameter.place] }
        set { values[parameter.place] = newValue }
    }
}

extension FacialParameter {
    /// Where it stands among all cases.
    var place: Int { FacialParameter.places[self] ?? 0 }

    private static let places = Dictionary(
        uniqueKeysWithValues: allCases.enumerated().map { ($1, $0) })
}

extension FacialParameters: Codable {
    /// Reads an object with all parameters; another or a missing one is an error.
    ///
    /// - Throws: `DecodingError` naming the missing parameter.
    public init(from decoder: Decoder) throws {
        let members = try decoder.container(keyedBy: FacialParameter.self)
        values = try FacialParameter.allCases.map { try members.decode(Float.self, forKey: $0) }
    }

    /// Writes an object with one member a parameter.
    public func encode(to encoder: Encoder) throws {
        var members = encoder.container(keyedBy: FacialParameter.self)
        for parameter in FacialParameter.allCases {
            try members.encode(self[parameter], forKey: parameter)
        }
    }
}

/// How the left half of a face differs from the right, in standard deviations; positive moves the
/// person's left half up, or the middle to the person's left.
public struct FacialAsymmetry: Codable, Equatable, Sendable {
    /// Height of the eyes.
    public var eyeHeight: Float
    /// Height of the brows.
    public var browHeight: Float
    /// Height of the corners of the mouth.
    public var mouthTilt: Float
    /// Where the tip of the nose points.
    public var noseBend: Float
    /// Where the chin stands.
    public var jawShift: Float
    /// Height of the ears.
    public var earHeight: Float
}
