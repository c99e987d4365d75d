/// One picture of several people as chance draws it: who stands where and looks how, and how they
/// are framed.
///
/// Numbers alone, drawn from (seed, index): bodies come in when a ``Studio`` takes the picture and
/// makes room for everybody.
public struct GroupPlan: Codable, Equatable, Sendable {
    /// One of the people.
    public struct Guest: Codable, Equatable, Sendable {
        /// Which person of the seed.
        public var person: Int
        /// How they look. Backdrop and light are the group's; the camera is set once all stand.
        public var look: Look
        /// How the body is turned about its vertical axis; positive to the person's left.
        public var turnDegrees: Float
        /// The least way across from the neighbour's head, metres.
        public var step: Float
        /// Air between the neighbour and this one, metres.
        public var gap: Float
        /// How far this one stands before the group's middle, metres.
        public var forward: Float
        /// How much higher than usual the head is, metres; children's is below 0.
        public var raise: Float
    }

    /// What the guests were drawn from.
    public var seed: UInt64
    /// Which picture of that seed.
    public var index: Int
    /// From the person's right to their left, as they stand: a picture's left to right.
    public var guests: [Guest]
    /// What lies behind.
    public var backdrop: Look.Backdrop
    /// What everybody is lit by.
    public var light: Look.Light
    /// How the picture is framed.
    public var framing: GroupFraming

    /// The first ``Look/view`` of groups: those below are of portraits.
    public static let firstView = 1_000_000

    /// Draws a picture.
    ///
    /// - Parameters:
    ///   - people: who comes, none to some five, of one seed, in the order in which they stand.
    ///   - seed: of the picture.
    ///   - index: which picture, 0 and up.
    public init(of people: [Person], seed: UInt64, index: Int) {
        func stream(_ name: String, _ more: [Int] = []) -> WorldRandom {
            WorldRandom(seed: seed, stream: "group/\(name)", indices: [index] + more)
        }
        self.seed = seed
        self.index = index
        let backdrop = Look.Backdrop.drawn(stream("backdrop"))
        let light = Look.Light.drawn(behind: backdrop.kind, stream("light"))
        (self.backdrop, self.light) = (backdrop, light)
        framing = .drawn(stream("framing"))
        var style = stream("style")
        // Two rows now and then: every other one a step behind, and higher.
        let rows = people.count > 2 && style.chance(0.35)
        let firstRow = style.below(2)
        let isClose = style.chance(0.3)
        guests = people.enumerated().map { i, person in
            var look = Look(of: person, view: Self.firstView + index)
            look.backdrop = backdrop
            look.light = light
            var random = stream("guest", [i])
            let isBehind = rows && i % 2 == firstRow
            // Those at the ends turn inwards.
            let out = people.count > 1 ? Float(2 * i) / Float(people.count - 1) - 1 : 0
            let turn = random.normal(-9 * out, 13, in: -45...45)
            let aside = random.uniform(-60...60)
            return Guest(
                person: person.index, look: look,
                turnDegrees: random.chance(0.08) ? aside : turn,
                step: isClose || rows ? random.uniform(0.16...0.3) : random.uniform(0.24...0.42),
                gap: isClose || rows ? 0.01 : max(0.01, random.normal(0.04, 0.09, in: 0...0.4)),
                forward: random.normal(isBehind ? -0.42 : 0, isClose ? 0.16 : 0.09, in: -0.7...0.3),
                raise: random.normal(isBehind ? 0.14 : 0, 0.045, in: -0.12...0.26)
                    + Self.stature(person))
        }
    }

    /// How much higher than the average grown-up's a person's head is, standing, metres; children
    /// are brought half-way up, as they are for photographs.
    private static func stature(_ person: Person) -> Float {
        let child = 1 - ramp(person.age, 5, 17)
        return 0.06 * (person.masculinity - 0.5) - 0.26 * child
    }
}

/// How the photographer of a group frames them.
public struct GroupFraming: Codable, Equatable, Sendable {
    /// A side of the picture.
    public enum Edge: String, CaseIterable, Codable, Sendable {
        case left, right, top, bottom
    }

    /// Degrees about the vertical axis; positive stands on the people's left.
    public var yawDegrees: Float
    /// Degrees; positive stands above.
    public var pitchDegrees: Float
    /// Degrees about the line of sight; positive turns the picture's content clockwise.
    public var rollDegrees: Float
    /// Metres from the camera to the middle of one person; wider groups are seen from farther off.
    public var distance: Float
    /// The size of faces: 0 for ``smallestFace`` ... 1 for as large as the picture holds them all.
    public var closeness: Float
    /// Where they are in the room that is left: 0 at the left and at the top ... 1.
    public var place: SIMD2<Float>
    /// The edge that cuts through the outermost face, rarely.
    public var cut: Edge?
    /// How much of that face is outside, 0...1.
    public var cutShare: Float
    /// How far the backdrop is drawn out; 1 shows as much of it as a portrait does.
    public var backdropScale: Float

    /// The least height of a face as a share of the picture's, where the group is not so wide that
    /// theirs are smaller still.
    public static let smallestFace: Float = 0.12
    /// The most.
    public static let largestFace: Float = 0.6

    static func drawn(_ source: WorldRandom) -> Self {
        var random = source
        let isCentred = random.chance(0.6)
        let middle = SIMD2(
            random.normal(0.5, 0.12, in: 0...1), random.normal(0.12, 0.12, in: 0...0.6))
        let anywhere = SIMD2(random.uniform(0...1), random.uniform(0...1))
        let edge = random.choose([
            Edge.left: 0.35, .right: 0.35, .top: 0.15, .bottom: 0.15,
        ])
        return Self(
            yawDegrees: random.normal(0, 10, in: -22...22),
            pitchDegrees: random.normal(2, 6, in: -12...14),
            rollDegrees: random.normal(0, 1.8, in: -5...5), distance: random.uniform(1.4...3.2),
            closeness: random.uniform(0...1), place: isCentred ? middle : anywhere,
            cut: random.chance(0.07) ? edge : nil, cutShare: random.uniform(0.2...0.7),
            backdropScale: random.uniform(0.7...1.3))
    }
}
