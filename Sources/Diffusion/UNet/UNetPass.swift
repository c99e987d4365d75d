import Torch

/// What every block of a UNet needs in one forward pass.
///
/// Guidance asks for the same b pictures under several texts. Until a block looks at the text there is
/// nothing to tell them apart, so b pictures are computed, and from there on B.
struct UNetPass {
    /// SiLU of the time embedding, `[b, 4 * C]`: every block starts with it, so it is taken once.
    let time: Tensor
    /// Text, `[B, M, cross_attention_dim]`.
    let context: Tensor
    /// Added to the attention scores, broadcasts to `[B, heads, N, M]`.
    let contextMask: Tensor?
    let images: [ImagePrompt]
    let hooks: FeatureHooks
    /// Blocks forget what happens inside them and compute it again for gradients.
    var checkpoints = false

    /// The time embedding of as many pictures as `x` has.
    func time(for x: Tensor) throws -> Tensor { try time.spread(to: x.pictures) }

    /// As many pictures as there are texts.
    func spread(_ x: Tensor) throws -> Tensor { try x.spread(to: context.pictures) }

    /// Calls a block with `inputs` and this pass, by gradient checkpointing if that is wanted.
    ///
    /// Nobody can watch a block that runs twice, so hooks turn it off.
    func callAsFunction(
        _ inputs: [Tensor], _ block: @escaping ([Tensor], UNetPass) throws -> [Tensor]
    ) throws -> [Tensor] {
        guard checkpoints, hooks.isEmpty else { return try block(inputs, self) }
        // All that may have a history goes in by the front door.
        let own = [time, context] + [contextMask].compactMap { $0 } + images.map(\.tokens)
        return try checkpointed(own + inputs) { all in
            try block(Array(all[own.count...]), self.replaced(by: Array(all[..<own.count])))
        }
    }

    /// The same with other tensors, in the order above.
    private func replaced(by tensors: [Tensor]) -> UNetPass {
        let first = contextMask == nil ? 2 : 3
        return UNetPass(
            time: tensors[0], context: tensors[1],
            contextMask: contextMask == nil ? nil : tensors[2],
            images: zip(images, tensors[first...]).map {
                ImagePrompt($0.adapter, tokens: $1, scale: $0.scale)
            }, hooks: hooks)
    }
}

/// SDXL's conditions beside the text. Podell et al. 2023, section 2.2.
public struct AddedConditions {
    /// The second text encoder's pooled output, `[B, 1280]`.
    public var textEmbeds: Tensor
    /// Original height and width, crop top and left, target height and width: `[B, 6]`, pixels.
    public var timeIds: Tensor

    /// Conditions for a batch.
    public init(textEmbeds: Tensor, timeIds: Tensor) {
        (self.textEmbeds, self.timeIds) = (textEmbeds, timeIds)
    }
}

/// What a ControlNet adds to a UNet's skip connections and to its middle.
public struct ControlResiduals {
    /// One for each of the UNet's skips, shallow first, each of the skip's shape.
    public var down: [Tensor]
    /// `[B, C, h, w]` of the middle block.
    public var mid: Tensor

    /// Residuals as a ControlNet gives them.
    public init(down: [Tensor], mid: Tensor) { (self.down, self.mid) = (down, mid) }

    /// The sum of several ControlNets' residuals; nil of none.
    ///
    /// - Throws: `TorchError` if their shapes differ.
    public static func sum(_ all: [ControlResiduals]) throws -> ControlResiduals? {
        guard var total = all.first else { return nil }
        for next in all.dropFirst() {
            total.down = try zip(total.down, next.down).map { try $0.plus($1) }
            total.mid = try total.mid.plus(next.mid)
        }
        return total
    }
}

extension Tensor {
    /// The length of the first dimension.
    var pictures: Int { shape.first ?? 1 }

    /// `[b, ...]` to `[batch, ...]`, all of it again and again; as it is if it has as many already.
    func spread(to batch: Int) throws -> Tensor {
        guard pictures > 0, pictures < batch, batch % pictures == 0, rank > 0 else { return self }
        // Not tiled: that would forget that the channels lie last.
        return try .cat(Array(repeating: self, count: batch / pictures))
    }

    /// The sum of two maps, of which one may be of fewer pictures.
    func plus(_ other: Tensor) throws -> Tensor {
        try spread(to: other.pictures) + other.spread(to: pictures)
    }
}
