import Checkpoints
import Diffusion
import Foundation
import TestSupport
import Testing

/// The notation of A1111's web UI. `Reference/prompts/parity.py` compares the pictures.
@Suite struct PromptTests {
    private func fixtures() throws -> [JSONValue] {
        let path = Fixture.root.appendingPathComponent("Reference/prompts/prompts.jsonl")
        return try String(contentsOf: path, encoding: .utf8).split(separator: "\n")
            .map { try JSONValue(Array($0.utf8)) }
    }

    private func tokenizer() throws -> CLIPTokenizer {
        let folder = Fixture.root.appendingPathComponent("Reference/tokenizer").path
        return try CLIPTokenizer(
            vocabulary: "\(folder)/vocab.json", merges: "\(folder)/merges.txt")
    }

    @Test func fiveHundredPromptsAreReadAsTheReferenceReadsThem() throws {
        let fixtures = try fixtures()
        #expect(fixtures.count == 500)
        let tokenizer = try tokenizer()
        for fixture in fixtures {
            guard case .string(let prompt)? = fixture["prompt"],
                case .array(let parts)? = fixture["parts"],
                case .array(let rows)? = fixture["rows"]
            else {
                Issue.record("expected a prompt with its parts and rows")
                continue
            }
            let expected = try parts.map { part -> PromptParts.Part in
                guard case .array(let pair) = part, pair.count == 2 else { throw Broken() }
                guard case .string(let text) = pair[0] else { return PromptParts("BREAK").parts[1] }
                return PromptParts.Part(text, weight: try number(pair[1]))
            }
            let found = PromptParts(prompt)
            #expect(found.parts == expected, "\(prompt)")
            let chunks = PromptChunks(found, tokenizer, length: 77).chunks
            let wanted = try rows.map { row -> PromptChunks.Chunk in
                guard case .array(let pair) = row, pair.count == 2 else { throw Broken() }
                return PromptChunks.Chunk(
                    tokens: try numbers(pair[0]).map { Int($0) },
                    weights: try numbers(pair[1]).map { Float($0) })
            }
            #expect(chunks == wanted, "\(prompt)")
        }
    }

    private struct Broken: Error {}

    private func number(_ value: JSONValue) throws -> Double {
        guard case .number(let text) = value, let number = Double(text) else { throw Broken() }
        return number
    }

    private func numbers(_ value: JSONValue) throws -> [Double] {
        guard case .array(let values) = value else { throw Broken() }
        return try values.map(number)
    }

    @Test func aBreakWithinBracketsIsOneToo() {
        let parts = PromptParts("(a BREAK b:1.5) c").parts
        #expect(parts.map(\.text) == ["a", "", "b", " c"])
        #expect(parts.map(\.isBreak) == [false, true, false, false])
        #expect(parts[0].weight == 1.5 && parts[2].weight == 1.5 && parts[3].weight == 1)
    }

    @Test func whatIsNoNotationIsText() {
        for text in ["", "a", "a: b", "a:1.2)", ")", "]", "BREAKS", "a :x) b"] {
            #expect(PromptParts(text).parts == [.init(text)], "\(text)")
        }
        #expect(PromptParts(#"\(a\) \\ \"#).parts == [.init(#"(a) \ "#)])
    }

    /// A small SD1.5 and SDXL of random weights.
    private func model(_ kind: PublishedModel, in folder: Folder) throws -> StableDiffusion {
        var writing = PublishedModel.Writing()
        writing.tiny = true
        try kind.write(to: folder.file("\(kind)"), writing)
        return try StableDiffusion(DiffusersFolder(folder.file("\(kind)")))
    }

    @Test(arguments: [PublishedModel.sd15, .sdxl])
    func notationChangesPicturesAndItsAbsenceDoesNot(_ kind: PublishedModel) throws {
        let folder = try Folder()
        let model = try model(kind, in: folder)
        func picture(_ prompt: String, plain: Bool = false, skip: Int = 1) throws -> [UInt8] {
            var request = ImageRequest(prompt: prompt)
            request.negativePrompt = "blurry"
            (request.steps, request.width, request.height) = (2, 64, 64)
            (request.reading.isPlain, request.reading.clipSkip) = (plain, skip)
            let run = try model.denoising(request)
            for step in run { _ = try step.get() }
            return try run.images()[0].pixels
        }
        let words = "a red hat, by the sea"
        let usual = try picture(words)
        #expect(try usual == picture(words, plain: true))
        #expect(
            try usual
                == picture(
                    "a [red] hat, by the sea".replacingOccurrences(of: "[red]", with: "(red:1)")))
        var others: Set<[UInt8]> = [usual]
        for prompt in [
            "a (red:1.5) hat, by the sea", "a red hat BREAK by the sea",
            String(repeating: "a red hat, ", count: 30),
        ] {
            #expect(try others.insert(picture(prompt)).inserted, "\(prompt)")
        }
        #expect(try others.insert(picture(words, skip: 2)).inserted)
        // Three layers and the embeddings; SDXL has left the last one out already.
        #expect(throws: DiffusionError.self) { try picture(words, skip: 4) }
        #expect(throws: DiffusionError.self) { try picture(words, skip: 0) }
        let error = #expect(throws: DiffusionError.self) { try picture("a <lora:hat:0.8> hat") }
        #expect(error?.description.contains("<lora:hat:0.8>") == true)
        _ = try picture("a <lora:hat:0.8> hat", plain: true)
    }
}
