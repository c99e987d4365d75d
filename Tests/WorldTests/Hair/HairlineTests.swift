import Testing

@testable import World

struct HairlineTests {
    private let crown = ChartPoint(angle: 0, down: HeadChart.crown)
    private let forehead = ChartPoint(angle: 0, down: -20)
    private let front = ChartPoint(angle: 0, down: -48)
    private let temple = ChartPoint(angle: 0.55, down: -55)
    private let side = ChartPoint(angle: 1.7, down: -5)
    private let ear = ChartPoint(angle: 1.55, down: 35)

    @Test func `Hair grows on the scalp and neither on forehead nor ears`() {
        let line = Hairline(masculinity: 0.5, recession: 0)
        #expect(line.density(at: crown) == 1)
        #expect(line.density(at: front) == 1)
        #expect(line.density(at: side) == 1)
        #expect(line.density(at: forehead) == 0)
        #expect(line.density(at: ear) == 0)
    }

    @Test func `A receding line leaves the temples first and the sides last`() {
        let half = Hairline(masculinity: 1, recession: 0.45)
        #expect(half.density(at: temple) < 0.1)
        #expect(half.density(at: front) > 0.9)
        let whole = Hairline(masculinity: 1, recession: 1)
        #expect(whole.density(at: front) < 0.05)
        #expect(whole.density(at: crown) < 0.1)
        #expect(whole.density(at: side) == 1)
    }

    @Test func `A shaved scalp shows its roots, a bald one does not`() {
        var person = HairSamples.person(.shaved)
        person.hair.recession = 0
        #expect(Hair.scalpShade(for: person).rootDensity(at: side) == 0.5)
        person.hair.style = .bald
        #expect(Hair.scalpShade(for: person).rootDensity(at: side) == 0)
    }
}
