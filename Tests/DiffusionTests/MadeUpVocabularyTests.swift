import Diffusion
import Testing

@Suite struct MadeUpVocabularyTests {
    @Test(arguments: [(MadeUpVocabulary.published, 49408), (.tiny, 1024)])
    func isAVocabularyInClipsForm(_ vocabulary: MadeUpVocabulary, count: Int) {
        let tokens = vocabulary.tokens
        #expect(tokens.count == count && Set(tokens).count == count)
        #expect(tokens.prefix(3) == ["!", "\"", "#"])
        #expect(tokens[256] == "!</w>")
        #expect(tokens.suffix(2) == ["<|startoftext|>", "<|endoftext|>"])
        // A merge joins what is already there.
        var known = Set(tokens.prefix(512))
        for (left, right) in vocabulary.merges {
            #expect(known.contains(left) && known.contains(right), "\(left) \(right)")
            known.insert(left + right)
        }
        #expect(known.count == count - 2)
    }

    @Test func bytesStandForThemselvesOrForALaterCharacter() {
        let symbols = MadeUpVocabulary.tiny.byteSymbols
        #expect(symbols.count == 256 && Set(symbols).count == 256)
        #expect(symbols.allSatisfy { $0.count == 1 })
        #expect(symbols[188] == "Ā" && symbols[255] == "Ń")
    }
}
