import Checkpoints
import Testing
import World

/// The world as a data set.
@Suite struct WorldSourceTests {
    @Test func samplesDependOnTheirIndexAlone() throws {
        let source = try WorldSource(.init(identities: 2, views: 2, size: 48), seed: 9)
        let forwards = try (0..<4).map { try source.sample(at: $0) }
        let other = try WorldSource(.init(identities: 2, views: 2, size: 48), seed: 9)
        let backwards = try (0..<4).reversed().map { try other.sample(at: $0) }
        #expect(forwards == backwards.reversed())
        #expect(Set(forwards.map(\.key)).count == 4)
        let truth = try StableJSON.decode(
            PortraitTruth.self, from: try #require(forwards[3]["json"]))
        #expect(truth.person == Person(seed: 9, index: 1) && truth.look.view == 1)
        #expect(truth.captions.count == 6 && truth.landmarks.count == 68)
    }

    @Test func wishesOutOfRangeAreRefusedInASentence() {
        let error = #expect(throws: WorldError.self) {
            try WorldSource(.init(identities: 0, views: 2, size: 48), seed: 9)
        }
        #expect(error?.description == "identities: expected 1 to 10000000, found 0")
    }
}
