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
            let prefixes = ["unet": "lora_unet", "text_encoder": "lora_te"]
            let words = path.split(separator: ".").joined(separator: "_")
            let own = "\(prefixes[network] ?? "lora_\(network)")_\(words)"
            self.init("\(own).lora_down.weight", "\(own).lora_up.weight", "\(own).alpha")
        }
    }

    /// Everything that files may call a layer's tensors, the names of today first.
    static func all(network: String, path: String) -> [LowRankNames] {
        let own = "\(network).\(path)"
        return LowRankLayout.allCases.map { LowRankNames($0, network: network, path: path) }
            // diffusers before PEFT joined it, UNets and text encoders.
            + ["lora", "lora_linear_layer"].map {
                LowRankNames("\(own).\($0).down.weight", "\(own).\($0).up.weight", "\(own).alpha")
            }
    }
}
