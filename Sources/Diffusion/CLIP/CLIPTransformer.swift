import Layers
import Torch

/// Sizes of one of CLIP's transformers.
struct CLIPTransformerShape: Hashable, Sendable {
    /// Names of the activation in `hidden_act`.
    enum Activation: String, Hashable, Sendable {
        case quickGELU = "quick_gelu"
        case gelu

        func callAsFunction(_ x: Tensor) throws -> Tensor {
            switch self {
            case .quickGELU: try Layers.quickGELU(x)
            case .gelu: try Layers.gelu(x)
            }
        }
    }

    let channels, hidden, layers, heads: Int
    let eps: Double
    let activation: Activation

    /// Reads the keys that both of CLIP's configurations share.
    init(_ file: ConfigurationFile, channels: Int, hidden: Int, layers: Int, heads: Int) {
        self.channels = file.read("hidden_size", default: channels)
        self.hidden = file.read("intermediate_size", default: hidden)
        self.layers = file.read("num_hidden_layers", default: layers)
        let heads = file.read("num_attention_heads", default: heads)
        eps = file.read("layer_norm_eps", default: 1e-5)
        let name = file.expect("hidden_act", oneOf: ["quick_gelu", "gelu"])
        activation = Activation(rawValue: name) ?? .quickGELU
        if heads < 1 || !self.channels.isMultiple(of: heads) {
            file.report(
                "num_attention_heads: expected a divisor of \(self.channels), found \(heads)")
        }
        self.heads = max(heads, 1)
        file.ignore(CLIPTransformerShape.notes)
    }

    /// What transformers writes into every configuration, for training or for itself.
    private static let notes = [
        "architectures", "model_type", "torch_dtype", "dtype", "transformers_version", "dropout",
        "attention_dropout", "initializer_factor", "initializer_range", "gradient_checkpointing",
        "output_attentions", "output_hidden_states", "return_dict", "use_return_dict",
        "torchscript",
        "use_bfloat16", "pruned_heads", "tie_word_embeddings", "chunk_size_feed_forward",
        "is_encoder_decoder", "is_decoder", "cross_attention_hidden_size", "add_cross_attention",
        "tie_encoder_decoder", "max_length", "min_length", "do_sample", "early_stopping",
        "num_beams",
        "num_beam_groups", "diversity_penalty", "temperature", "top_k", "top_p", "typical_p",
        "repetition_penalty", "length_penalty", "no_repeat_ngram_size",
        "encoder_no_repeat_ngram_size", "bad_words_ids", "num_return_sequences", "output_scores",
        "return_dict_in_generate", "forced_bos_token_id", "forced_eos_token_id",
        "remove_invalid_values", "exponential_decay_length_penalty", "suppress_tokens",
        "begin_suppress_tokens", "finetuning_task", "id2label", "label2id", "tokenizer_class",
        "prefix", "sep_token_id", "decoder_start_token_id", "task_specific_params", "problem_type",
        "tf_legacy_loss", "use_cache", "attn_implementation",
    ]
}

/// Pre-normalised transformer layers; key `layers.N`. Radford et al. 2021.
struct CLIPTransformer {
    struct Layer {
        let path: String
        let layerNorm1, layerNorm2: LayerNorm
        let qProj, kProj, vProj, outProj, fc1, fc2: Linear
    }

    let shape: CLIPTransformerShape
    let layers: [Layer]

    init(_ scope: Scope, _ shape: CLIPTransformerShape) {
        self.shape = shape
        let channels = shape.channels
        layers = (0..<shape.layers).map { index in
            let own = scope / "layers" / index
            func square(_ name: String) -> Linear {
                Linear(own / "self_attn" / name, in: channels, out: channels)
            }
            return Layer(
                path: own.path,
                layerNorm1: LayerNorm(own / "layer_norm1", channels: channels, eps: shape.eps),
                layerNorm2: LayerNorm(own / "layer_norm2", channels: channels, eps: shape.eps),
                qProj: square("q_proj"), kProj: square("k_proj"), vProj: square("v_proj"),
                outProj: square("out_proj"),
                fc1: Linear(own / "mlp" / "fc1", in: channels, out: shape.hidden),
                fc2: Linear(own / "mlp" / "fc2", in: shape.hidden, out: channels))
        }
    }

    /// Takes `[B, N, C]`; gives it back, then what each layer left: `layers + 1` tensors.
    func callAsFunction(_ x: Tensor, causal: Bool, hooks: FeatureHooks) throws -> [Tensor] {
        var states = [x]
        var x = x
        for layer in layers {
            let normed = try layer.layerNorm1(x)
            let (q, k, v) = try (layer.qProj(normed), layer.kProj(normed), layer.vProj(normed))
            let seen = try attention(split(q), split(k), split(v), causal: causal)
            x = try x + layer.outProj(seen.transposed(1, 2).flattened(from: 2))
            x = try x + layer.fc2(shape.activation(layer.fc1(layer.layerNorm2(x))))
            x = try hooks(layer.path, x)
            states.append(x)
        }
        return states
    }

    /// `[B, N, C]` to `[B, heads, N, C / heads]`.
    private func split(_ x: Tensor) throws -> Tensor {
        let sizes = x.shape
        return try x.view([sizes[0], sizes[1], shape.heads, -1]).transposed(1, 2)
    }
}
