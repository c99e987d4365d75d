extension Person {
    /// The skin of the face and what lies on it.
    public struct Skin: Codable, Equatable, Sendable {
        /// 0 (very fair) ... 1 (very deep); equal steps look alike.
        public var melanin: Float
        /// 0 (pale) ... 1 (flushed).
        public var haemoglobin: Float
        /// -1 (cool, rosy) ... 1 (warm, golden).
        public var undertone: Float
        /// 0 (blotchy) ... 1 (even).
        public var evenness: Float
        /// 0 (none) ... 1 (face and forehead full of them).
        public var freckles: Float
        /// 0 (fine) ... 1 (coarse).
        public var pores: Float
        /// 0 (matt) ... 1 (shining).
        public var oiliness: Float
        /// 0...1: redness of cheeks and nose.
        public var blush: Float
        /// At most eight.
        public var moles: [Mole]
        /// At most two, on most people none.
        public var scars: [Scar]
        /// Lines, at the present age.
        public var wrinkles: Wrinkles
        /// For whatever noise is laid over the skin.
        public var seed: UInt64

        /// The albedo between all marks, linear RGB.
        public var albedo: SIMD3<Float> {
            SkinColour.albedo(melanin: melanin, haemoglobin: haemoglobin, undertone: undertone)
        }

        /// Which tenth of the range, 1 (fairest) ... 10 (deepest), as on the Monk Skin Tone scale.
        public var tone: Int { min(Int(melanin * 10), 9) + 1 }
    }

    /// A place on the front of the head, in the frame of the face.
    public struct FacePlace: Codable, Equatable, Sendable {
        /// -1 (in front of the person's right ear) ... 1 (left ear), 0 on the midline.
        public var x: Float
        /// -1 (underside of the chin) ... 1 (hairline); the eyes lie at 0.25, the mouth at -0.5.
        public var y: Float
    }

    /// A mole.
    public struct Mole: Codable, Equatable, Sendable {
        /// Of its middle.
        public var place: FacePlace
        /// Millimetres.
        public var radius: Float
        /// 0 (hardly darker than the skin) ... 1 (almost black).
        public var darkness: Float
    }

    /// A healed cut.
    public struct Scar: Codable, Equatable, Sendable {
        /// Of its middle.
        public var place: FacePlace
        /// Millimetres.
        public var length: Float
        /// Degrees from the person's left, counter-clockwise as a viewer sees it, -90...90.
        public var angleDegrees: Float
        /// 0 (faint) ... 1 (deep).
        public var depth: Float
    }

    /// Lines of the face, each 0 (none) ... 1 (deep).
    public struct Wrinkles: Codable, Equatable, Sendable {
        /// Across the forehead.
        public var forehead: Float
        /// Beside the outer corners of the eyes.
        public var crowsFeet: Float
        /// From the nose to the corners of the mouth.
        public var nasolabial: Float
        /// Between the brows.
        public var glabella: Float
        /// Below the eyes.
        public var underEye: Float

        /// The average of all five.
        public var mean: Float { (forehead + crowsFeet + nasolabial + glabella + underEye) / 5 }
    }
}

extension Person.FacePlace {
    /// Names of the places that captions know.
    enum Area: String, CaseIterable {
        case forehead, temple, cheek, nose, upperLip, chin, jaw
    }

    /// Where this is; every place belongs to one area.
    var area: Area {
        let side = abs(x)
        if y > 0.42 { return side > 0.62 ? .temple : .forehead }
        if y > 0.05 && side > 0.62 { return .temple }
        if side < 0.17 && y > -0.3 { return .nose }
        if side < 0.28 && y > -0.45 { return .upperLip }
        if y > -0.6 { return side < 0.28 ? .chin : .cheek }
        return side < 0.35 ? .chin : .jaw
    }

    /// Whether the place lies on an eye, a brow or the mouth, where no mark is put.
    package var isTaken: Bool {
        let eyeX = (abs(x) - 0.4) / 0.27
        let eyeY = (y - 0.3) / 0.17
        let mouthX = x / 0.34
        let mouthY = (y + 0.5) / 0.1
        return eyeX * eyeX + eyeY * eyeY < 1 || mouthX * mouthX + mouthY * mouthY < 1
    }

    /// Any place that is not taken.
    static func drawn(_ random: inout WorldRandom) -> Self {
        while true {
            let place = Self(x: random.uniform(-0.9...0.9), y: random.uniform(-0.85...0.9))
            // Corners of the frame lie off the face.
            if !place.isTaken && place.x * place.x + place.y * place.y * 0.8 < 0.95 { return place }
        }
    }
}
