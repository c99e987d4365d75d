/// What a checkpoint looks like, judged by a few of its tensors' names and shapes.
///
/// A guess for people; loading goes by every name and shape.
public struct CheckpointKind: Sendable, Hashable, CustomStringConvertible {
    /// In words: `UNet of Stable Diffusion 1.5 (diffusers)`.
    public let description: String
    /// Names that must be there, with the shape where it tells kinds apart; -1 fits any size.
    private let marks: [Mark]

    private struct Mark: Sendable, Hashable {
        let name: String
        let shape: [Int]?
    }

    private init(_ description: String, _ marks: [String: [Int]?]) {
        self.description = description
        self.marks = marks.map { Mark(name: $0.key, shape: $0.value) }
    }

    /// The first kind that fits, more particular ones first; nil if none does.
    public static func guess(_ reader: any CheckpointReader) -> CheckpointKind? {
        guess(Dictionary(reader.entries.map { ($0.name, $0.shape) }) { first, _ in first })
    }

    /// The first kind that fits these names and shapes.
    public static func guess(_ shapes: [String: [Int]]) -> CheckpointKind? {
        if let kind = lowRank(shapes.keys) { return kind }
        return known.first { kind in
            kind.marks.allSatisfy { mark in
                guard let found = shapes[mark.name] else { return false }
                guard let expected = mark.shape else { return true }
                return found.count == expected.count
                    && zip(found, expected).allSatisfy { $1 == -1 || $0 == $1 }
            }
        }
    }

    /// Low-rank adapters name every tensor after the layer it changes.
    private static func lowRank(_ names: some Sequence<String>) -> CheckpointKind? {
        for name in names {
            if name.hasSuffix(".lora_down.weight") { return .init("low-rank adapter (kohya)", [:]) }
            if name.hasSuffix(".lora_A.weight") { return .init("low-rank adapter (PEFT)", [:]) }
            if name.contains(".lora.down.weight") || name.contains("_lora.down.weight") {
                return .init("low-rank adapter (diffusers)", [:])
            }
        }
        return nil
    }

    private static let crossAttention =
        "down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k.weight"

    private static let known: [CheckpointKind] = [
        .init(
            "Stable Diffusion XL, all in one file (LDM)",
            [
                "model.diffusion_model.input_blocks.0.0.weight": nil,
                "conditioner.embedders.1.model.text_projection": nil,
            ]),
        .init(
            "Stable Diffusion 1.x, all in one file (LDM)",
            [
                "model.diffusion_model.input_blocks.0.0.weight": nil,
                "cond_stage_model.transformer.text_model.embeddings.token_embedding.weight": nil,
            ]),
        .init(
            "Stable Diffusion 2.x, all in one file (LDM)",
            [
                "model.diffusion_model.input_blocks.0.0.weight": nil,
                "cond_stage_model.model.token_embedding.weight": nil,
            ]),
        .init(
            "UNet of a latent diffusion model (LDM)",
            ["model.diffusion_model.input_blocks.0.0.weight": nil]),
        .init("ControlNet (original layout)", ["control_model.input_blocks.0.0.weight": nil]),
        .init(
            "ControlNet for Stable Diffusion XL (diffusers)",
            ["controlnet_cond_embedding.conv_in.weight": nil, "add_embedding.linear_1.weight": nil]),
        .init("ControlNet (diffusers)", ["controlnet_cond_embedding.conv_in.weight": nil]),
        .init(
            "inpainting UNet of Stable Diffusion XL (diffusers)",
            ["add_embedding.linear_1.weight": nil, "conv_in.weight": [-1, 9, 3, 3]]),
        .init(
            "UNet of Stable Diffusion XL (diffusers)",
            ["add_embedding.linear_1.weight": nil, "conv_out.weight": nil]),
        .init(
            "inpainting UNet of Stable Diffusion 1.5 (diffusers)",
            [crossAttention: [320, 768], "conv_in.weight": [320, 9, 3, 3]]),
        .init("UNet of Stable Diffusion 1.5 (diffusers)", [crossAttention: [320, 768]]),
        .init("UNet of Stable Diffusion 2.x (diffusers)", [crossAttention: [320, 1024]]),
        .init("conditional UNet (diffusers)", [crossAttention: nil]),
        .init(
            "AutoencoderKL (diffusers)",
            ["decoder.conv_in.weight": nil, "decoder.mid_block.resnets.0.conv1.weight": nil]),
        .init(
            "autoencoder (LDM)",
            ["decoder.conv_in.weight": nil, "decoder.mid.block_1.conv1.weight": nil]),
        .init(
            "CLIP ViT-L/14 text encoder",
            ["text_model.embeddings.token_embedding.weight": [49408, 768]]),
        .init("CLIP ViT-L/14 text encoder", ["embeddings.token_embedding.weight": [49408, 768]]),
        .init(
            "OpenCLIP ViT-bigG/14 text encoder",
            ["text_model.embeddings.token_embedding.weight": [49408, 1280]]),
        .init("CLIP text encoder", ["text_model.embeddings.token_embedding.weight": nil]),
        .init(
            "CLIP ViT-L/14 image encoder",
            ["vision_model.embeddings.patch_embedding.weight": [1024, 3, 14, 14]]),
        .init(
            "OpenCLIP ViT-H/14 image encoder",
            ["vision_model.embeddings.patch_embedding.weight": [1280, 3, 14, 14]]),
        .init("CLIP image encoder", ["vision_model.embeddings.patch_embedding.weight": nil]),
        .init("IP-Adapter FaceID", ["image_proj.proj.0.weight": [-1, 512]]),
        .init("IP-Adapter Plus", ["image_proj.latents": nil]),
        .init("IP-Adapter", ["image_proj.proj.weight": nil]),
        .init(
            "ArcFace IResNet-100",
            ["layer3.29.conv1.weight": nil, "features.weight": [512], "prelu.weight": nil]),
        .init(
            "ArcFace IResNet-50",
            ["layer3.13.conv1.weight": nil, "features.weight": [512], "prelu.weight": nil]),
        .init("ArcFace IResNet", ["features.weight": [-1], "prelu.weight": nil, "fc.weight": nil]),
        .init(
            "RetinaFace, MobileNet 0.25",
            ["BboxHead.0.conv1x1.weight": nil, "body.stage1.0.0.weight": nil]),
        .init(
            "RetinaFace, ResNet-50", ["BboxHead.0.conv1x1.weight": nil, "body.conv1.weight": nil]),
        .init("SMIRK encoder", ["pose_encoder.encoder.conv_stem.weight": nil]),
        .init("LPIPS", ["lin0.model.1.weight": nil]),
        .init("Inception v3 for FID", ["Mixed_5b.branch1x1.conv.weight": nil]),
        .init("EG3D generator", ["backbone.synthesis.b4.const": nil]),
    ]
}
