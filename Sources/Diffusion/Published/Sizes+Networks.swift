import Checkpoints

/// The networks' `config.json`, key for key as the libraries write them.
extension Sizes {
    func sd15Denoiser(inChannels: Int) -> JSONValue {
        unet(
            sd15UNet, inChannels: inChannels, context: text.channels,
            attends: [true, true, true, false]
        ).with([
            // In these files the key holds the number of heads: one for all levels.
            "attention_head_dim": .number("\(sd15UNet.heads[0])")
        ])
    }

    func sdxlDenoiser(inChannels: Int) -> JSONValue {
        unet(
            sdxlUNet, inChannels: inChannels, context: text.channels + text2.channels,
            attends: [false, true, true]
        ).with([
            "attention_head_dim": .numbers(sdxlUNet.heads),
            "transformer_layers_per_block": .numbers(sdxlUNet.depths),
            "use_linear_projection": true,
            "addition_embed_type": "text_time",
            "addition_embed_type_num_heads": 64,
            "addition_time_embed_dim": .number("\(sdxlUNet.timeChannels)"),
            "projection_class_embeddings_input_dim":
                .number("\(6 * sdxlUNet.timeChannels + text2.projection)"),
        ])
    }

    private func unet(
        _ sizes: UNet, inChannels: Int, context: Int, attends: [Bool]
    ) -> JSONValue {
        [
            "_class_name": "UNet2DConditionModel",
            "_diffusers_version": .string(diffusersVersion),
            "act_fn": "silu",
            "block_out_channels": .numbers(sizes.channels),
            "center_input_sample": false,
            "cross_attention_dim": .number("\(context)"),
            "down_block_types": .array(
                attends.map { $0 ? "CrossAttnDownBlock2D" : "DownBlock2D" }),
            "downsample_padding": 1,
            "flip_sin_to_cos": true,
            "freq_shift": 0,
            "in_channels": .number("\(inChannels)"),
            "layers_per_block": .number("\(sizes.layers)"),
            "mid_block_scale_factor": 1,
            "norm_eps": 1e-05,
            "norm_num_groups": 32,
            "out_channels": 4,
            "sample_size": .number("\(sizes.side)"),
            "up_block_types": .array(
                attends.reversed().map { $0 ? "CrossAttnUpBlock2D" : "UpBlock2D" }),
        ]
    }

    /// The ControlNet of a UNet.
    func controlNet(_ unet: JSONValue) -> JSONValue {
        unet.without("up_block_types", "out_channels", "sample_size", "center_input_sample").with([
            "_class_name": "ControlNetModel",
            "conditioning_embedding_out_channels": .numbers(conditionChannels),
            "controlnet_conditioning_channel_order": "rgb",
        ])
    }

    func autoencoder(side: Int, scale: Double) -> JSONValue {
        let levels = vaeChannels.count
        return [
            "_class_name": "AutoencoderKL",
            "_diffusers_version": .string(diffusersVersion),
            "act_fn": "silu",
            "block_out_channels": .numbers(vaeChannels),
            "down_block_types": .array(Array(repeating: "DownEncoderBlock2D", count: levels)),
            "in_channels": 3,
            "latent_channels": 4,
            "layers_per_block": .number("\(vaeLayers)"),
            "norm_num_groups": 32,
            "out_channels": 3,
            "sample_size": .number("\(side)"),
            "scaling_factor": .number("\(scale)"),
            "up_block_types": .array(Array(repeating: "UpDecoderBlock2D", count: levels)),
        ]
    }

    func textEncoder(_ sizes: Encoder, _ kind: NetworkKind) -> JSONValue {
        encoder(sizes, kind).with([
            // As published: 2 stands for the largest id of a prompt, which is the end token's.
            "bos_token_id": 0, "eos_token_id": 2, "pad_token_id": 1,
            "max_position_embeddings": 77,
            "model_type": "clip_text_model",
            "vocab_size": .number("\(vocabulary.count)"),
        ])
    }

    func visionEncoder(_ sizes: Encoder) -> JSONValue {
        encoder(sizes, .clipVision).with([
            "image_size": 224, "num_channels": 3, "patch_size": 14,
            "model_type": "clip_vision_model",
        ])
    }

    private func encoder(_ sizes: Encoder, _ kind: NetworkKind) -> JSONValue {
        [
            "architectures": [.string(kind.rawValue)],
            "attention_dropout": 0.0,
            "dropout": 0.0,
            "hidden_act": .string(sizes.activation),
            "hidden_size": .number("\(sizes.channels)"),
            "initializer_factor": 1.0,
            "initializer_range": 0.02,
            "intermediate_size": .number("\(sizes.hidden)"),
            "layer_norm_eps": 1e-05,
            "num_attention_heads": .number("\(sizes.heads)"),
            "num_hidden_layers": .number("\(sizes.layers)"),
            "projection_dim": .number("\(sizes.projection)"),
            "torch_dtype": "float32",
        ]
    }
}

/// Of the library whose layout of files this is.
let diffusersVersion = "0.42.1"

extension JSONValue {
    /// A list of whole numbers.
    static func numbers(_ values: [Int]) -> JSONValue { .array(values.map { .number("\($0)") }) }
}
