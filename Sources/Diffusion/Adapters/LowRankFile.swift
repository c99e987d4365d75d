import Checkpoints
import Layers
import Torch

/// The tensors of a file of adapters: other kinds refused, names of the original code made today's.
struct LowRankFile {
    /// By names that ``LowRankNames`` knows.
    let tensors: [String: Tensor]
    /// Which family of models the names are of, as far as they tell.
    let family: String?

    /// - Parameters:
    ///   - file: opened.
    ///   - path: what messages call it.
    ///   - networks: where the adapters will go.
    /// - Throws: ``DiffusionError`` for adapters of another kind; `CheckpointError`.
    init(_ file: any CheckpointReader, _ path: String, _ networks: [AdaptedNetwork]) throws {
        let names = file.entries.map(\.name)
        for (mark, kind) in Self.otherKinds {
            guard let odd = names.first(where: { Self.bears($0, mark) }) else { continue }
            throw DiffusionError(
                "\(path): expected plain low-rank adapters, found \(kind) (\(shortened(odd))), which "
                    + "is not offered; take a plain LoRA, or merge it into a model with the tool that "
                    + "made it")
        }
        family = Self.families.first { mark, _ in names.contains { $0.hasPrefix(mark) } }?.name
        let paths = networks.first { $0.name == "unet" }?.store.adapterSlots.map(\.path) ?? []
        let original = LDMNames(layers: Self.layers(paths))
        tensors = Dictionary(
            try file.tensors().map { (Self.today($0.key, original), $0.value) },
            uniquingKeysWith: { first, _ in first })
    }

    /// Residual blocks of a UNet's level on the way down.
    private static func layers(_ paths: [String]) -> Int {
        let start = "down_blocks.0.resnets."
        return paths.filter { $0.hasPrefix(start) && $0.hasSuffix(".conv1") }.count
    }

    /// SDXL's adapters by kohya's scripts name the original modules, with `_` for every dot.
    private static func today(_ name: String, _ original: LDMNames) -> String {
        let prefix = "lora_unet_"
        guard name.hasPrefix(prefix), let dot = name.firstIndex(of: ".") else { return name }
        let module = name[name.index(name.startIndex, offsetBy: prefix.count)..<dot]
        guard let head = heads.first(where: module.hasPrefix) else { return name }
        // Numbers after the head are places; what follows them keeps its underscores, but for these.
        var words = [head]
        var rest = module.dropFirst(head.count + 1)
        while let word = rest.split(separator: "_", maxSplits: 1).first, Int(word) != nil {
            words.append(String(word))
            rest = rest.dropFirst(word.count + 1)
        }
        let tail = String(rest)
        words += tails[tail] ?? (tail.isEmpty ? [] : [tail])
        guard let today = original.renamed(words.joined(separator: ".") + ".weight") else {
            return name
        }
        let path = today.dropLast(".weight".count).split(separator: ".").joined(separator: "_")
        return prefix + path + name[dot...]
    }

    private static let heads = [
        "input_blocks", "output_blocks", "middle_block", "time_embed", "label_emb", "out",
    ]
    private static let tails: [String: [String]] = [
        "in_layers_2": ["in_layers", "2"], "emb_layers_1": ["emb_layers", "1"],
        "out_layers_3": ["out_layers", "3"],
    ]

    /// What stands in the names of adapters that compute something else.
    static let otherKinds = [
        (".dora_scale", "DoRA"), (".lora_magnitude_vector", "DoRA"), (".hada_w1", "LoHa"),
        (".lokr_w", "LoKr"), (".oft_", "OFT"), (".boft_", "BOFT"), (".a1.weight", "GLoRA"),
        (".on_input", "IA3"), (".diff_b", "whole differences of weights"),
        (".diff", "whole differences of weights"), (".lora_mid.weight", "LoCon with Tucker's form"),
        (".w_norm", "trained norms"),
    ]

    /// What stands in the names of every file of adapters.
    static let marks = [
        ".lora_down.weight", ".lora_up.weight", ".lora_A.weight", ".lora_A.default.weight",
        ".lora.down.weight", "_lora.down.weight", ".hada_w1", ".lokr_w", ".dora_scale", ".diff",
    ]
    /// Whether a name has a mark; `.diff` only at its end, since models are called diffusion models.
    static func bears(_ name: String, _ mark: String) -> Bool {
        mark.hasPrefix(".diff") ? name.hasSuffix(mark) : name.contains(mark)
    }

    /// How the names of what lowers the rank end.
    static let downs = [
        ".lora_down.weight", ".lora_A.weight", ".lora_A.default.weight", ".lora.down.weight",
        "_lora.down.weight",
    ]

    static let families: [(mark: String, name: String)] = [
        ("lora_unet_double_blocks", "Flux"), ("transformer.single_transformer_blocks", "Flux"),
        ("lora_transformer_single", "Flux"), ("lora_unet_joint_blocks", "Stable Diffusion 3"),
        ("transformer.transformer_blocks", "a diffusion transformer"),
        ("lora_unet_input_blocks_4_1", "SDXL"), ("lora_te2_", "SDXL"), ("text_encoder_2.", "SDXL"),
        ("lora_te_", "SD1.x or 2.x"),
    ]
}
