import Layers
import Torch

/// Image prompts: tokens made from a picture (or a face), to which a UNet's text attention attends
/// with keys and values of its own. Ye et al. 2023, "IP-Adapter". Keys as in the published files:
/// `image_proj.*`, `ip_adapter.N.*`.
public final class IPAdapter {
    /// Keys and values from image tokens, for one attention.
    struct Projections {
        let toK, toV: Linear
    }

    /// Low-rank changes of one attention, which FaceID's files carry.
    struct Delta {
        let toQ, toK, toV, toOut: LowRank
    }

    /// Makes the tokens.
    public let imageProjection: ImageProjection
    /// Strength of FaceID's low-rank changes; 1 as published.
    public var loraScale = 1.0
    private var projections: [String: Projections] = [:]
    private var deltas: [String: Delta] = [:]

    /// Takes the adapter's parameters from `scope`.
    ///
    /// - Parameters:
    ///   - scope: the root of the adapter's own store.
    ///   - shape: what ``IPAdapterShape/init(of:)`` found in the file.
    ///   - unet: the network it will be used with.
    public init(_ scope: Scope, _ shape: IPAdapterShape, for unet: UNet2DCondition) {
        imageProjection = ImageProjection(scope / "image_proj", shape)
        // Numbered as the reference's attention processors are: down, up, mid; self, then cross.
        for (index, attention) in unet.attentions.enumerated() {
            let own = scope / "ip_adapter" / index
            let channels = attention.toQ.weight.shape.first ?? 0
            if index % 2 == 1 {
                projections[attention.path] = Projections(
                    toK: Linear(own / "to_k_ip", in: shape.channels, out: channels, bias: false),
                    toV: Linear(own / "to_v_ip", in: shape.channels, out: channels, bias: false))
            }
            guard let rank = shape.loraRank else { continue }
            let context = attention.toK.weight.shape.last ?? 0
            func low(_ name: String, _ inputs: Int) -> LowRank {
                LowRank(own / name, in: inputs, out: channels, rank: rank)
            }
            deltas[attention.path] = Delta(
                toQ: low("to_q_lora", channels), toK: low("to_k_lora", context),
                toV: low("to_v_lora", context), toOut: low("to_out_lora", channels))
        }
    }

    /// Starts all keys and values as copies of the text's, as IP-Adapters are trained.
    ///
    /// - Parameter unet: the network that the adapter was made for.
    /// - Throws: `TorchError` for another network.
    public func copyTextProjections(of unet: UNet2DCondition) throws {
        try noGrad {
            for attention in unet.attentions {
                guard let own = projections[attention.path] else { continue }
                try own.toK.weight.copy(from: attention.toK.weight)
                try own.toV.weight.copy(from: attention.toV.weight)
            }
        }
    }

    func projections(at path: String) -> Projections? { projections[path] }

    func delta(at path: String) -> Delta? { deltas[path] }
}

/// One adapter's tokens for one forward pass.
public struct ImagePrompt {
    let adapter: IPAdapter
    /// `[B, T, C]`, as ``ImageProjection`` made them.
    public let tokens: Tensor
    /// Share of the image's attention; 0 leaves the text alone.
    public let scale: Double

    /// A prompt for a batch; its first dimension is the sample's.
    public init(_ adapter: IPAdapter, tokens: Tensor, scale: Double = 1) {
        (self.adapter, self.tokens, self.scale) = (adapter, tokens, scale)
    }
}

/// `x` through a narrow middle: keys `down.weight` `[rank, in]`, `up.weight` `[out, rank]`. Hu et
/// al. 2022.
struct LowRank {
    let down, up: Linear

    init(_ scope: Scope, in inputs: Int, out outputs: Int, rank: Int) {
        down = Linear(scope / "down", in: inputs, out: rank, bias: false)
        up = Linear(scope / "up", in: rank, out: outputs, bias: false, initializer: .zeros)
    }

    func callAsFunction(_ x: Tensor) throws -> Tensor { try up(down(x)) }
}

extension UNet2DCondition {
    /// Every attention, numbered as IP-Adapter files number them: down, up, mid; in each transformer
    /// block self-attention, then attention to the text.
    var attentions: [Attention] {
        let transformers =
            trunk.downBlocks.flatMap(\.attentions) + upBlocks.flatMap(\.attentions)
            + [trunk.midBlock?.attention].compactMap { $0 }
        return transformers.flatMap(\.transformerBlocks).flatMap { [$0.attn1, $0.attn2] }
    }
}
