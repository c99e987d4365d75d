/// A picture of several people with every number settled: rendering it again gives the same bytes.
public struct GroupScene: Codable, Equatable, Sendable {
    /// One of the people.
    public struct Member: Codable, Equatable, Sendable {
        /// Who.
        public var person: Person
        /// How. The camera's angles are those under which it sees this one's body, so that captions
        /// and gaze are right; backdrop and light are the group's.
        public var look: Look
        /// How far the body has moved from where a portrait's sitter is, metres.
        public var place: SIMD3<Float>
        /// How it is turned about the vertical axis; positive to the person's left.
        public var turnDegrees: Float
    }

    /// From the left of the picture to its right, by the middles of their faces.
    public var members: [Member]
    /// EG3D's 25 scalars, as in ``PortraitTruth``; focal lengths and principal point are shares of
    /// the picture's width and height.
    public var camera: [Float]
    /// What shines.
    public var light: LightRig
    /// What lies behind.
    public var backdrop: Look.Backdrop
    /// Multiplies the size of its things.
    public var backdropScale: Float
    /// Of the renderer's noise.
    public var noise: UInt32
}

/// Where somebody stands: turned about the neck's vertical axis, then moved.
struct Stance {
    /// x and z of the axis that bodies turn about, metres.
    static let axis = SIMD2<Float>(0, 0.045)

    private let turn: RigidMotion
    private let place: SIMD3<Float>

    init(turnDegrees: Float, place: SIMD3<Float> = .zero) {
        turn = RigidMotion(
            axisAngle: SIMD3(0, turnDegrees * .pi / 180, 0),
            pivot: SIMD3(Self.axis.x, 0, Self.axis.y))
        self.place = place
    }

    init(_ member: GroupScene.Member) {
        self.init(turnDegrees: member.turnDegrees, place: member.place)
    }

    /// Moves what was posed for a portrait.
    func moved(_ surface: Surface, person: UInt8) -> Surface {
        var result = turn.moved(surface)
        for i in result.positions.indices { result.positions[i] += place }
        result.person = person
        return result
    }

    func moved(_ head: PosedHead) -> PosedHead {
        var result = head
        result.positions = head.positions.map { turn.point($0) + place }
        result.normals = head.normals.map(turn.direction)
        return result
    }

    func moved(_ point: SIMD3<Float>) -> SIMD3<Float> { turn.point(point) + place }
}
