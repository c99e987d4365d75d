import Testing
import World

struct BeardTests {
    @Test(arguments: BeardStyle.allCases)
    func `A style makes a sound mesh or none`(_ style: BeardStyle) throws {
        let person = HairSamples.beard(style)
        let rest = HairSamples.rest(person)
        for (detail, most) in [(Detail.full, 30_000), (.low, 10_000)] {
            let beard = Beard.surface(for: person, on: rest, head: .shared, detail: detail)
            #expect((beard == nil) == (style == .none))
            guard let beard else { continue }
            #expect(HairSamples.fault(beard) == nil)
            #expect(beard.triangles.count <= most)
        }
    }

    @Test func `A beard follows the jaw, a moustache does not`() throws {
        let head = BuiltInHead.shared
        let person = HairSamples.beard(.full)
        let shut = HairSamples.rest(person)
        var open = shut
        for (i, place) in head.places.enumerated()
        where head.kinds[i] == .skin && abs(place.angle) < 1.4 && (101...190).contains(place.down) {
            open.positions[i] += SIMD3(0, -0.012, -0.002)
        }
        let before = try #require(Beard.surface(for: person, on: shut, head: head, detail: .full))
        let after = try #require(Beard.surface(for: person, on: open, head: head, detail: .full))
        #expect(before.triangles == after.triangles)
        #expect(before.coordinates == after.coordinates)
        var (chin, lip): ([Float], [Float]) = ([], [])
        for (a, b) in zip(before.positions, after.positions) {
            let c = HeadEnvelope.place(BuiltInHead.millimetres(a))
            guard abs(c.angle) < 0.25 else { continue }
            let moved = (a.y - b.y) * 1000
            if (115...140).contains(c.down) { chin.append(moved) }
            if (80...92).contains(c.down) { lip.append(moved) }
        }
        #expect(chin.count > 50 && lip.count > 20)
        #expect((chin.min() ?? 0) > 9)
        #expect((lip.max() ?? 100) < 3)
    }

    @Test func `Lips and eyes stay bare`() {
        for style in BeardStyle.allCases {
            let shade = Beard.skinShade(for: HairSamples.beard(style))
            // The lips meet 100.3 mm below the ring.
            #expect(shade.rootDensity(at: HairSamples.place(0, 96.3)) == 0)
            #expect(shade.rootDensity(at: HairSamples.place(0.1, 106.3)) == 0)
            #expect(shade.rootDensity(at: HairSamples.place(0.4, 30)) == 0)
            let shows = shade.rootDensity(at: HairSamples.place(0, 140)) > 0.3
            #expect(shows == (style != .none && style != .moustache))
        }
    }
}
