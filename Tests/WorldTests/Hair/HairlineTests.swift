import Testing
import World

struct HairlineTests {
    private let crown = HairSamples.place(0, -125.6)
    private let forehead = HairSamples.place(0, -20)
    private let front = HairSamples.place(0, -48)
    private let temple = HairSamples.place(0.7, -50)
    private let side = HairSamples.place(1.7, -5)
    private let ear = HairSamples.place(1.55, 35)

    private func shade(_ style: HairStyle, recession: Float) -> RootShade {
        var person = HairSamples.person(style)
        person.masculinity = 1
        person.hair.recession = recession
        return Hair.scalpShade(for: person)
    }

    @Test func `Hair grows on the scalp and neither on forehead nor ears`() {
        let line = shade(.crew, recession: 0)
        #expect(line.rootDensity(at: crown) == 1)
        #expect(line.rootDensity(at: front) == 1)
        #expect(line.rootDensity(at: side) == 1)
        #expect(line.rootDensity(at: forehead) == 0)
        #expect(line.rootDensity(at: ear) == 0)
    }

    @Test func `A receding line leaves the temples first and the sides last`() {
        let half = shade(.crew, recession: 0.45)
        #expect(half.rootDensity(at: temple) < 0.1)
        #expect(half.rootDensity(at: front) > 0.9)
        let whole = shade(.crew, recession: 1)
        #expect(whole.rootDensity(at: front) < 0.05)
        #expect(whole.rootDensity(at: crown) < 0.1)
        #expect(whole.rootDensity(at: side) == 1)
    }

    @Test func `A style that hides the recession has a full hairline`() {
        #expect(shade(.bob, recession: 0.9).rootDensity(at: temple) == 1)
    }

    @Test func `A shaved scalp shows its roots, a bald one does not`() {
        #expect(shade(.shaved, recession: 0).rootDensity(at: side) == 0.5)
        #expect(shade(.bald, recession: 0).rootDensity(at: side) == 0)
        #expect(shade(.bald, recession: 0.8).rootDensity(at: side) > 0.5)
    }
}
