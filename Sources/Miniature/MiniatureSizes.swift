import Checkpoints
import Diffusion
import Faces
import Training

/// The miniature models' configuration files: full scale's classes and keys, fewer channels.
public struct MiniatureSizes: Settings {
    /// Pixels of a picture's side.
    public var side = 128
    /// Height of a picture of several people, pixels; it is half as wide again. At 128, seven of ten
    /// faces were smaller than 25 pixels, and 3 % of a face less than one.
    public var groupSide = 256
    /// Channels of the autoencoder's levels; each level after the first halves the side.
    public var autoencoder = [32, 64, 64]
    /// Residual blocks of a level.
    public var autoencoderLayers = 1
    /// Channels of the text encoder, which the UNet attends to, and of CLIP's common space.
    public var context = 192
    /// Layers of the text encoder.
    public var textLayers = 3
    /// Tokens of a prompt.
    public var textLength = 77
    /// Byte-pair merges learned from captions.
    public var merges = 1500
    /// Channels of the image encoder's stem.
    public var vision = 16
    /// Residual blocks of each of its stages. A transformer over patches of 16 px saw neither glasses
    /// nor hats after 134,000 pictures, this network both after 38,000.
    public var visionLayers = [1, 1, 1, 1]
    /// Channels of the UNet's levels.
    public var unet = [64, 128, 192]
    /// Residual blocks of a level.
    public var unetLayers = 1
    /// Numbers in a face's embedding.
    public var faceEmbedding = 256
    /// Side of an aligned face.
    public var face = 64

    /// As the shipped models have them.
    public init() {}

    enum CodingKeys: String, CodingKey {
        case side, autoencoder, context, merges, vision, unet, face
        case autoencoderLayers = "autoencoder_layers"
        case groupSide = "group_side"
        case textLayers = "text_layers"
        case textLength = "text_length"
        case visionLayers = "vision_layers"
        case unetLayers = "unet_layers"
        case faceEmbedding = "face_embedding"
    }

    /// Sides of a latent.
    var latentSide: Int { side >> (autoencoder.count - 1) }

    func autoencoderFile(scale: Double = 1) -> JSONValue {
        let levels = autoencoder.count
        return [
            "_class_name": "AutoencoderKL", "act_fn": "silu",
            "block_out_channels": list(autoencoder),
            "down_block_types": .array(Array(repeating: "DownEncoderBlock2D", count: levels)),
            "in_channels": 3, "latent_channels": 4,
            "layers_per_block": number(autoencoderLayers),
            "norm_num_groups": number(groups(autoencoder)),
            "out_channels": 3, "sample_size": number(side), "scaling_factor": .number("\(scale)"),
            "up_block_types": .array(Array(repeating: "UpDecoderBlock2D", count: levels)),
        ]
    }

    func textFile(vocabulary: Int) -> JSONValue {
        encoder(channels: context, layers: textLayers, "CLIPTextModelWithProjection").with([
            "bos_token_id": number(vocabulary - 2), "eos_token_id": number(vocabulary - 1),
            "pad_token_id": number(vocabulary - 1),
            "max_position_embeddings": number(textLength), "model_type": "clip_text_model",
            "vocab_size": number(vocabulary),
        ])
    }

    func visionFile() -> JSONValue {
        [
            "architectures": ["ModifiedResNet"], "embed_dim": number(context),
            "vision_cfg": [
                "image_size": number(side), "layers": list(visionLayers), "patch_size": nil,
                "width": number(vision),
            ],
        ]
    }

    private func encoder(channels: Int, layers: Int, _ architecture: String) -> JSONValue {
        [
            "architectures": [.string(architecture)], "attention_dropout": 0.0, "dropout": 0.0,
            "hidden_act": "quick_gelu", "hidden_size": number(channels),
            "intermediate_size": number(4 * channels), "layer_norm_eps": 1e-05,
            "num_attention_heads": number(max(channels / 48, 1)),
            "num_hidden_layers": number(layers), "projection_dim": number(context),
            "torch_dtype": "float32",
        ]
    }

    func unetFile() -> JSONValue {
        // Attention everywhere but at the finest level, where it costs most and tells least.
        let attends = unet.indices.map { $0 > 0 }
        return [
            "_class_name": "UNet2DConditionModel", "act_fn": "silu", "attention_head_dim": 4,
            "block_out_channels": list(unet), "center_input_sample": false,
            "cross_attention_dim": number(context),
            "down_block_types": .array(
                attends.map { $0 ? "CrossAttnDownBlock2D" : "DownBlock2D" }),
            "downsample_padding": 1, "flip_sin_to_cos": true, "freq_shift": 0, "in_channels": 4,
            "layers_per_block": number(unetLayers), "mid_block_scale_factor": 1,
            "norm_eps": 1e-05, "norm_num_groups": number(groups(unet)), "out_channels": 4,
            "sample_size": number(latentSide),
            "up_block_types": .array(
                attends.reversed().map { $0 ? "CrossAttnUpBlock2D" : "UpBlock2D" }),
        ]
    }

    /// Of both of IC-Portrait's nets, which copy the base.
    func latentControlNetFile() -> JSONValue {
        unetFile().with(["_class_name": "LatentControlNet"])
    }

    func schedulerFile() -> JSONValue {
        [
            "_class_name": "DDIMScheduler", "beta_end": 0.012, "beta_schedule": "scaled_linear",
            "beta_start": 0.00085, "clip_sample": false, "num_train_timesteps": 1000,
            "prediction_type": "epsilon", "set_alpha_to_one": false, "steps_offset": 1,
            "trained_betas": nil,
        ]
    }

    /// The recogniser that conditions and trains.
    var recogniserA: ArcFaceConfiguration {
        ArcFaceConfiguration(
            .iResNet(layers: [2, 2, 2, 2], planes: [32, 64, 128, 256], stem: 32),
            embeddingSize: faceEmbedding, inputSize: face)
    }

    /// The recogniser that only ever scores: another architecture.
    var recogniserB: ArcFaceConfiguration {
        ArcFaceConfiguration(
            .mobileFaceNet(blocks: [1, 4, 6, 2], width: 64, scale: 2),
            embeddingSize: faceEmbedding, inputSize: face)
    }

    /// RetinaFace's mobilenet 0.25 with anchors for faces of 16 to 200 pixels.
    var detector: RetinaFaceConfiguration {
        RetinaFaceConfiguration(
            RetinaFaceConfiguration.mobileNet025.body, channels: 64,
            minSizes: [[16, 28], [40, 64], [96, 152]])
    }

    /// Groups of at least eight channels, or norms take away what tells two pictures apart: with
    /// two a group, the autoencoder was 3.7 dB worse after 90 seconds of training.
    private func groups(_ channels: [Int]) -> Int {
        func divisor(_ a: Int, _ b: Int) -> Int { b == 0 ? a : divisor(b, a % b) }
        return max(channels.reduce(0, divisor) / 8, 1)
    }

    private func number(_ value: Int) -> JSONValue { .number("\(value)") }
    private func list(_ values: [Int]) -> JSONValue { .array(values.map(number)) }
}

extension JSONValue {
    /// As a network reads it.
    func configuration(_ name: String) throws -> ConfigurationFile {
        try ConfigurationFile(bytes: Array(text.utf8), from: name)
    }
}
