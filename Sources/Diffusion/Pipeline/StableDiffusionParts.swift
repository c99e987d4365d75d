import Checkpoints

/// What a model is put together from, whether its parts lie in folders or in one file. Nothing is read
/// before it is asked for.
public struct StableDiffusionParts {
    /// A text encoder and its words.
    struct Text {
        let tokenizer: () throws -> CLIPTokenizer
        let files: () throws -> NetworkFiles
    }

    /// What messages call the model.
    let path: String
    let scheduler: SchedulerConfiguration
    let unet: () throws -> NetworkFiles
    let autoencoder: () throws -> NetworkFiles
    /// SDXL's overflows in float16; its single files do not say so.
    var autoencoderNeedsFloat32 = false
    let text: [Text]
    var imageEncoder: (() throws -> NetworkFiles)?
    let zerosForNoPrompt: Bool
    var requiresAestheticsScore = false
    /// Sentences about the file.
    private(set) var notes: [String] = []
    /// Words that were named beside a file; they must be as many as the encoders know.
    private(set) var namedTokenizer: String?

    /// The components of a folder as diffusers saves it.
    ///
    /// - Parameters:
    ///   - folder: with `model_index.json`.
    ///   - other: another UNet than the folder's.
    /// - Throws: ``DiffusionError`` if the scheduler's settings are missing or wrong.
    public init(_ folder: DiffusersFolder, unet other: NetworkFiles? = nil) throws {
        path = folder.path
        let json = try folder.component("scheduler").configuration().path
        scheduler = try SchedulerConfiguration.load(
            json: readSmallFile(
                json, limit: ConfigurationFile.maximumByteCount, of: "a configuration"),
            from: json)
        unet = { try other ?? folder.component("unet", as: "UNet2DConditionModel").files }
        autoencoder = { try folder.component("vae", as: "AutoencoderKL").files }
        text = ["", "_2"].filter { folder.has("text_encoder\($0)") }.map { suffix in
            Text(
                tokenizer: {
                    try CLIPTokenizer(folder: folder.component("tokenizer\(suffix)").path)
                },
                files: { try folder.component("text_encoder\(suffix)").files })
        }
        if folder.has("image_encoder") {
            imageEncoder = { try folder.component("image_encoder").files }
        }
        zerosForNoPrompt = folder.index.forceZerosForEmptyPrompt ?? true
        requiresAestheticsScore = folder.index.requiresAestheticsScore == true
    }

    /// The parts of one file, with the published settings of its model.
    ///
    /// - Parameters:
    ///   - file: of SD1.5 or SDXL.
    ///   - tokenizer: a folder with CLIP's vocabulary, which such files leave out.
    ///   - vae: another autoencoder than the file's.
    ///   - other: another UNet than the file's.
    /// - Throws: ``DiffusionError`` if the file lacks a part.
    public init(
        _ file: SingleFile, tokenizer: String, autoencoder vae: NetworkFiles? = nil,
        unet other: NetworkFiles? = nil
    ) throws {
        (path, notes, namedTokenizer) = (file.path, file.notes, tokenizer)
        guard
            let part = file.model.components().first(where: { $0.name == "scheduler" }),
            let json = part.configuration
        else { throw DiffusionError("\(file.path): expected a model with a scheduler.") }
        var scheduler = try SchedulerConfiguration.load(
            json: Array(json.utf8), from: "scheduler_config.json")
        if file.predictsVelocity { scheduler.predictionType = .velocity }
        if file.endsAtZeroSignal {
            scheduler.rescaleBetasZeroSNR = true
            scheduler.timestepSpacing = .trailing
        }
        self.scheduler = scheduler
        unet = { try other ?? file.files("unet") }
        autoencoder = { try vae ?? file.files("vae") }
        autoencoderNeedsFloat32 = file.isXL
        let names = ["text_encoder"] + (file.isXL ? ["text_encoder_2"] : [])
        let missing = names.filter { !file.parts.contains($0) }
        guard missing.isEmpty else {
            throw DiffusionError(
                "\(file.path): expected a whole checkpoint, found no \(listed(missing)); this is a "
                    + "part of a model, so name a file that holds the text encoders too.")
        }
        text = names.map { name in
            // SDXL's second encoder was trained on prompts filled up with token 0.
            let padding = name == "text_encoder" ? nil : "!"
            return Text(
                tokenizer: { try CLIPTokenizer(folder: tokenizer, padding: padding) },
                files: { try file.files(name) })
        }
        zerosForNoPrompt = true
    }
}
