import World

/// Hair and beards on faces at rest, made without the poser.
enum HairSamples {
    static func person(_ style: HairStyle, _ index: Int = 3) -> Person {
        var person = Person(seed: 5, index: index)
        let share = Float(index % 4) / 3
        person.hair.style = style
        person.hair.length =
            style.lengths.lowerBound
            + share * (style.lengths.upperBound - style.lengths.lowerBound)
        person.hair.curl =
            style.curls.lowerBound
            + share * (style.curls.upperBound - style.curls.lowerBound)
        return person
    }

    static func rest(_ person: Person) -> PosedHead { PosedHead(atRest: person) }

    static func hair(_ person: Person, _ detail: Detail = .full) -> Surface? {
        Hair.surface(for: person, on: rest(person), head: .shared, detail: detail)
    }

    static func beard(_ style: BeardStyle) -> Person {
        var person = Person(seed: 5, index: 3)
        person.beard.style = style
        person.beard.length = length(style)
        person.beard.density = 0.8
        return person
    }

    private static func length(_ style: BeardStyle) -> Float {
        switch style {
        case .none: 0
        case .stubble: 2
        case .moustache, .goatee, .shortBoxed: 11
        case .full: 30
        case .long: 110
        }
    }

    /// A place on the chart of the head.
    static func place(_ angle: Double, _ down: Double) -> ChartPoint {
        var result = BuiltInHead.shared.places[0]
        result.angle = angle
        result.down = down
        return result
    }

    private static func length(_ v: SIMD3<Float>) -> Float { (v * v).sum().squareRoot() }

    private static func cross(_ a: SIMD3<Float>, _ b: SIMD3<Float>) -> SIMD3<Float> {
        SIMD3(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x)
    }

    /// What is wrong with a mesh, or nil.
    static func fault(_ s: Surface) -> String? {
        let count = s.positions.count
        guard s.normals.count == count, s.tangents.count == count, s.coordinates.count == count
        else { return "arrays of different length" }
        for i in 0..<count {
            let sum = s.positions[i].sum() + s.normals[i].sum() + s.tangents[i].sum()
            guard sum.isFinite else { return "vertex \(i) is not finite" }
            guard abs(length(s.normals[i]) - 1) < 1e-3 else { return "normal \(i)" }
            guard abs(length(s.tangents[i]) - 1) < 1e-3 else { return "tangent \(i)" }
            let c = s.coordinates[i]
            guard c.min() >= 0, c.max() <= 1 else { return "coordinate \(i) is \(c)" }
        }
        for (i, t) in s.triangles.enumerated() {
            guard Int(t.max()) < count else { return "triangle \(i) is out of bounds" }
            let (a, b, c) = (
                s.positions[Int(t.x)], s.positions[Int(t.y)], s.positions[Int(t.z)]
            )
            let area = length(cross(b - a, c - a))
            guard area > 1e-13 else { return "triangle \(i) has no area" }
        }
        return nil
    }

    /// Vertices in a range of the face, and how far each stands off the skin, millimetres.
    static func clearances(
        _ s: Surface, _ rest: PosedHead, angle: Float, down: ClosedRange<Float>
    ) -> [Float] {
        let envelope = HeadEnvelope(rest.positions, head: .shared)
        return s.positions.compactMap { p in
            let c = HeadEnvelope.place(BuiltInHead.millimetres(p))
            guard abs(c.angle) < angle, down.contains(c.down) else { return nil }
            return (c.reach - envelope.reach(c.angle, c.down, ears: 0)) * HeadEnvelope.unit
        }
    }
}
