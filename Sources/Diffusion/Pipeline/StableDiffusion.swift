import Torch

/// A whole SD1.5- or SDXL-like model: text encoders, UNet, autoencoder, noise schedule.
///
/// ```swift
/// let model = try StableDiffusion(DiffusersFolder("stable-diffusion-v1-5"), dtype: .bfloat16)
/// var request = ImageRequest(prompt: "a lighthouse at dusk")
/// request.seed = 42
/// let run = try model.denoising(request)
/// for step in run { print(try step.get().index) }
/// let pictures = try run.images()
/// ```
public final class StableDiffusion {
    /// The denoising network.
    public let unet: LoadedModel<UNet2DCondition>
    /// The autoencoder.
    public let autoencoder: LoadedModel<AutoencoderKL>
    /// One in SD1.5, two in SDXL.
    public let textEncoders: [TextEncoder]
    /// CLIP's image encoder, which IP-Adapters need.
    public var imageEncoder: LoadedModel<CLIPVision>?
    /// The checkpoint's own sampler.
    public let scheduler: SchedulerConfiguration
    /// What the networks compute in.
    public let dtype: DType
    /// Where they are.
    public let device: Device
    /// An absent negative prompt means zeros, not an empty prompt (SDXL).
    let zerosForNoPrompt: Bool

    /// Whether it is of SDXL's kind: two text encoders, added conditions.
    public var isXL: Bool { unet.network.configuration.takesAddedConditions }

    /// What a user should know about the files, each a sentence.
    public var notes: [String] {
        unet.notes + autoencoder.notes + textEncoders.flatMap(\.model.notes)
    }

    /// Reads a folder as diffusers saves it.
    ///
    /// - Parameters:
    ///   - folder: with `model_index.json`.
    ///   - dtype: the networks compute in it; SDXL's autoencoder in float32 where its configuration
    ///     asks for that and this is float16.
    ///   - device: where they go.
    /// - Throws: ``DiffusionError`` with all that is wrong with a component; `CheckpointError`;
    ///   `TorchError`.
    public init(_ folder: DiffusersFolder, dtype: DType = .float32, device: Device = .cpu) throws {
        (self.dtype, self.device) = (dtype, device)
        let json = try folder.component("scheduler").configuration().path
        scheduler = try SchedulerConfiguration.load(
            json: readSmallFile(
                json, limit: ConfigurationFile.maximumByteCount, of: "a configuration"),
            from: json)
        unet = try folder.component("unet", as: "UNet2DConditionModel")
            .unet(dtype: dtype, device: device)
        let vae = try folder.component("vae", as: "AutoencoderKL")
        let upcasts =
            try dtype == .float16
            && AutoencoderKLConfiguration(vae.configuration()).forceUpcast
        autoencoder = try vae.autoencoder(dtype: upcasts ? .float32 : dtype, device: device)
        var encoders: [TextEncoder] = []
        for suffix in ["", "_2"] where folder.has("text_encoder\(suffix)") {
            encoders.append(
                TextEncoder(
                    tokenizer: try CLIPTokenizer(
                        folder: folder.component("tokenizer\(suffix)").path),
                    model: try folder.component("text_encoder\(suffix)")
                        .clipText(dtype: dtype, device: device)))
        }
        textEncoders = encoders
        if folder.has("image_encoder") {
            imageEncoder = try folder.component("image_encoder")
                .clipVision(dtype: dtype, device: device)
        }
        zerosForNoPrompt = folder.index.forceZerosForEmptyPrompt ?? true
        try check(folder)
    }

    /// Whether the parts fit together.
    private func check(_ folder: DiffusersFolder) throws {
        let width = unet.network.configuration.crossAttentionDim
        let found = textEncoders.map(\.model.network.configuration.hiddenSize)
        let expected = isXL ? "two text encoders" : "one text encoder"
        guard found.count == (isXL ? 2 : 1), found.reduce(0, +) == width else {
            throw DiffusionError(
                "\(folder.path): expected \(expected) of \(width) channels in all, which the UNet "
                    + "attends to, found \(found); take all parts from one model.")
        }
        if isXL, textEncoders[1].model.network.textProjection == nil {
            throw DiffusionError(
                "\(folder.path)/text_encoder_2: expected a text_projection, found none; SDXL's "
                    + "second encoder is a CLIPTextModelWithProjection.")
        }
        if folder.index.requiresAestheticsScore == true {
            throw DiffusionError(
                "\(folder.path): a refiner with aesthetic scores is not offered; use a base model.")
        }
    }
}
