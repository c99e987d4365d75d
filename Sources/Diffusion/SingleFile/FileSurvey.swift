import Checkpoints
import Layers

/// What a weight file holds and what it can be used for, by its tensors' names and shapes; none is read.
public struct FileSurvey: Equatable, Sendable {
    /// What a file is good for here.
    public enum Use: String, CaseIterable, Sendable {
        /// A whole model: `--model`.
        case model
        /// An adapter: `--lora`.
        case lora
        /// An autoencoder: `--vae`.
        case vae
        /// A ControlNet: `--control`.
        case control
        /// A UNet alone: `--unet`.
        case unet
        /// A taught word: `--embedding`.
        case embedding
        /// An image prompt's adapter: `--ip-adapter`.
        case ipAdapter = "ip-adapter"
        /// CLIP's text encoder: a part of a model.
        case textEncoder = "text-encoder"
        /// Finds or knows faces: part of likeness' own commands.
        case faces
    }

    /// In words: `SDXL, whole model`.
    public let kind: String
    /// nil for what does not run.
    public let use: Use?
    /// Why it does not run, a clause; nil if it does.
    public let refusal: String?

    private init(_ kind: String, _ use: Use?, refusal: String? = nil) {
        (self.kind, self.use, self.refusal) = (kind, use, refusal)
    }

    /// Looks at a file's header.
    ///
    /// - Throws: `CheckpointError` for a file that cannot be read.
    public init(_ path: String) throws {
        let reader = try openCheckpoint(path)
        self.init(
            Dictionary(
                reader.entries.map { ($0.name, $0.shape) }, uniquingKeysWith: { first, _ in first }),
            path: path)
    }

    /// Judges names and shapes.
    init(_ shapes: [String: [Int]], path: String) {
        if let prompt = Self.imagePrompt(shapes) {
            self = prompt
        } else if let adapter = Self.adapter(shapes) {
            self = adapter
        } else if let word = Self.word(shapes) {
            self = word
        } else if let foreign = ForeignModel(shapes) {
            self.init(foreign.name, nil, refusal: foreign.advice)
        } else if shapes["model.diffusion_model.input_blocks.0.0.weight"] != nil {
            self = Self.whole(path)
        } else if let kind = CheckpointKind.guess(shapes)?.description {
            self = Self.network(kind, shapes)
        } else {
            self.init(
                "\(shapes.count) tensors of no known kind", nil, refusal: "nothing here reads it")
        }
    }

    private static func whole(_ path: String) -> FileSurvey {
        do {
            let file = try SingleFile(path)
            let family = file.isXL ? "SDXL" : "SD1.5"
            let inpaints = [.sd15Inpainting, .sdxlInpainting].contains(file.model)
            let marks = [
                inpaints ? "inpainting" : nil, file.predictsVelocity ? "velocity" : nil,
            ].compactMap { $0 }
            let isWhole = file.parts.contains("text_encoder")
            return .init(
                ([family] + marks + [isWhole ? "whole model" : "UNet in a model's names"])
                    .joined(separator: ", "), isWhole ? .model : .unet)
        } catch {
            // The sentence after the path says what is wrong.
            let sentence = "\(error)".replacing("\(path): ", with: "")
            return .init("a latent diffusion model", nil, refusal: sentence)
        }
    }

    private static func imagePrompt(_ shapes: [String: [Int]]) -> FileSurvey? {
        guard shapes.keys.contains(where: { $0.hasPrefix("image_proj.") }) else { return nil }
        if shapes["image_proj.proj.0.weight"] != nil {
            return .init(
                "IP-Adapter FaceID", nil, refusal: "it takes a face's embedding, not a picture")
        }
        return .init(
            shapes["image_proj.latents"] == nil ? "IP-Adapter" : "IP-Adapter Plus", .ipAdapter)
    }

    /// How names begin in adapters of the families that run here.
    private static let adapterStarts = [
        "lora_unet_down_blocks", "lora_unet_up_blocks", "lora_unet_mid_block",
        "lora_unet_input_blocks", "lora_unet_output_blocks", "lora_unet_middle_block", "lora_te",
        "unet.", "text_encoder",
    ]

    private static func adapter(_ shapes: [String: [Int]]) -> FileSurvey? {
        let names = shapes.keys
        let isAdapter = names.contains { name in
            LowRankFile.marks.contains { LowRankFile.bears(name, $0) }
        }
        guard isAdapter else { return nil }
        let other = LowRankFile.otherKinds.first { mark, _ in
            names.contains { LowRankFile.bears($0, mark) }
        }
        if let kind = other?.1 {
            return .init("\(kind) adapter", nil, refusal: "only plain LoRA and LoCon are offered")
        }
        if let family = LowRankFile.families.first(where: { mark, _ in
            names.contains { $0.hasPrefix(mark) }
        })?.name, !["SDXL", "SD1.x or 2.x"].contains(family) {
            return .init(
                "LoRA for \(family)", nil, refusal: "its base model is not built here")
        }
        guard
            names.contains(where: { name in
                adapterStarts.contains { name.hasPrefix($0) } && !name.contains("motion_modules")
            })
        else {
            return .init(
                "LoRA for another family", nil, refusal: "its base model is not built here")
        }
        let context = shapes.first { name, shape in
            name.contains("attn2") && name.contains("to_k") && shape.count >= 2
                && LowRankFile.downs.contains { name.hasSuffix($0) }
        }?.value[1]
        switch context {
        case 768: return .init("LoRA for SD1.5", .lora)
        case 1024:
            return .init(
                "LoRA for Stable Diffusion 2.x", nil, refusal: "its base model is not built here")
        case 2048: return .init("LoRA for SDXL", .lora)
        default:
            let isXL = names.contains {
                $0.hasPrefix("lora_te2_") || $0.hasPrefix("text_encoder_2.")
                    || $0.hasPrefix("lora_unet_input_blocks_4_1")
            }
            return .init(isXL ? "LoRA for SDXL" : "LoRA", .lora)
        }
    }

    private static func word(_ shapes: [String: [Int]]) -> FileSurvey? {
        if shapes["clip_l"] != nil, shapes["clip_g"] != nil {
            return .init("taught word (textual inversion) for SDXL", .embedding)
        }
        let own =
            shapes["emb_params"]
            ?? shapes.first { $0.key.hasPrefix("string_to_param.") }?.value
            ?? WordEmbedding.single(shapes)?.value
        switch own?.last {
        case nil: return nil
        case 768: return .init("taught word (textual inversion) for SD1.5", .embedding)
        case 1024:
            return .init(
                "taught word (textual inversion) for Stable Diffusion 2.x", nil,
                refusal: "its base model is not built here")
        default: return .init("taught word (textual inversion)", .embedding)
        }
    }

    private static func network(_ kind: String, _ shapes: [String: [Int]]) -> FileSurvey {
        let uses: [(String, Use)] = [
            ("ControlNet", .control), ("UNet", .unet), ("conditional UNet", .unet),
            ("inpainting UNet", .unet), ("AutoencoderKL", .vae), ("autoencoder", .vae),
            ("ArcFace", .faces), ("RetinaFace", .faces),
        ]
        if kind.contains("Stable Diffusion 2") {
            return .init(kind, nil, refusal: "its base model is not built here")
        }
        if kind.hasSuffix("image encoder") {
            return .init(
                kind, nil, refusal: "--image-encoder takes a folder with its config.json")
        }
        if kind.hasSuffix("text encoder") { return .init(kind, .textEncoder) }
        let use = uses.first { kind.hasPrefix($0.0) }?.1
        let latents = shapes["decoder.conv_in.weight"].map { $0.count == 4 ? $0[1] : 4 } ?? 4
        if use == .vae, latents != 4 {
            return .init(
                kind, nil, refusal: "its \(latents) latent channels are another family's")
        }
        return .init(kind, use, refusal: use == nil ? "no command takes it" : nil)
    }
}
