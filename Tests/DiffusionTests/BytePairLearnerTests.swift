import Diffusion
import Foundation
import TestSupport
import Testing

@Suite struct BytePairLearnerTests {
    private func learner() -> BytePairLearner {
        var learner = BytePairLearner()
        for text in ["low low low lower", "Newest newest newest widest widest", "é wide"] {
            learner.read(text)
        }
        return learner
    }

    @Test func joinsTheMostFrequentPairFirst() {
        // Sennrich et al. 2016, Figure 2's words. "we" stands in lower and newest, 4 times;
        // "es" in newest and widest, 5 times, and before "st" in the alphabet.
        let merges = learner().merges(3)
        #expect(merges.map { $0 + " " + $1 } == ["e s", "es t</w>", "l o"])
    }

    @Test func stopsWhenNothingRepeats() {
        let merges = learner().merges(1000)
        #expect(merges.count < 30)
        #expect(learner().merges(1000).map(\.0) == merges.map(\.0))
    }

    @Test func theTokenizerReadsWhatWasLearned() throws {
        try withTemporaryFolder { folder in
            let files = BytePairLearner.files(merges: learner().merges(100), length: 77)
            for (name, text) in files {
                try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
            }
            let tokenizer = try CLIPTokenizer(folder: folder)
            // A frequent word is one token, a new one falls back to its parts.
            #expect(tokenizer.encode("newest").count == 3)
            #expect(tokenizer.encode("xyz").count == 5)
            #expect(
                tokenizer.decode(tokenizer.encode("newest low"), skippingSpecial: true)
                    == "newest low")
        }
    }
}
