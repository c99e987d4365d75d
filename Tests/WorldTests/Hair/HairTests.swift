import Testing
import World

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
        for style in [HairStyle.bob, .lob, .longStraight, .crew, .bun, .braids] {
            let person = HairSamples.person(style)
            let rest = HairSamples.rest(person)
            let hair = try #require(HairSamples.hair(person))
            let envelope = HeadEnvelope(rest.positions, head: .shared)
            let over = hair.positions.filter { p in
                let c = HeadEnvelope.place(BuiltInHead.millimetres(p))
                return abs(abs(c.angle) - 1.65) < 0.12 && (25...55).contains(c.down)
                    && c.reach > envelope.reach(c.angle, c.down, ears: 0.7)
            }
            #expect((over.count > 150) == style.coversEars, "\(style): \(over.count)")
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
