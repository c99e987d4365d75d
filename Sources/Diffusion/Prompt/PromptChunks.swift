/// A prompt as rows of tokens that a text encoder takes, with a weight for each token.
///
/// As A1111's web UI cuts them: 75 tokens a row between start and end; where a row is full and a comma
/// was among its last 20 tokens, what follows the comma moves to the next row.
package struct PromptChunks {
    /// One row's tokens without start, end and padding, and their weights.
    package struct Chunk: Equatable {
        package var tokens: [Int] = []
        package var weights: [Float] = []

        package init(tokens: [Int] = [], weights: [Float] = []) {
            (self.tokens, self.weights) = (tokens, weights)
        }
    }

    /// At least one.
    package private(set) var chunks: [Chunk] = []

    /// The tokens that a row may look back over for a comma.
    private static let lookBack = 20

    /// - Parameters:
    ///   - prompt: the pieces.
    ///   - tokenizer: of the text encoder.
    ///   - words: that the model was taught; their vectors stay in one row.
    ///   - length: tokens of a row, start and end counted; 77 for CLIP.
    package init(
        _ prompt: PromptParts, _ tokenizer: CLIPTokenizer, words: WordFinder = .init(), length: Int
    ) {
        let most = max(length - 2, 1)
        let comma = tokenizer.id(of: ",</w>")
        var chunk = Chunk()
        var lastComma: Int?
        func finish(_ chunks: inout [Chunk]) {
            chunks.append(chunk)
            chunk = Chunk()
            lastComma = nil
        }
        for part in prompt.parts {
            if part.isBreak {
                finish(&chunks)
                continue
            }
            for tokens in words.tokens(part.text, tokenizer) {
                if tokens.count == 1, tokens[0] == comma {
                    lastComma = chunk.tokens.count
                } else if chunk.tokens.count == most, let place = lastComma,
                    chunk.tokens.count - place <= Self.lookBack
                {
                    let moved = Chunk(
                        tokens: Array(chunk.tokens[(place + 1)...]),
                        weights: Array(chunk.weights[(place + 1)...]))
                    chunk.tokens.removeLast(moved.tokens.count)
                    chunk.weights.removeLast(moved.weights.count)
                    finish(&chunks)
                    chunk = moved
                }
                if chunk.tokens.count + tokens.count > most { finish(&chunks) }
                chunk.tokens += tokens
                chunk.weights += tokens.map { _ in Float(part.weight) }
            }
        }
        if !chunk.tokens.isEmpty || chunks.isEmpty { finish(&chunks) }
    }

    /// A text taken as it stands: one row, cut where it is full.
    init(plain text: String, _ tokenizer: CLIPTokenizer, words: WordFinder, length: Int) {
        let tokens = Array(words.tokens(text, tokenizer).joined().prefix(max(length - 2, 0)))
        chunks = [Chunk(tokens: tokens, weights: tokens.map { _ in 1 })]
    }

    /// These and as many empty rows as it takes.
    func filled(to count: Int) -> [Chunk] {
        chunks + Array(repeating: Chunk(), count: max(count - chunks.count, 0))
    }
}

extension CLIPTokenizer {
    /// A row for the text encoder: start, tokens, end, padding.
    func row(_ tokens: [Int], length: Int) -> [Int64] {
        let row = [startID] + tokens + [endID]
        return (row + Array(repeating: padID, count: max(length - row.count, 0))).map(Int64.init)
    }
}
