import Miniature
import Testing
import Training
import World

@Suite struct CaptionSwapTests {
    @Test func aSwappedCaptionIsAnotherAndTheSameForOneSeed() throws {
        try withMiniatureWorld { data in
            var (first, second) = (StepRandom(seed: 5), StepRandom(seed: 5))
            for index in 0..<data.count {
                let a = CaptionSwap.caption(index, .long, variant: 3, data, &first)
                let b = CaptionSwap.caption(index, .long, variant: 3, data, &second)
                #expect(a != nil && a?.caption == b?.caption)
                #expect(a?.caption != data.caption(index, .long, variant: 3))
            }
        }
    }

    @Test func aSwappedCaptionSaysWhatItsPersonAndLookAre() throws {
        try withMiniatureWorld { data in
            var random = StepRandom(seed: 6)
            // A caption of medium length may leave out all that was tried.
            let swaps = (0..<data.count).compactMap {
                CaptionSwap.caption($0, .medium, variant: 4, data, &random)
            }
            #expect(swaps.count > data.count / 2)
            for swap in swaps {
                let said = Caption(of: swap.person, swap.look, .medium, variant: 4).text
                #expect(said == swap.caption)
            }
        }
    }
}
