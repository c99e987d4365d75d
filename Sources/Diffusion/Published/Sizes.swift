import Checkpoints

/// Sizes of one family of models: the published ones, or small ones that fit each other likewise.
struct Sizes: Sendable {
    /// A text or image encoder.
    struct Encoder: Sendable {
        var channels, hidden, layers, heads, projection: Int
        var activation = "quick_gelu"
    }

    /// A UNet.
    struct UNet: Sendable {
        var channels: [Int]
        var layers: Int
        /// Heads and transformer blocks a level.
        var heads, depths: [Int]
        /// Channels of each of the six sizes and crops in SDXL.
        var timeChannels = 256
        /// Side of a latent.
        var side: Int
    }

    var sd15UNet, sdxlUNet: UNet
    var vaeChannels: [Int]
    var vaeLayers: Int
    /// SD1.5's and SDXL's first text encoder, SDXL's second.
    var text, text2: Encoder
    var vitL14, vitH14: Encoder
    var conditionChannels: [Int]
    var vocabulary: MadeUpVocabulary

    /// As published.
    static let published = Sizes(
        sd15UNet: UNet(
            channels: [320, 640, 1280, 1280], layers: 2, heads: [8, 8, 8, 8],
            depths: [1, 1, 1, 1], side: 64),
        sdxlUNet: UNet(
            channels: [320, 640, 1280], layers: 2, heads: [5, 10, 20], depths: [1, 2, 10],
            side: 128),
        vaeChannels: [128, 256, 512, 512], vaeLayers: 2,
        text: Encoder(channels: 768, hidden: 3072, layers: 12, heads: 12, projection: 768),
        text2: Encoder(
            channels: 1280, hidden: 5120, layers: 32, heads: 20, projection: 1280,
            activation: "gelu"),
        vitL14: Encoder(channels: 1024, hidden: 4096, layers: 24, heads: 16, projection: 768),
        vitH14: Encoder(
            channels: 1280, hidden: 5120, layers: 32, heads: 16, projection: 1024,
            activation: "gelu"),
        conditionChannels: [16, 32, 96, 256], vocabulary: .published)

    /// A few megabytes a model.
    static let tiny = Sizes(
        sd15UNet: UNet(
            channels: [32, 32, 32, 64], layers: 1, heads: [8, 8, 8, 8], depths: [1, 1, 1, 1],
            side: 16),
        sdxlUNet: UNet(
            channels: [32, 32, 64], layers: 1, heads: [2, 4, 4], depths: [1, 1, 2],
            timeChannels: 8, side: 16),
        vaeChannels: [32, 32, 32, 64], vaeLayers: 1,
        text: Encoder(channels: 32, hidden: 64, layers: 3, heads: 4, projection: 32),
        text2: Encoder(
            channels: 64, hidden: 128, layers: 3, heads: 4, projection: 48, activation: "gelu"),
        vitL14: Encoder(channels: 32, hidden: 64, layers: 3, heads: 4, projection: 32),
        vitH14: Encoder(
            channels: 64, hidden: 128, layers: 3, heads: 4, projection: 48, activation: "gelu"),
        conditionChannels: [8, 8, 16, 16], vocabulary: .tiny)
}

extension Sizes {
    /// The parts of Stable Diffusion 1.5.
    func sd15(inChannels: Int) -> [PublishedModel.Component] {
        [
            .init("unet", .unet, sd15Denoiser(inChannels: inChannels)),
            .init("vae", .autoencoder, autoencoder(side: 8 * sd15UNet.side, scale: 0.18215)),
            .init("text_encoder", .clipText, textEncoder(text, .clipText)),
            tokenizer("tokenizer", padding: MadeUpVocabulary.end),
            scheduler(
                "PNDMScheduler",
                ["skip_prk_steps": true, "set_alpha_to_one": false, "clip_sample": false]),
        ]
    }

    /// IC-Portrait's parts on Stable Diffusion 1.5; both nets copy the UNet.
    func icPortrait() -> [PublishedModel.Component] {
        let unet = sd15Denoiser(inChannels: 4)
        let net = unet.with(["_class_name": .string(NetworkKind.latentControlNet.rawValue)])
        return [
            .init("unet", .unet, unet),
            .init("vae", .autoencoder, autoencoder(side: 8 * sd15UNet.side, scale: 0.18215)),
            .init("image_encoder", .clipVision, visionEncoder(vitL14)),
            .init("ic_portrait/matching", .latentControlNet, net),
            .init("ic_portrait/appearance", .latentControlNet, net),
            scheduler("DDIMScheduler", ["set_alpha_to_one": false, "clip_sample": false]),
        ]
    }

    /// The parts of SDXL.
    func sdxl(inChannels: Int) -> [PublishedModel.Component] {
        [
            .init("unet", .unet, sdxlDenoiser(inChannels: inChannels)),
            .init("vae", .autoencoder, autoencoder(side: 8 * sdxlUNet.side, scale: 0.13025)),
            .init("text_encoder", .clipText, textEncoder(text, .clipText)),
            .init(
                "text_encoder_2", .clipTextWithProjection,
                textEncoder(text2, .clipTextWithProjection)),
            tokenizer("tokenizer", padding: MadeUpVocabulary.end),
            tokenizer("tokenizer_2", padding: "!"),
            scheduler(
                "EulerDiscreteScheduler",
                [
                    "interpolation_type": "linear", "prediction_type": "epsilon",
                    "timestep_spacing": "leading", "use_karras_sigmas": false,
                ]),
        ]
    }

    /// An image encoder and what prepares its pictures.
    func imageEncoder(_ sizes: Encoder) -> [PublishedModel.Component] {
        [.init("", .clipVision, visionEncoder(sizes)), imageProcessor]
    }
}
