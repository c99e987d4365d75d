/// The names that the original latent diffusion code gives to a UNet and to a ControlNet, as the
/// diffusers names of today. Rombach et al. 2022; the same layers in the same order.
///
/// `input_blocks.n` counts through levels and their layers: which are which follows from where the
/// first level ends, so the names alone say how many layers a level has.
package struct LDMNames {
    /// Residual blocks of a level on the way down.
    let layers: Int

    /// Names of a network with so many residual blocks a level.
    init(layers: Int) { self.layers = max(layers, 1) }

    /// Names that start with `input_blocks.` and so on.
    package init(_ names: some Sequence<String>) {
        let ends = names.compactMap { name -> Int? in
            let words = name.split(separator: ".")
            guard words.count == 5, words[0] == "input_blocks", words[2] == "0", words[3] == "op"
            else { return nil }
            return Int(words[1])
        }
        layers = max((ends.min() ?? 3) - 1, 1)
    }

    /// The name of today; nil for none of these networks' names.
    package func renamed(_ name: String) -> String? {
        let words = name.split(separator: ".").map(String.init)
        guard words.count >= 2 else { return nil }
        let rest = Array(words.dropFirst(2))
        switch words[0] {
        case "time_embed": return linear("time_embedding", words[1], rest)
        case "label_emb":
            guard words[1] == "0", let place = rest.first else { return nil }
            return linear("add_embedding", place, Array(rest.dropFirst()))
        case "out":
            return ["0": "conv_norm_out", "2": "conv_out"][words[1]].map { joined([$0], rest) }
        case "input_blocks": return Int(words[1]).flatMap { input($0, rest) }
        case "middle_block": return middle(words[1], rest)
        case "output_blocks": return Int(words[1]).flatMap { output($0, rest) }
        case "zero_convs":
            guard rest.first == "0" else { return nil }
            return joined(["controlnet_down_blocks", words[1]], Array(rest.dropFirst()))
        case "middle_block_out":
            return words[1] == "0" ? joined(["controlnet_mid_block"], rest) : nil
        case "input_hint_block": return Int(words[1]).flatMap { hint($0, rest) }
        default: return nil
        }
    }

    private func joined(_ start: [String], _ rest: [String]) -> String {
        (start + rest).joined(separator: ".")
    }

    private func linear(_ name: String, _ place: String, _ rest: [String]) -> String? {
        ["0": "linear_1", "2": "linear_2"][place].map { joined([name, $0], rest) }
    }

    private func input(_ n: Int, _ rest: [String]) -> String? {
        guard n > 0 else {
            return rest.first == "0" ? joined(["conv_in"], Array(rest.dropFirst())) : nil
        }
        let block = "down_blocks.\((n - 1) / (layers + 1))", layer = "\((n - 1) % (layers + 1))"
        if rest.starts(with: ["0", "op"]) {
            return joined([block, "downsamplers.0.conv"], Array(rest.dropFirst(2)))
        }
        return part(of: block, layer, rest)
    }

    private func output(_ n: Int, _ rest: [String]) -> String? {
        let block = "up_blocks.\(n / (layers + 1))", layer = "\(n % (layers + 1))"
        // After the residual block, and after the attention where there is one.
        if rest.count > 2, ["1", "2"].contains(rest[0]), rest[1] == "conv" {
            return joined([block, "upsamplers.0.conv"], Array(rest.dropFirst(2)))
        }
        return part(of: block, layer, rest)
    }

    private func part(of block: String, _ layer: String, _ rest: [String]) -> String? {
        let own = Array(rest.dropFirst())
        switch rest.first {
        case "0": return residual(own).map { joined([block, "resnets", layer], $0) }
        case "1": return joined([block, "attentions", layer], own)
        default: return nil
        }
    }

    private func middle(_ place: String, _ rest: [String]) -> String? {
        switch place {
        case "0": residual(rest).map { joined(["mid_block.resnets.0"], $0) }
        case "1": joined(["mid_block.attentions.0"], rest)
        case "2": residual(rest).map { joined(["mid_block.resnets.1"], $0) }
        default: nil
        }
    }

    private func residual(_ rest: [String]) -> [String]? {
        if rest.first == "skip_connection" { return ["conv_shortcut"] + rest.dropFirst() }
        guard rest.count >= 2 else { return nil }
        let names = [
            "in_layers.0": "norm1", "in_layers.2": "conv1", "emb_layers.1": "time_emb_proj",
            "out_layers.0": "norm2", "out_layers.3": "conv2",
        ]
        return names["\(rest[0]).\(rest[1])"].map { [$0] + rest.dropFirst(2) }
    }

    /// A convolution every second place, the last one apart.
    private func hint(_ n: Int, _ rest: [String]) -> String? {
        guard n % 2 == 0, (0...14).contains(n) else { return nil }
        let name = n == 0 ? "conv_in" : n == 14 ? "conv_out" : "blocks.\(n / 2 - 1)"
        return joined(["controlnet_cond_embedding", name], rest)
    }
}
