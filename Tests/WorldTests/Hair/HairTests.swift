import Testing

@testable import World

/// Hair and beards on faces at rest, made without the poser.
enum HairSamples {
    static func person(_ style: HairStyle, _ index: Int = 3) -> Person {
        var person = Person(seed: 5, index: index)
        let share = Float(index % 4) / 3
        person.hair.style = style
        person.hair.length = blend(style.lengths.lowerBound, style.lengths.upperBound, share)
        person.hair.curl = blend(style.curls.lowerBound, style.curls.upperBound, share)
        return person
    }

    static func rest(_ person: Person) -> PosedHead {
        let head = BuiltInHead.shared
        let positions = head.sculpture.vertices(FaceSettings(person)).map(BuiltInHead.metres)
        return PosedHead(
            positions: positions, normals: head.normals(of: positions),
            skull: RigidMotion(axisAngle: .zero, pivot: .zero))
    }

    static func hair(_ person: Person, _ detail: Detail = .full) -> Surface? {
        Hair.surface(for: person, on: rest(person), head: .shared, detail: detail)
    }

    static func beard(_ style: BeardStyle) -> Person {
        var person = Person(seed: 5, index: 3)
        person.beard = Person.Beard(
            style: style, length: style.lengths.upperBound, density: 0.8,
            colour: person.hair.colour, seed: 11)
        return person
    }

    /// What is wrong with a mesh, or nil.
    static func fault(_ s: Surface) -> String? {
        let count = s.positions.count
        guard s.normals.count == count, s.tangents.count == count, s.coordinates.count == count
        else { return "arrays of different length" }
        for i in 0..<count {
            let sum = s.positions[i].sum() + s.normals[i].sum() + s.tangents[i].sum()
            guard sum.isFinite else { return "vertex \(i) is not finite" }
            guard abs(HairVector.length(s.normals[i]) - 1) < 1e-3 else { return "normal \(i)" }
            guard abs(HairVector.length(s.tangents[i]) - 1) < 1e-3 else { return "tangent \(i)" }
            let c = s.coordinates[i]
            guard c.min() >= 0, c.max() <= 1 else { return "coordinate \(i) is \(c)" }
        }
        for (i, t) in s.triangles.enumerated() {
            guard Int(t.max()) < count else { return "triangle \(i) is out of bounds" }
            let (a, b, c) = (
                s.positions[Int(t.x)], s.positions[Int(t.y)], s.positions[Int(t.z)]
            )
            let area = HairVector.length(HairVector.cross(b - a, c - a))
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

struct HairTests {
    static let grown = HairStyle.allCases.filter { $0 != .bald && $0 != .shaved }

    @Test(arguments: grown)
    func `A style makes a sound mesh within its budget`(_ style: HairStyle) throws {
        for (detail, most) in [(Detail.full, 30_000), (.low, 10_000)] {
            let hair = try #require(HairSamples.hair(HairSamples.person(style), detail))
            #expect(HairSamples.fault(hair) == nil)
            #expect(hair.triangles.count <= most)
        }
    }

    @Test(arguments: grown)
    func `The face stays free and no hair is inside of it`(_ style: HairStyle) throws {
        for index in 0..<3 {
            let person = HairSamples.person(style, index)
            let rest = HairSamples.rest(person)
            let hair = try #require(HairSamples.hair(person))
            let before = HairSamples.clearances(hair, rest, angle: 0.72, down: 20...128)
            #expect(before.isEmpty, "\(before.count) vertices before the face")
            let beside = HairSamples.clearances(hair, rest, angle: 1.25, down: -15...128)
            #expect((beside.min() ?? 0) > -1, "deepest of \(beside.count): \(beside.min() ?? 0)")
        }
    }

    @Test func `Hair that is pushed into the head is found there`() throws {
        let person = HairSamples.person(.bob)
        var hair = try #require(HairSamples.hair(person))
        for i in hair.positions.indices { hair.positions[i].x *= 0.85 }
        let rest = HairSamples.rest(person)
        let beside = HairSamples.clearances(hair, rest, angle: 1.25, down: -15...128)
        #expect((beside.min() ?? 0) < -1)
    }

    @Test func `The same person has the same hair, another seed other hair`() throws {
        var person = HairSamples.person(.longWavy)
        let first = try #require(HairSamples.hair(person))
        let again = try #require(HairSamples.hair(person))
        #expect(first.positions == again.positions)
        #expect(first.triangles == again.triangles)
        #expect(first.material.texture?.albedo == again.material.texture?.albedo)
        person.hair.seed += 1
        let other = try #require(HairSamples.hair(person))
        #expect(first.positions != other.positions)
    }

    @Test func `Bald and shaved heads have no hair but a bald man's wreath`() {
        #expect(HairSamples.hair(HairSamples.person(.shaved)) == nil)
        var person = HairSamples.person(.bald)
        person.hair.recession = 0
        #expect(HairSamples.hair(person) == nil)
        person.hair.recession = 0.9
        #expect(HairSamples.hair(person) != nil)
    }

    @Test func `Hanging styles cover the ears, others do not`() throws {
        for style in [HairStyle.bob, .lob, .longStraight, .crew, .bun] {
            let person = HairSamples.person(style)
            let rest = HairSamples.rest(person)
            let hair = try #require(HairSamples.hair(person))
            let envelope = HeadEnvelope(rest.positions, head: .shared)
            let over = hair.positions.filter { p in
                let c = HeadEnvelope.place(BuiltInHead.millimetres(p))
                return abs(abs(c.angle) - 1.65) < 0.12 && (25...55).contains(c.down)
                    && c.reach > envelope.reach(c.angle, c.down, ears: 0.7)
            }
            #expect(over.count > 40 == style.coversEars, "\(style): \(over.count)")
        }
    }

    @Test func `Every lock has texels of its own`() {
        let layout = HairTexture(locks: 300, square: 128, detail: .full)
        var seen = Set<SIMD2<Int32>>()
        let size = SIMD2(Float(layout.width), Float(layout.height))
        for lock in 0..<300 {
            let low = layout.strip(lock, 0, 0) * size
            let high = layout.strip(lock, 1, 1) * size
            #expect(low.x >= Float(layout.square) && high.x < size.x && high.y < size.y)
            for x in Int32(low.x)...Int32(high.x) {
                for y in Int32(low.y)...Int32(high.y) {
                    #expect(seen.insert(SIMD2(x, y)).inserted)
                }
            }
        }
    }
}
