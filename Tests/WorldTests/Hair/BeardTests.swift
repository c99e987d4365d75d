import Testing

@testable import World

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
        let poser = try HeadPoser()
        let person = HairSamples.beard(.full)
        let shut = try poser.posed(HeadPoser.Pose())
        let open = try poser.posed(HeadPoser.Pose(jaw: [0.3, 0, 0]))
        let before = try #require(
            Beard.surface(for: person, on: shut, head: poser.head, detail: .full))
        let after = try #require(
            Beard.surface(for: person, on: open, head: poser.head, detail: .full))
        #expect(before.triangles == after.triangles)
        #expect(before.coordinates == after.coordinates)
        var (chin, lip): ([Float], [Float]) = ([], [])
        for (a, b) in zip(before.positions, after.positions) {
            let c = HeadEnvelope.place(BuiltInHead.millimetres(a))
            guard abs(c.angle) < 0.25 else { continue }
            let moved = HairVector.length(b - a) * 1000
            if (115...150).contains(c.down) { chin.append(moved) }
            if (82...94).contains(c.down) { lip.append(moved) }
        }
        #expect(chin.count > 50 && lip.count > 20)
        #expect((chin.min() ?? 0) > 8)
        #expect((lip.max() ?? 100) < 6)
    }

    @Test func `Lips and eyes stay bare`() {
        for style in BeardStyle.allCases {
            let zone = BeardZone(HairSamples.beard(style).beard)
            let line = HeadChart.ring - Mouth.line
            #expect(zone.density(at: ChartPoint(angle: 0, down: line - 4)) == 0)
            #expect(zone.density(at: ChartPoint(angle: 0.1, down: line + 6)) == 0)
            #expect(zone.density(at: ChartPoint(angle: 0.4, down: 30)) == 0)
            let shows = zone.density(at: ChartPoint(angle: 0, down: line + 45)) > 0.5
            #expect(shows == (style != .none && style != .moustache))
        }
    }
}
