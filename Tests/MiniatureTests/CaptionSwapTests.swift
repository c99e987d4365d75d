import Foundation
import Miniature
import TestSupport
import Testing
import Training

@Suite struct CaptionSwapTests {
    @Test func aSwappedCaptionIsAnotherAndTheSameForOneSeed() throws {
        try withWorld { data in
            var (first, second) = (StepRandom(seed: 5), StepRandom(seed: 5))
            for index in 0..<data.count {
                let a = CaptionSwap.caption(index, .long, variant: 3, data, &first)
                let b = CaptionSwap.caption(index, .long, variant: 3, data, &second)
                #expect(a == b)
                #expect(a != data.caption(index, .long, variant: 3))
                #expect(a != nil)
            }
        }
    }

    private func withWorld(_ body: (PortraitData) throws -> Void) throws {
        try withTemporaryFolder { folder in
            var settings = MiniatureSettings()
            for assignment in [
                "world.identities=6", "world.held_out_identities=2", "world.views=2",
                "sizes.side=32",
            ] {
                settings = try settings.setting(assignment)
            }
            let run = try MiniatureRun(folder, settings)
            #expect(try run.run(.world))
            try body(run.trainData())
        }
    }
}
