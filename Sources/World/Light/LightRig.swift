/// The light of a scene: surroundings, lamps and exposure.
public struct LightRig: Equatable, Codable, Sendable {
    /// What surrounds the head, beside the lamps.
    public struct Environment: Equatable, Codable, Sendable {
        /// Which surroundings; each is made by a few lines of arithmetic, without a picture.
        public enum Kind: String, CaseIterable, Codable, Sendable {
            /// The same light from everywhere.
            case even
            /// A studio: dark walls, two large soft boxes and a white ceiling.
            case studio
            /// A bright grey sky over dark ground.
            case overcast
            /// A clear blue sky over warm ground.
            case clearSky
            /// A low sun in an orange band under a violet sky.
            case sunset
            /// A dim room with one bright window at the person's left.
            case window
            /// A warm room with a lamp overhead.
            case room
            /// A dark street with a magenta and a cyan sign, and lamps.
            case neonStreet
            /// Trees: green light from around, sky above.
            case forest
        }

        /// Which surroundings.
        public var kind: Kind
        /// Multiplies the radiances.
        public var strength: Float
        /// Multiplies the radiances channel by channel.
        public var tint: SIMD3<Float>
        /// Turns the surroundings about the vertical axis; positive towards the person's left.
        public var turnDegrees: Float

        /// Surroundings.
        public init(
            _ kind: Kind, strength: Float = 1, tint: SIMD3<Float> = [1, 1, 1],
            turnDegrees: Float = 0
        ) {
            self.kind = kind
            self.strength = strength
            self.tint = tint
            self.turnDegrees = turnDegrees
        }
    }

    /// What it is called, in words.
    public var name: String
    /// The surroundings.
    public var environment: Environment
    /// At most ``mostLamps``.
    public var lamps: [AreaLight]
    /// Stops above the normal exposure, at which a face that looks to the front receives about as
    /// much light as a photographer would give it.
    public var stops: Float
    /// Whether the light is meant to be hard on a face: the exposure then follows the brighter
    /// parts, and the rest stays dark.
    public var isExtreme: Bool

    /// The most lamps that a rig can have.
    public static let mostLamps = 4

    /// A rig.
    public init(
        name: String, environment: Environment, lamps: [AreaLight] = [], stops: Float = 0,
        isExtreme: Bool = false
    ) {
        self.name = name
        self.environment = environment
        self.lamps = lamps
        self.stops = stops
        self.isExtreme = isExtreme
    }

    /// Throws ``RenderError/badOption(name:found:expected:)`` for what cannot be rendered.
    func check() throws {
        guard lamps.count <= LightRig.mostLamps else {
            throw RenderError.badOption(
                name: "number of lamps", found: "\(lamps.count)",
                expected: "at most \(LightRig.mostLamps)")
        }
        for lamp in lamps { try lamp.check() }
        guard environment.strength >= 0, environment.strength.isFinite, environment.tint.min() >= 0,
            environment.tint.max().isFinite, environment.turnDegrees.isFinite, abs(stops) <= 10
        else {
            throw RenderError.badOption(
                name: "environment", found: "\(environment), \(stops) stops",
                expected: "finite, not below 0, and within 10 stops")
        }
    }
}
