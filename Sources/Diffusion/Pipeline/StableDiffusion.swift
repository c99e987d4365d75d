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
    /// Words that it was taught: see ``add(_:)``.
    public internal(set) var words: [WordEmbedding] = []
    private var fileNotes: [String] = []
    /// An absent negative prompt means zeros, not an empty prompt (SDXL).
    let zerosForNoPrompt: Bool

    /// Whether it is of SDXL's kind: two text encoders, added conditions.
    public var isXL: Bool { unet.network.configuration.takesAddedConditions }

    /// What a user should know about the files, each a sentence.
    public var notes: [String] {
        fileNotes + unet.notes + autoencoder.notes + textEncoders.flatMap(\.model.notes)
    }

    /// Reads a folder as diffusers saves it.
    ///
    /// - Parameters:
    ///   - folder: with `model_index.json`.
    ///   - unet: another UNet than the folder's.
    ///   - dtype: the networks compute in it; SDXL's autoencoder in float32 where its configuration
    ///     asks for that and this is float16.
    ///   - device: where they go.
    /// - Throws: ``DiffusionError`` with all that is wrong with a component; `CheckpointError`;
    ///   `TorchError`.
    public convenience init(
        _ folder: DiffusersFolder, unet: NetworkFiles? = nil, dtype: DType = .float32,
        device: Device = .cpu
    ) throws {
        var parts = try StableDiffusionParts(folder)
        if let unet { parts.unet = { unet } }
        try self.init(parts, dtype: dtype, device: device)
    }

    /// Reads a checkpoint all in one file.
    ///
    /// - Parameters:
    ///   - file: of SD1.5 or SDXL.
    ///   - tokenizer: a folder with CLIP's vocabulary, which such files leave out.
    ///   - autoencoder: another one than the file's.
    ///   - unet: another UNet than the file's.
    ///   - dtype: the networks compute in it; SDXL's autoencoder in float32 where this is float16.
    ///   - device: where they go.
    /// - Throws: ``DiffusionError`` with all that is wrong with a part; `CheckpointError`;
    ///   `TorchError`.
    public convenience init(
        _ file: SingleFile, tokenizer: String, autoencoder: NetworkFiles? = nil,
        unet: NetworkFiles? = nil, dtype: DType = .float32, device: Device = .cpu
    ) throws {
        var parts = try StableDiffusionParts(file, tokenizer: tokenizer)
        if let autoencoder { parts.autoencoder = { autoencoder } }
        if let unet { parts.unet = { unet } }
        try self.init(parts, dtype: dtype, device: device)
        fileNotes = file.notes
        for encoder in textEncoders {
            let size = encoder.model.network.configuration.vocabSize
            guard encoder.tokenizer.count == size else {
                throw DiffusionError(
                    "\(encoder.model.path): expected a vocabulary of \(size) tokens, found one of "
                        + "\(encoder.tokenizer.count) in \(tokenizer); name CLIP's own.")
            }
        }
    }

    init(_ parts: StableDiffusionParts, dtype: DType, device: Device) throws {
        (self.dtype, self.device) = (dtype, device)
        scheduler = parts.scheduler
        unet = try parts.unet().unet(dtype: dtype, device: device)
        let vae = try parts.autoencoder()
        let upcasts =
            try dtype == .float16
            && (parts.autoencoderNeedsFloat32
                || AutoencoderKLConfiguration(vae.configuration()).forceUpcast)
        autoencoder = try vae.autoencoder(dtype: upcasts ? .float32 : dtype, device: device)
        textEncoders = try parts.text.map { part in
            TextEncoder(
                tokenizer: try part.tokenizer(),
                model: try part.files().clipText(dtype: dtype, device: device))
        }
        imageEncoder = try parts.imageEncoder?().clipVision(dtype: dtype, device: device)
        zerosForNoPrompt = parts.zerosForNoPrompt
        try check(parts)
    }

    /// Whether the parts fit together.
    private func check(_ parts: StableDiffusionParts) throws {
        let width = unet.network.configuration.crossAttentionDim
        let found = textEncoders.map(\.model.network.configuration.hiddenSize)
        let expected = isXL ? "two text encoders" : "one text encoder"
        guard found.count == (isXL ? 2 : 1), found.reduce(0, +) == width else {
            throw DiffusionError(
                "\(parts.path): expected \(expected) of \(width) channels in all, which the UNet "
                    + "attends to, found \(found); take all parts from one model.")
        }
        if isXL, textEncoders[1].model.network.textProjection == nil {
            throw DiffusionError(
                "\(textEncoders[1].model.path): expected a text_projection, found none; SDXL's "
                    + "second encoder is a CLIPTextModelWithProjection.")
        }
        if parts.requiresAestheticsScore {
            throw DiffusionError(
                "\(parts.path): a refiner with aesthetic scores is not offered; use a base model.")
        }
    }
}
