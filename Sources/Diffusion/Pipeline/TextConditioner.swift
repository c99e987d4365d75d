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
    /// Encodes one prompt: SD1.5 takes the last, normalised state; SDXL the states before the last of
    /// both encoders, side by side, and the second one's projection.
    func conditions(_ prompt: String) throws -> TextConditions {
        var contexts: [Tensor] = []
        var pooled: Tensor?
        for encoder in textEncoders {
            let length = encoder.model.network.configuration.maxPositionEmbeddings
            let tokens = try encoder.tokenizer.encode([prompt], length: length)
            let output = try encoder.model.network(tokens.ids.to(device))
            let states = output.hiddenStates
            contexts.append(isXL ? states[states.count - 2] : output.lastHiddenState)
            pooled = isXL ? output.textEmbeds : nil
        }
        let context = try contexts.count == 1 ? contexts[0] : Tensor.cat(contexts, along: -1)
        return TextConditions(context: try context.to(dtype), pooled: try pooled?.to(dtype))
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
    public func context(of prompt: String) throws -> Tensor { try conditions(prompt).context }

    /// What of a prompt is beyond the encoder's 77 tokens and will not be seen; nil if nothing.
    public func unseenText(of prompt: String) throws -> String? {
        for encoder in textEncoders {
            let length = encoder.model.network.configuration.maxPositionEmbeddings
            let cut = try encoder.tokenizer.encode([prompt], length: length).cutOff.first ?? nil
            if let cut { return cut }
        }
        return nil
    }
}
