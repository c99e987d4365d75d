/// How far a camera may go around a person.
public struct ViewRange: Codable, Equatable, Sendable {
    /// Degrees to either side, 0...90.
    public var yawDegrees: Float
    /// Degrees up and down, 0...60.
    public var pitchDegrees: Float

    /// A range of views.
    ///
    /// - Parameters:
    ///   - yawDegrees: to either side, 0...90.
    ///   - pitchDegrees: up and down, 0...60.
    public init(yawDegrees: Float, pitchDegrees: Float) {
        self.yawDegrees = yawDegrees
        self.pitchDegrees = pitchDegrees
    }

    /// ±35 and ±15 degrees: what the models are trained on.
    public static var training: ViewRange { ViewRange(yawDegrees: 35, pitchDegrees: 15) }
    /// ±60 and ±25 degrees.
    public static var wide: ViewRange { ViewRange(yawDegrees: 60, pitchDegrees: 25) }
}

extension Look {
    /// Where the camera stands.
    public struct Camera: Codable, Equatable, Sendable {
        /// Degrees about the vertical axis; positive stands on the person's left.
        public var yawDegrees: Float
        /// Degrees; positive stands above.
        public var pitchDegrees: Float
        /// Degrees about the line of sight; positive turns the picture's content clockwise.
        public var rollDegrees: Float
        /// Multiplies the size of the head in the picture, 0.92...1.08.
        public var zoom: Float
        /// Shift of the head in the picture, as a share of its side: right and down.
        public var shift: SIMD2<Float>
    }

    /// How the head is turned on the shoulders, in degrees.
    public struct HeadPose: Codable, Equatable, Sendable {
        /// Positive turns to the person's left.
        public var yawDegrees: Float
        /// Positive lifts the chin.
        public var pitchDegrees: Float
        /// Positive leans the head towards the person's left shoulder.
        public var rollDegrees: Float
    }

    /// Where the eyes look, in degrees from straight out of the head.
    public struct Gaze: Codable, Equatable, Sendable {
        /// Positive looks to the person's left.
        public var yawDegrees: Float
        /// Positive looks up.
        public var pitchDegrees: Float
        /// Diameter of the pupils, millimetres, 2...6.
        public var pupil: Float
    }
}

extension Look.Camera {
    /// A camera anywhere in a range, all alike likely.
    static func drawn(in range: ViewRange, _ source: WorldRandom) -> Self {
        var random = source
        let yaw = random.uniform(-1...1) * range.yawDegrees
        let pitch = random.uniform(-1...1) * range.pitchDegrees
        let roll = random.normal(0, 2.5, in: -6...6)
        let zoom = random.uniform(0.92...1.08)
        let x = random.normal(0, 0.012, in: -0.03...0.03)
        let y = random.normal(0, 0.012, in: -0.03...0.03)
        return Self(
            yawDegrees: yaw, pitchDegrees: pitch, rollDegrees: roll, zoom: zoom,
            shift: SIMD2(x, y))
    }
}

extension Look.HeadPose {
    static func drawn(_ source: WorldRandom) -> Self {
        var random = source
        return Self(
            yawDegrees: random.normal(0, 7, in: -20...20),
            pitchDegrees: random.normal(0, 5, in: -14...14),
            rollDegrees: random.normal(0, 4, in: -12...12))
    }
}

extension Look.Gaze {
    /// Mostly into the camera, as far as eyes turn; else anywhere.
    static func drawn(
        camera: Look.Camera, head: Look.HeadPose, light: LightPreset, _ source: WorldRandom
    ) -> Self {
        var random = source
        let meets = random.chance(0.65)
        let error = (random.normal(0, 0.7, in: -2...2), random.normal(0, 0.7, in: -2...2))
        let aside = (random.normal(0, 13, in: -28...28), random.normal(-2, 7, in: -18...14))
        let dim = light == .night || light == .candle || light == .neon
        let pupil = random.normal(dim ? 4.8 : 3.4, 0.5, in: 2...6)
        guard meets else {
            return Self(yawDegrees: aside.0, pitchDegrees: aside.1, pupil: pupil)
        }
        return Self(
            yawDegrees: min(max(camera.yawDegrees - head.yawDegrees + error.0, -30), 30),
            pitchDegrees: min(max(camera.pitchDegrees - head.pitchDegrees + error.1, -20), 20),
            pupil: pupil)
    }
}
