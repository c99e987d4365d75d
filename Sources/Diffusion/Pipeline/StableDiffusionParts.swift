import Checkpoints

/// What a model is put together from, whether its parts lie in folders or in one file. Nothing is read
/// before it is asked for.
struct StableDiffusionParts {
    /// A text encoder and its words.
    struct Text {
        let tokenizer: () throws -> CLIPTokenizer
        let files: () throws -> NetworkFiles
    }

    /// What messages call the model.
    let path: String
    let scheduler: SchedulerConfiguration
    var unet: () throws -> NetworkFiles
    var autoencoder: () throws -> NetworkFiles
    /// SDXL's overflows in float16; its single files do not say so.
    var autoencoderNeedsFloat32 = false
    let text: [Text]
    var imageEncoder: (() throws -> NetworkFiles)?
    let zerosForNoPrompt: Bool
    var requiresAestheticsScore = false

    /// The components of a folder.
    ///
    /// - Throws: ``DiffusionError`` if the scheduler's settings are missing or wrong.
    init(_ folder: DiffusersFolder) throws {
        path = folder.path
        let json = try folder.component("scheduler").configuration().path
        scheduler = try SchedulerConfiguration.load(
            json: readSmallFile(
                json, limit: ConfigurationFile.maximumByteCount, of: "a configuration"),
            from: json)
        unet = { try folder.component("unet", as: "UNet2DConditionModel").files }
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
    /// - Throws: ``DiffusionError`` if the file lacks a part.
    init(_ file: SingleFile, tokenizer: String) throws {
        path = file.path
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
        unet = { try file.files("unet") }
        autoencoder = { try file.files("vae") }
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
