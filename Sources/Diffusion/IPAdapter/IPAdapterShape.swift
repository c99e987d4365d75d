import Layers

/// What kind of IP-Adapter a file holds, and its sizes, read off its tensors.
public struct IPAdapterShape: Hashable, Sendable {
    /// How tokens are made.
    public enum Kind: Hashable, Sendable {
        /// A linear layer on the CLIP image embedding.
        case plain(embedding: Int)
        /// A resampler over CLIP's penultimate tokens ("Plus").
        case plus(ResamplerShape, queries: Int)
        /// Two linear layers on a face embedding ("FaceID").
        case faceID(embedding: Int, hidden: Int)
        /// The same, then a resampler over CLIP's penultimate tokens ("FaceID Plus", V1 and V2).
        case faceIDPlus(embedding: Int, hidden: Int, ResamplerShape)
    }

    /// How tokens are made.
    public var kind: Kind
    /// Image tokens a picture gives.
    public var tokens: Int
    /// Channels of a token: the UNet's `cross_attention_dim`.
    public var channels: Int
    /// Rank of FaceID's low-rank changes; nil without them.
    public var loraRank: Int?

    /// A shape for an adapter that is yet to be trained.
    public init(_ kind: Kind, tokens: Int, channels: Int, loraRank: Int? = nil) {
        (self.kind, self.tokens, self.channels, self.loraRank) = (kind, tokens, channels, loraRank)
    }

    /// Reads the shape off a file's names.
    ///
    /// - Throws: ``DiffusionError`` if it is no IP-Adapter of a known kind.
    public init(of source: any ParameterSource) throws {
        func shape(_ name: String, rank: Int) throws -> [Int] {
            guard let shape = source.shape(of: "image_proj.\(name)"), shape.count == rank,
                !shape.contains(0)
            else {
                throw DiffusionError(
                    "Expected an IP-Adapter with image_proj.\(name) of \(rank) dimensions, found "
                        + "none; a file of plain, Plus or FaceID layout is needed.")
            }
            return shape
        }
        func has(_ name: String) -> Bool { source.shape(of: "image_proj.\(name)") != nil }

        loraRank = source.shape(of: "ip_adapter.0.to_q_lora.down.weight")?.first
        if has("latents") {
            let latents = try shape("latents", rank: 3)
            let resampler = try ResamplerShape(prefix: "", shape: shape, has: has)
            (kind, tokens) = (.plus(resampler, queries: latents[1]), latents[1])
            channels = resampler.outputs
        } else if has("proj.0.weight") {
            channels = try shape("norm.weight", rank: 1)[0]
            let first = try shape("proj.0.weight", rank: 2)
            tokens = try shape("proj.2.weight", rank: 2)[0] / channels
            kind =
                has("perceiver_resampler.proj_in.weight")
                ? .faceIDPlus(
                    embedding: first[1], hidden: first[0],
                    try ResamplerShape(prefix: "perceiver_resampler.", shape: shape, has: has))
                : .faceID(embedding: first[1], hidden: first[0])
        } else {
            channels = try shape("norm.weight", rank: 1)[0]
            let proj = try shape("proj.weight", rank: 2)
            (kind, tokens) = (.plain(embedding: proj[1]), proj[0] / channels)
        }
    }
}

/// Sizes of a resampler.
public struct ResamplerShape: Hashable, Sendable {
    /// Channels of what is resampled.
    public var inputs: Int
    /// Channels inside.
    public var channels: Int
    /// Channels of the result.
    public var outputs: Int
    /// Blocks.
    public var depth: Int
    /// Heads, of 64 channels each.
    public var heads: Int
    /// Channels inside a feed-forward.
    public var hidden: Int

    init(
        prefix: String, shape: (String, Int) throws -> [Int], has: (String) -> Bool
    ) throws {
        let input = try shape("\(prefix)proj_in.weight", 2)
        (inputs, channels) = (input[1], input[0])
        outputs = try shape("\(prefix)proj_out.weight", 2)[0]
        heads = try max(shape("\(prefix)layers.0.0.to_q.weight", 2)[0] / 64, 1)
        hidden = try shape("\(prefix)layers.0.1.1.weight", 2)[0]
        depth = (1...64).first { !has("\(prefix)layers.\($0).0.to_q.weight") } ?? 64
    }
}
