/// The names that the original latent diffusion code gives to an autoencoder, as the diffusers names
/// of today. The decoder's levels count the other way round.
package struct LDMAutoencoderNames {
    /// Levels of the decoder.
    let levels: Int

    /// Names that start with `encoder.`, `decoder.` and so on.
    package init(_ names: some Sequence<String>) {
        let found = names.compactMap { name -> Int? in
            let words = name.split(separator: ".")
            return words.count > 3 && words[0] == "decoder" && words[1] == "up"
                ? Int(words[2]) : nil
        }
        levels = (found.max() ?? 3) + 1
    }

    /// The name of today; nil for none of an autoencoder's names.
    package func renamed(_ name: String) -> String? {
        let words = name.split(separator: ".").map(String.init)
        guard let first = words.first else { return nil }
        if ["quant_conv", "post_quant_conv"].contains(first) { return name }
        guard ["encoder", "decoder"].contains(first), words.count > 2 else { return nil }
        let rest = Array(words.dropFirst(2))
        let own: [String]? =
            switch words[1] {
            case "conv_in", "conv_out": [words[1]] + rest
            case "norm_out": ["conv_norm_out"] + rest
            case "mid": middle(rest)
            case "down": level("down_blocks", rest, "downsample", "downsamplers") { $0 }
            case "up": level("up_blocks", rest, "upsample", "upsamplers") { levels - 1 - $0 }
            default: nil
            }
        return own.map { ([first] + $0).joined(separator: ".") }
    }

    private func middle(_ rest: [String]) -> [String]? {
        guard let place = rest.first else { return nil }
        let own = Array(rest.dropFirst())
        switch place {
        case "block_1": return ["mid_block.resnets.0"] + residual(own)
        case "block_2": return ["mid_block.resnets.1"] + residual(own)
        case "attn_1":
            let names = [
                "norm": "group_norm", "q": "to_q", "k": "to_k", "v": "to_v", "proj_out": "to_out.0",
            ]
            guard let word = own.first, let name = names[word] else { return nil }
            return ["mid_block.attentions.0", name] + own.dropFirst()
        default: return nil
        }
    }

    private func level(
        _ name: String, _ rest: [String], _ step: String, _ steps: String, _ number: (Int) -> Int
    ) -> [String]? {
        guard rest.count > 2, let index = Int(rest[0]) else { return nil }
        let block = "\(name).\(number(index))"
        if rest[1] == step { return [block, steps, "0"] + rest.dropFirst(2) }
        guard rest[1] == "block" else { return nil }
        return [block, "resnets", rest[2]] + residual(Array(rest.dropFirst(3)))
    }

    private func residual(_ rest: [String]) -> [String] {
        rest.first == "nin_shortcut" ? ["conv_shortcut"] + rest.dropFirst() : rest
    }
}
