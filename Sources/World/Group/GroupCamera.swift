/// Frames a group: finds the crop of a wide view that holds everybody's head.
struct GroupCamera {
    /// What a picture must hold of one person, in a plane one metre before the camera: x right, y
    /// down.
    struct Sight {
        /// Left, top, right, bottom of the face.
        var face: Bounds
        /// The same of the head with hair and hat.
        var head: Bounds
        /// How far down the body is fit to be seen.
        var floor: Float
    }

    struct Bounds {
        var low = SIMD2<Float>(repeating: .infinity)
        var high = SIMD2<Float>(repeating: -.infinity)
        var size: SIMD2<Float> { high - low }

        mutating func add(_ p: SIMD2<Float>) {
            low = pointwiseMin(low, p)
            high = pointwiseMax(high, p)
        }

        func joined(_ other: Bounds) -> Bounds {
            Bounds(low: pointwiseMin(low, other.low), high: pointwiseMax(high, other.high))
        }
    }

    private let framing: GroupFraming
    private let level: Camera

    /// Puts the photographer before a group.
    ///
    /// - Parameters:
    ///   - framing: from where.
    ///   - middle: of all heads, metres.
    ///   - width: between the outermost heads, metres.
    /// - Throws: ``RenderError/badCamera(detail:)`` for numbers that are not finite.
    init(_ framing: GroupFraming, middle: SIMD3<Float>, width: Float) throws {
        self.framing = framing
        let degree = Float.pi / 180
        let (yaw, pitch) = (framing.yawDegrees * degree, framing.pitchDegrees * degree)
        let distance = framing.distance + 0.9 * width
        let towards = SIMD3(
            Scalar.sine(yaw) * Scalar.cosine(pitch), Scalar.sine(pitch),
            Scalar.cosine(yaw) * Scalar.cosine(pitch))
        let right = -Vector.unit(Vector.cross([0, 1, 0], -towards))
        let down = Vector.unit(Vector.cross(-towards, right))
        let (c, s) = (
            Scalar.cosine(framing.rollDegrees * degree), Scalar.sine(framing.rollDegrees * degree)
        )
        level = try Camera(
            right: right * c - down * s, down: right * s + down * c, forward: -towards,
            origin: (middle + towards * distance) * (1 / Camera.metresPerUnit), focal: [1, 1],
            principal: .zero)
    }

    /// Where the pinhole is, metres.
    var position: SIMD3<Float> { level.position }

    /// What must be seen of a person.
    ///
    /// - Parameters:
    ///   - head: in the group's world.
    ///   - surfaces: hair, hat and skin there.
    ///   - place: how far the body has moved, metres.
    /// - Returns: bounds in the plane.
    func sight(of head: PosedHead, _ surfaces: [Surface], at place: SIMD3<Float>) -> Sight {
        var face = Bounds()
        for vertex in BuiltInHead.shared.faceVertices {
            face.add(plane(head.positions[vertex]))
        }
        var bounds = face
        for surface in surfaces where [.head, .hair, .hat].contains(surface.part) {
            for p in surface.positions { bounds.low.y = min(bounds.low.y, plane(p).y) }
        }
        let margin = face.size * SIMD2(0.2, 0.08)
        bounds.low.x -= margin.x
        bounds.high += margin
        let floor = plane(place - SIMD3(0, Figure.bottom, 0)).y
        return Sight(face: face, head: bounds, floor: floor)
    }

    private func plane(_ point: SIMD3<Float>) -> SIMD2<Float> {
        level.project(point, width: 1, height: 1)?.pixel ?? .zero
    }

    /// The camera of a picture whose width is `aspect` times its height.
    func framed(_ sights: [Sight], aspect: Float) throws -> Camera {
        guard let first = sights.first else { return try cropped(empty(aspect)) }
        let all = sights.reduce(first.head) { $0.joined($1.head) }
        let face = sights.reduce(0) { $0 + $1.face.size.y } / Float(sights.count)
        let edge: Float = 0.03
        let room = 1 - 2 * edge
        let fitting = min(
            GroupFraming.largestFace, face * room / max(all.size.y, all.size.x / aspect))
        let least = min(GroupFraming.smallestFace, fitting)
        let share = least * Scalar.anyPower(fitting / least, framing.closeness)
        let height = face / share
        let size = SIMD2(height * aspect, height)
        // The crop's upper left corner when people are at its lower right, and at its upper left.
        let end = all.high + edge * size - size
        var start = all.low - edge * size
        let floor = sights.reduce(Float.infinity) { min($0, $1.floor) }
        start.y = max(min(start.y, floor - size.y), end.y)
        var low = start + (end - start) * framing.place
        cut(&low, size, sights)
        low.y = min(low.y, floor - size.y)
        return try cropped(Bounds(low: low, high: low + size))
    }

    /// Moves the crop so that one of its edges runs through the outermost face.
    private func cut(_ low: inout SIMD2<Float>, _ size: SIMD2<Float>, _ sights: [Sight]) {
        guard let edge = framing.cut else { return }
        let share = framing.cutShare
        switch edge {
        case .left:
            guard let face = sights.map(\.face).min(by: { $0.low.x < $1.low.x }) else { return }
            low.x = face.low.x + share * face.size.x
        case .right:
            guard let face = sights.map(\.face).max(by: { $0.high.x < $1.high.x }) else { return }
            low.x = face.high.x - share * face.size.x - size.x
        case .top:
            guard let face = sights.map(\.face).min(by: { $0.low.y < $1.low.y }) else { return }
            low.y = face.low.y + share * face.size.y
        case .bottom:
            guard let face = sights.map(\.face).max(by: { $0.high.y < $1.high.y }) else { return }
            low.y = face.high.y - share * face.size.y - size.y
        }
    }

    /// A crop of a view without people.
    private func empty(_ aspect: Float) -> Bounds {
        let height = 0.15 * Scalar.anyPower(5, 1 - framing.closeness)
        let size = SIMD2(height * aspect, height)
        let low = -size * framing.place
        return Bounds(low: low, high: low + size)
    }

    private func cropped(_ crop: Bounds) throws -> Camera {
        try Camera(
            right: level.right, down: level.down, forward: level.forward, origin: level.origin,
            focal: 1 / crop.size, principal: -crop.low / crop.size)
    }
}
