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
    private let fileNotes: [String]
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
    ///   - dtype: the networks compute in it; SDXL's autoencoder in float32 where its configuration
    ///     asks for that and this is float16.
    ///   - device: where they go.
    /// - Throws: ``DiffusionError`` with all that is wrong with a component; `CheckpointError`;
    ///   `TorchError`.
    public convenience init(
        _ folder: DiffusersFolder, dtype: DType = .float32, device: Device = .cpu
    ) throws {
        try self.init(StableDiffusionParts(folder), dtype: dtype, device: device)
    }

    /// Reads a checkpoint all in one file.
    ///
    /// - Parameters:
    ///   - file: of SD1.5 or SDXL.
    ///   - tokenizer: a folder with CLIP's vocabulary, which such files leave out.
    ///   - dtype: the networks compute in it; SDXL's autoencoder in float32 where this is float16.
    ///   - device: where they go.
    /// - Throws: ``DiffusionError`` with all that is wrong with a part; `CheckpointError`;
    ///   `TorchError`.
    public convenience init(
        _ file: SingleFile, tokenizer: String, dtype: DType = .float32, device: Device = .cpu
    ) throws {
        try self.init(
            StableDiffusionParts(file, tokenizer: tokenizer), dtype: dtype, device: device)
    }

    /// Reads the parts of a model.
    ///
    /// - Parameters:
    ///   - parts: of a folder or of a file.
    ///   - dtype: the networks compute in it; SDXL's autoencoder in float32 where this is float16.
    ///   - device: where they go.
    /// - Throws: ``DiffusionError`` with all that is wrong with a part; `CheckpointError`;
    ///   `TorchError`.
    public init(_ parts: StableDiffusionParts, dtype: DType, device: Device) throws {
        (self.dtype, self.device) = (dtype, device)
        scheduler = parts.scheduler
        fileNotes = parts.notes
        unet = try parts.unet().unet(dtype: dtype, device: device)
        autoencoder = try parts.autoencoder().autoencoder(
            dtype: parts.autoencoderType(dtype), device: device)
        textEncoders = try parts.text.map { part in
            TextEncoder(
                tokenizer: try part.tokenizer(),
                model: try part.files().clipText(dtype: dtype, device: device))
        }
        imageEncoder = try parts.imageEncoder?().clipVision(dtype: dtype, device: device)
        zerosForNoPrompt = parts.zerosForNoPrompt
        try check(parts)
    }

    /// Gives back the memory of the text and image encoders: a run that is prepared needs them no
    /// more, and no other can be.
    public func releaseEncoders() throws {
        for encoder in textEncoders { try encoder.model.store.release() }
        try imageEncoder?.store.release()
    }

    /// Gives back the memory of the UNet: after the last step only pictures are decoded.
    public func releaseUNet() throws { try unet.store.release() }

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
        if let tokenizer = parts.namedTokenizer {
            try check(vocabulary: tokenizer)
        }
        if parts.requiresAestheticsScore {
            throw DiffusionError(
                "\(parts.path): a refiner with aesthetic scores is not offered; use a base model.")
        }
    }

    /// Whether a file's encoders know the words that were named for them.
    private func check(vocabulary: String) throws {
        for encoder in textEncoders {
            let size = encoder.model.network.configuration.vocabSize
            guard encoder.tokenizer.count == size else {
                throw DiffusionError(
                    "\(encoder.model.path): expected a vocabulary of \(size) tokens, found one of "
                        + "\(encoder.tokenizer.count) in \(vocabulary); name CLIP's own.")
            }
        }
    }
}
