import Checkpoints
import Layers
import Torch

/// A ``LatentControlNet``'s parameters as diffusers' `ControlNetModel` takes them.
///
/// That class puts two convolutions with a SiLU between them before the condition, where ours has one.
/// As `silu(x) - silu(-x) = x`, the first may hand on `x` and `-x`, and the second take their
/// difference: the same residuals, to rounding.
public enum ControlNetExport {
    /// The tensors of a `ControlNetModel`.
    ///
    /// - Parameter store: of a ``LatentControlNet`` at the root.
    /// - Returns: tensors by diffusers' keys.
    /// - Throws: ``ICPortraitError`` for other parameters; `TorchError`.
    public static func tensors(_ store: ParameterStore) throws -> [String: Tensor] {
        guard let weight = store["latent_cond_in.weight"], let bias = store["latent_cond_in.bias"]
        else {
            throw ICPortraitError("expected the parameters of a latent ControlNet, found others.")
        }
        var tensors: [String: Tensor] = [:]
        for entry in store.entries where !entry.name.hasPrefix("latent_cond_in.") {
            tensors[entry.name] = try entry.tensor.detached()
        }
        let channels = weight.shape[1]
        let pick = try Tensor.zeros([2 * channels, channels, 3, 3], dtype: weight.dtype)
        for channel in 0..<channels {
            try pick[channel, channel, 1, 1].fill(1)
            try pick[channels + channel, channel, 1, 1].fill(-1)
        }
        let embedding = "controlnet_cond_embedding"
        tensors["\(embedding).conv_in.weight"] = pick
        tensors["\(embedding).conv_in.bias"] = try .zeros([2 * channels], dtype: weight.dtype)
        tensors["\(embedding).conv_out.weight"] = try noGrad {
            try .cat([weight, weight * -1], along: 1)
        }
        tensors["\(embedding).conv_out.bias"] = try bias.detached()
        return tensors
    }

    /// `config.json` of that `ControlNetModel`.
    ///
    /// - Parameters:
    ///   - base: the text of `config.json` of the UNet that was copied.
    ///   - conditionChannels: of the condition.
    /// - Returns: the keys that both classes have, and the condition's.
    /// - Throws: ``ICPortraitError`` if the base's is no object.
    public static func configuration(base: String, conditionChannels: Int = 4) throws -> String {
        guard case .object(let members)? = try? JSONValue(Array(base.utf8)) else {
            throw ICPortraitError(
                "expected the base's configuration as a JSON object, found \(base.prefix(40)).")
        }
        let shared = [
            "act_fn", "attention_head_dim", "block_out_channels", "cross_attention_dim",
            "down_block_types", "downsample_padding", "flip_sin_to_cos", "freq_shift",
            "in_channels", "layers_per_block", "mid_block_scale_factor", "norm_eps",
            "norm_num_groups", "num_attention_heads", "transformer_layers_per_block",
            "use_linear_projection",
        ]
        return JSONValue.object(members.filter { shared.contains($0.key) }).with([
            "_class_name": "ControlNetModel",
            "conditioning_channels": .number("\(conditionChannels)"),
            "conditioning_embedding_out_channels": [.number("\(2 * conditionChannels)")],
            "controlnet_conditioning_channel_order": "rgb", "global_pool_conditions": false,
        ]).text + "\n"
    }
}
