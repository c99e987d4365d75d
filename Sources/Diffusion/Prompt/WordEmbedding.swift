import Checkpoints
import Torch

/// A word that a file taught a model: vectors that stand in its place among the tokens' embeddings. Gal
/// et al. 2023, "An Image is Worth One Word" (textual inversion).
public struct WordEmbedding {
    /// How prompts call it; case does not matter.
    public let word: String
    /// For each text encoder, `[K, C]`, float32: as many vectors for all of them.
    public let vectors: [Tensor]
    /// How many tokens it takes.
    public var count: Int { vectors.first?.shape.first ?? 0 }

    /// Reads a file of A1111's web UI (`emb_params`, `string_to_param`), of diffusers (a word and its
    /// vectors), or for SDXL (`clip_l` and `clip_g`).
    ///
    /// - Parameters:
    ///   - path: a safetensors or torch file.
    ///   - word: how prompts will call it; if nil, the word in the file, or else the file's name without
    ///     its ending, as the web UI has it.
    /// - Throws: ``DiffusionError`` for a file of another kind or an empty word; `CheckpointError`.
    public init(_ path: String, word: String? = nil) throws {
        let reader = try openCheckpoint(path)
        let shapes = Dictionary(
            reader.entries.map { ($0.name, $0.shape) }, uniquingKeysWith: { first, _ in first })
        var own: String?
        let names: [String]
        if shapes["clip_l"] != nil, shapes["clip_g"] != nil {
            names = ["clip_l", "clip_g"]
        } else if shapes["emb_params"] != nil {
            names = ["emb_params"]
        } else if let params = shapes.keys.first(where: { $0.hasPrefix("string_to_param.") }) {
            names = [params]
        } else if let only = Self.single(shapes) {
            names = [only.key]
            own = only.key
        } else {
            let kind = CheckpointKind.guess(shapes)?.description
            throw DiffusionError(
                "\(path): expected a textual inversion, a word's vectors, found "
                    + "\(kind ?? "a file of \(shapes.count) tensors that is none of the kinds known")."
            )
        }
        let tensors = try reader.tensors()
        vectors = try names.compactMap { tensors[$0] }.map { tensor in
            try (tensor.rank == 1 ? tensor.unsqueezed(0) : tensor).to(.float32)
        }
        let file = path.split(separator: "/").last.map(String.init) ?? path
        let stem = file.lastIndex(of: ".").map { String(file[..<$0]) } ?? file
        self.word = word ?? own ?? stem
        guard self.word.contains(where: { !$0.isWhitespace }) else {
            throw DiffusionError(
                "\(path): expected a word for prompts, found \(quoted(self.word)).")
        }
        guard let count = vectors.first?.shape.first, count > 0,
            vectors.allSatisfy({ $0.rank == 2 && $0.shape[0] == count })
        else {
            throw DiffusionError(
                "\(path): expected rows of vectors, as many for every text encoder, found "
                    + "\(vectors.map(\.shape)).")
        }
    }
}

extension WordEmbedding {
    /// The only tensor of a file that diffusers wrote: a word and its vectors, no layer's weights.
    static func single(_ shapes: [String: [Int]]) -> (key: String, value: [Int])? {
        guard shapes.count == 1, let only = shapes.first, (1...2).contains(only.value.count),
            !["weight", "bias"].contains(where: { only.key.hasSuffix(".\($0)") })
        else { return nil }
        return only
    }
}

extension StableDiffusion {
    /// Teaches the model a word; prompts that hold it afterwards mean it.
    ///
    /// - Throws: ``DiffusionError`` for vectors of another model's width, for more than fit a prompt, and
    ///   for a word that is there already.
    public func add(_ word: WordEmbedding) throws {
        let widths = textEncoders.map(\.model.network.configuration.hiddenSize)
        let found = word.vectors.map { $0.shape[1] }
        guard widths == found else {
            throw DiffusionError(
                "The word \(quoted(word.word)): expected vectors of \(listed(widths)) numbers, which "
                    + "this model's text takes, found \(listed(found)); it was made for another family "
                    + "of models.")
        }
        let most = textEncoders.map(\.model.network.configuration.maxPositionEmbeddings).min() ?? 77
        guard word.count <= most - 2 else {
            throw DiffusionError(
                "The word \(quoted(word.word)): expected at most \(most - 2) vectors, found "
                    + "\(word.count).")
        }
        guard !words.contains(where: { $0.word.lowercased() == word.word.lowercased() }) else {
            throw DiffusionError(
                "The word \(quoted(word.word)) is there twice; give one of them another word.")
        }
        words.append(word)
    }

    /// Finds the words that this model was taught.
    var wordFinder: WordFinder { WordFinder(words.map { ($0.word, $0.count) }) }
}

private func listed(_ numbers: [Int]) -> String {
    numbers.map(String.init).joined(separator: " and ")
}
