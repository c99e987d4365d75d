import Images
import Torch

/// A tokenizer with its text encoder.
public struct TextEncoder {
    let tokenizer: CLIPTokenizer
    let model: LoadedModel<CLIPText>
}

/// What the networks are told about the text.
struct TextConditions {
    /// `[B, 77, C]`.
    var context: Tensor
    /// SDXL: the second encoder's pooled output, `[B, 1280]`.
    var pooled: Tensor?

    /// For each of `count` pictures of a batch.
    func repeated(_ count: Int) throws -> TextConditions {
        TextConditions(
            context: try context.tiled([count, 1, 1]), pooled: try pooled?.tiled([count, 1]))
    }

    /// No text at all: zeros of the same shapes.
    func zeros() throws -> TextConditions {
        TextConditions(context: try context.zerosLike(), pooled: try pooled?.zerosLike())
    }

    /// One batch after the other.
    static func joined(_ first: TextConditions, _ second: TextConditions) throws -> TextConditions {
        var pooled: Tensor?
        if let a = first.pooled, let b = second.pooled { pooled = try Tensor.cat([a, b]) }
        return TextConditions(
            context: try Tensor.cat([first.context, second.context]), pooled: pooled)
    }
}

extension StableDiffusion {
    /// Encodes prompts alike: all get as many rows of 77 tokens as the longest needs.
    ///
    /// SD1.5 takes the last state, normalised; SDXL the states before the last of both encoders, side by
    /// side, and of the first row the second one's projection. Rows lie one after the other. Weights
    /// multiply the states, and the row's mean is put back to what it was.
    func conditions(_ prompts: [String], _ reading: PromptReading) throws -> [TextConditions] {
        let words = wordFinder
        var encoded: [[(context: Tensor, pooled: Tensor?)]] = []
        for (number, encoder) in textEncoders.enumerated() {
            let taught =
                try self.words.isEmpty ? nil : Tensor.cat(self.words.map { $0.vectors[number] })
            let length = encoder.model.network.configuration.maxPositionEmbeddings
            let chunks = prompts.map { prompt in
                reading.isPlain
                    ? PromptChunks(
                        plain: prompt, encoder.tokenizer, words: words, length: length)
                    : PromptChunks(
                        PromptParts(prompt), encoder.tokenizer, words: words, length: length)
            }
            let count = chunks.map(\.chunks.count).max() ?? 1
            encoded.append(
                try chunks.map { own in
                    let rows = try own.filled(to: count).map {
                        try states(of: $0, encoder, taught, length, reading.clipSkip)
                    }
                    return (try Tensor.cat(rows.map(\.context), along: 1), rows[0].pooled)
                })
        }
        return try prompts.indices.map { index in
            let own = encoded.map { $0[index] }
            let context =
                try own.count == 1 ? own[0].context : Tensor.cat(own.map(\.context), along: -1)
            return TextConditions(
                context: try context.to(dtype), pooled: try own.last?.pooled?.to(dtype))
        }
    }

    /// One row's states `[1, 77, C]`.
    private func states(
        of chunk: PromptChunks.Chunk, _ encoder: TextEncoder, _ taught: Tensor?, _ length: Int,
        _ skip: Int
    ) throws -> (context: Tensor, pooled: Tensor?) {
        let network = encoder.model.network
        let first = WordFinder.firstID
        let row = encoder.tokenizer.row(chunk.tokens.map { $0 < first ? $0 : 0 }, length: length)
        // After the row's start.
        let vectors = try chunk.tokens.enumerated().filter { $0.element >= first }.compactMap {
            place, token in try taught.map { (place + 1, try $0[token - first].to(device)) }
        }
        let output = try network(
            Tensor(row, shape: [1, length]).to(device),
            vectors: Dictionary(vectors, uniquingKeysWith: { first, _ in first }))
        let states = output.hiddenStates
        let place = states.count - skip - (isXL ? 1 : 0)
        guard skip >= 1, place >= 1 else {
            throw DiffusionError(
                "Expected a clip skip of 1 to \(states.count - (isXL ? 2 : 1)), as many layers as "
                    + "the text encoder has to stop at, found \(skip).")
        }
        var context: Tensor =
            try isXL
            ? states[place]
            : skip == 1 ? output.lastHiddenState : network.normalised(states[place])
        if chunk.weights.contains(where: { $0 != 1 }) {
            let weights = [1] + chunk.weights
            let all = weights + Array(repeating: 1, count: length - weights.count)
            let weighed =
                try context
                * Tensor(all, shape: [1, length, 1], device: device)
                .to(context.dtype)
            context = try weighed * (context.mean() / weighed.mean())
        }
        return (context, isXL ? output.textEmbeds : nil)
    }

    /// A picture's projected embedding as the only token, as diffusers' image variations take it.
    func imageToken(_ picture: Image) throws -> TextConditions {
        guard let encoder = imageEncoder?.network else {
            throw DiffusionError(
                "An image token needs CLIP's image encoder, and the model has none; name its "
                    + "folder.")
        }
        let width = unet.network.configuration.crossAttentionDim
        guard !isXL, encoder.configuration.projectionDim == width else {
            throw DiffusionError(
                "Expected an image encoder whose embeddings have the \(width) channels that the "
                    + "UNet attends to, found \(encoder.configuration.projectionDim); take a model "
                    + "that was trained on image tokens.")
        }
        let pixels = try picture.clipTensor(side: encoder.configuration.imageSize)
            .to(dtype).to(device)
        return TextConditions(context: try encoder(pixels).imageEmbeds.unsqueezed(1), pooled: nil)
    }

    /// What the UNet is told of a prompt: `[1, 77, cross_attention_dim]`.
    ///
    /// - Throws: `TorchError`.
    public func context(of prompt: String) throws -> Tensor {
        try conditions([prompt], .plain)[0].context
    }

    /// What of a prompt taken as it stands is beyond the encoder's 77 tokens and will not be seen; nil if
    /// nothing.
    public func unseenText(of prompt: String) throws -> String? {
        for encoder in textEncoders {
            let length = encoder.model.network.configuration.maxPositionEmbeddings
            let cut = try encoder.tokenizer.encode([prompt], length: length).cutOff.first ?? nil
            if let cut { return cut }
        }
        return nil
    }
}
