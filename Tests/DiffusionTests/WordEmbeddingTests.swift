import Checkpoints
import Diffusion
import TestSupport
import Testing
import Torch

@Suite struct WordEmbeddingTests {
    private func tokenizer() throws -> CLIPTokenizer {
        let folder = Fixture.root.appendingPathComponent("Reference/tokenizer").path
        return try CLIPTokenizer(
            vocabulary: "\(folder)/vocab.json", merges: "\(folder)/merges.txt")
    }

    /// Texts and runs of taught tokens, words for short.
    private func found(_ text: String, _ words: [(word: String, count: Int)]) throws -> [String] {
        let tokenizer = try tokenizer()
        return WordFinder(words).tokens(text, tokenizer).map { tokens in
            tokens[0] >= 1 << 40 ? "*\(tokens.count)" : "."
        }
    }

    @Test func wordsStandForTheirVectors() throws {
        let words = [(word: "<cat>", count: 2), (word: "toy", count: 3)]
        #expect(try found("<cat>", words) == ["*2"])
        #expect(try found("<CAT>toy", words) == ["*2", "*3"])
        #expect(try !found("nothing", words).contains("*2"))
    }

    @Test func wordsWithinLongerOnesAreLeftAlone() throws {
        let words = [(word: "cat", count: 1), (word: "cat toy", count: 4)]
        #expect(try found("cathedral", words).allSatisfy { $0 == "." })
        #expect(try found("tomcat", words).allSatisfy { $0 == "." })
        #expect(try found("(cat)", words).filter { $0 == "*1" }.count == 1)
        // The longest of several.
        #expect(try found("Cat Toy", words) == ["*4"])
    }

    @Test func aWordsVectorsStayInOneRow() throws {
        let tokenizer = try tokenizer()
        let prompt = PromptParts(Array(repeating: "a", count: 74).joined(separator: " ") + " <x>")
        let words = WordFinder([(word: "<x>", count: 3)])
        let chunks = PromptChunks(prompt, tokenizer, words: words, length: 77).chunks
        #expect(chunks.map(\.tokens.count) == [74, 3])
        #expect(chunks.map(\.weights.count) == [74, 3])
    }

    @Test func readsAllKindsOfFiles() throws {
        try withTemporaryFolder { folder in
            func file(_ name: String, _ tensors: [String: Tensor]) throws -> String {
                try SafetensorsWriter.write(tensors, metadata: [:], to: "\(folder)/\(name)")
                return "\(folder)/\(name)"
            }
            let web = try WordEmbedding(
                file("bad_v1.3.safetensors", ["emb_params": .zeros([5, 8])]))
            #expect((web.word, web.count) == ("bad_v1.3", 5))
            let one = try WordEmbedding(file("learned.safetensors", ["<toy>": .zeros([8])]))
            #expect((one.word, one.count) == ("<toy>", 1))
            let both = try WordEmbedding(
                file("xl.safetensors", ["clip_l": .zeros([2, 8]), "clip_g": .zeros([2, 16])]),
                word: "mine")
            #expect((both.word, both.vectors.count) == ("mine", 2))
        }
    }

    @Test func refusesWhatTeachesNoWord() throws {
        try withTemporaryFolder { folder in
            func sentence(_ tensors: [String: [Int]], word: String? = nil) -> String {
                let path = "\(folder)/file.safetensors"
                do {
                    let zeros = try tensors.mapValues { try Tensor.zeros($0) }
                    try SafetensorsWriter.write(zeros, metadata: [:], to: path)
                    _ = try WordEmbedding(path, word: word)
                } catch { return "\(error)" }
                return ""
            }
            #expect(sentence(["a": [1], "b": [1]]).contains("expected a textual inversion"))
            #expect(
                sentence(["clip_l": [2, 8], "clip_g": [3, 16]])
                    .contains("as many for every text encoder"))
            #expect(sentence(["emb_params": [1, 8]], word: "  ").contains("expected a word"))
        }
    }
}
