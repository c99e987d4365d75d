import Checkpoints

/// A file of a kind that people have beside the ones that run here, recognised so that it can be
/// refused by name.
struct ForeignModel {
    /// What it is.
    let name: String
    /// Why it does not run, or what to take instead.
    let advice: String

    /// The first kind that fits these names and shapes; nil for none of them.
    init?(_ shapes: [String: [Int]]) {
        let names = shapes.keys
        guard
            let found = Self.known.first(where: { kind in
                kind.marks.contains { mark in
                    mark.hasSuffix("*")
                        ? names.contains { $0.hasPrefix(mark.dropLast()) } : shapes[mark] != nil
                }
            })
        else { return nil }
        (name, advice) = (found.name, found.advice)
    }

    /// The sentence that refuses it.
    func error(_ path: String) -> DiffusionError {
        DiffusionError(
            "\(path): expected a model of SD1.5 or SDXL, found \(name); \(advice).")
    }

    private static let otherModel = "its networks are not built here, so use an SD1.5 or SDXL model"

    /// A mark is a tensor's name, or the start of one's.
    private static let known: [(name: String, marks: [String], advice: String)] = [
        (
            "Flux",
            [
                "double_blocks.0.img_attn.qkv.weight",
                "model.diffusion_model.double_blocks.0.img_attn.qkv.weight",
                "transformer_blocks.0.norm1_context.linear.weight",
                "single_transformer_blocks.0.proj_mlp.weight",
            ], otherModel
        ),
        (
            "Stable Diffusion 3",
            [
                "model.diffusion_model.joint_blocks.0.x_block.attn.qkv.weight",
                "joint_blocks.0.x_block.attn.qkv.weight",
            ], otherModel
        ),
        (
            "Stable Diffusion 2.x",
            [
                "cond_stage_model.model.transformer.resblocks.0.ln_1.weight",
                "cond_stage_model.model.token_embedding.weight",
            ], otherModel
        ),
        (
            "SDXL's refiner", ["conditioner.embedders.0.model.token_embedding.weight"],
            "it only finishes what a base model began, so use the base model"
        ),
        (
            "Stable Cascade",
            ["model.diffusion_model.clip_txt_mapper.weight", "clip_txt_mapper.weight"],
            otherModel
        ),
        (
            "Stable Video Diffusion", ["model.diffusion_model.input_blocks.1.0.time_stack.*"],
            otherModel
        ),
        ("AuraFlow", ["model.positional_encoding", "double_layers.0.attn.w1q.weight"], otherModel),
        (
            "PixArt", ["adaln_single.emb.timestep_embedder.linear_1.weight", "t_block.1.weight"],
            otherModel
        ),
        ("Hunyuan-DiT", ["mlp_t5.0.weight"], otherModel),
        ("Kandinsky", ["add_embedding.image_norm.weight"], otherModel),
        (
            "a video model of Wan",
            [
                "blocks.0.cross_attn.norm_k.weight",
                "model.diffusion_model.blocks.0.cross_attn.norm_k.weight",
            ], otherModel
        ),
        ("LTX-Video", ["model.diffusion_model.transformer_blocks.0.scale_shift_table"], otherModel),
        (
            "AnimateDiff's motion module", ["down_blocks.0.motion_modules.0.*"],
            "it makes videos, so use the checkpoint alone"
        ),
        ("a ControlNet-LLLite", ["lllite_unet_*"], "use a ControlNet of full size"),
        ("a Control-LoRA", ["lora_controlnet"], "use a ControlNet of full size"),
        (
            "a T2I-Adapter",
            [
                "body.0.resnets.0.block1.weight", "adapter.body.0.resnets.0.block1.weight",
                "body.0.block1.weight", "body.0.in_conv.weight",
            ], "use a ControlNet for the same kind of picture"
        ),
        ("a hypernetwork", ["320.0.linear.0.weight"], "hypernetworks are not offered"),
        (
            "a textual inversion", ["emb_params", "string_to_param", "clip_g"],
            "it adds a word to a model and is none itself"
        ),
        ("a model of Stable Diffusion's x4 upscaler", ["low_res_scheduler.betas"], otherModel),
        ("a DeepFloyd model", ["encoder_hid_proj.weight"], otherModel),
        (
            "a T5 text encoder", ["encoder.block.0.layer.0.SelfAttention.q.weight"],
            "SD1.5 and SDXL bring their own text encoders"
        ),
        (
            "an upscaler of the ESRGAN kind", ["conv_first.weight", "model.0.weight"],
            "it enlarges pictures and makes none"
        ),
    ]
}
