import Layers

/// How the programs that write low-rank adapters name the tensors of one layer.
public enum LowRankLayout: String, CaseIterable, Sendable {
    /// diffusers and PEFT: `unet.PATH.lora_A.weight`.
    case diffusers
    /// kohya's scripts, A1111, ComfyUI: `lora_unet_PATH_WITH_UNDERSCORES.lora_down.weight`, and an
    /// `alpha` beside it.
    case kohya
}

/// The names of one layer's tensors in one layout.
struct LowRankNames {
    let down, up, alpha: String

    private init(_ down: String, _ up: String, _ alpha: String) {
        (self.down, self.up, self.alpha) = (down, up, alpha)
    }

    init(_ layout: LowRankLayout, network: String, path: String) {
        switch layout {
        case .diffusers:
            let own = "\(network).\(path)"
            self.init("\(own).lora_A.weight", "\(own).lora_B.weight", "\(own).alpha")
        case .kohya:
            let prefixes = [
                "unet": "lora_unet", "text_encoder": "lora_te", "text_encoder_2": "lora_te2",
            ]
            let words = path.split(separator: ".").joined(separator: "_")
            let own = "\(prefixes[network] ?? "lora_\(network)")_\(words)"
            self.init("\(own).lora_down.weight", "\(own).lora_up.weight", "\(own).alpha")
        }
    }

    /// Everything that files may call a layer's tensors, the names of today first.
    static func all(network: String, path: String) -> [LowRankNames] {
        // transformers leaves the first word out since version 5.
        let prefix = "text_model."
        let short = path.hasPrefix(prefix) ? String(path.dropFirst(prefix.count)) : nil
        return every(network, path) + (short.map { every(network, $0) } ?? [])
    }

    private static func every(_ network: String, _ path: String) -> [LowRankNames] {
        let own = "\(network).\(path)"
        let words = path.split(separator: ".").joined(separator: "_")
        return LowRankLayout.allCases.map { LowRankNames($0, network: network, path: path) }
            // SDXL's first text encoder by kohya's scripts.
            + (network == "text_encoder"
                ? [
                    LowRankNames(
                        "lora_te1_\(words).lora_down.weight", "lora_te1_\(words).lora_up.weight",
                        "lora_te1_\(words).alpha")
                ] : [])
            // diffusers before PEFT joined it, UNets and text encoders.
            + ["lora", "lora_linear_layer"].map {
                LowRankNames("\(own).\($0).down.weight", "\(own).\($0).up.weight", "\(own).alpha")
            }
    }
}
