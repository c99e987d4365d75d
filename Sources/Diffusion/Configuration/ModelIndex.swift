import Checkpoints

/// A pipeline's `model_index.json`: which components it has, and of which classes.
public struct ModelIndex: Equatable, Sendable {
    /// One component, such as `unet`.
    public struct Component: Equatable, Sendable {
        /// `diffusers`, `transformers`, or a pipeline's own module, such as `stable_diffusion`.
        public let library: String
        /// `UNet2DConditionModel`, …
        public let className: String
    }

    /// The pipeline's class: `StableDiffusionXLPipeline`, …
    public let className: String
    /// The components that are there, by name; those that the file lists as null are left out.
    public let components: [String: Component]
    /// Whether an empty negative prompt means zeros (SDXL); nil if the file does not say.
    public let forceZerosForEmptyPrompt: Bool?
    /// Whether the pipeline wants its safety checker; nil if the file does not say.
    public let requiresSafetyChecker: Bool?
    /// Whether the UNet was trained on aesthetic scores (SDXL's refiner); nil if not said.
    public let requiresAestheticsScore: Bool?
    /// Whether pictures get an invisible watermark (SDXL); nil if not said.
    public let addWatermarker: Bool?

    /// Reads the file.
    ///
    /// - Throws: ``DiffusionError`` with all that is missing, wrong or unknown.
    public init(_ path: String) throws { try self.init(ConfigurationFile(path)) }

    /// Reads an opened file.
    ///
    /// - Throws: ``DiffusionError`` with all that is missing, wrong or unknown.
    public init(_ file: ConfigurationFile) throws {
        className = file.read("_class_name")
        forceZerosForEmptyPrompt = file.read("force_zeros_for_empty_prompt", default: nil)
        requiresSafetyChecker = file.read("requires_safety_checker", default: nil)
        requiresAestheticsScore = file.read("requires_aesthetics_score", default: nil)
        addWatermarker = file.read("add_watermarker", default: nil)
        var components: [String: Component] = [:]
        for key in file.keys where !key.hasPrefix("_") && file.holdsList(key) {
            let words = file.read(key, as: [String?].self)
            switch (words.count, words.first ?? nil, words.last ?? nil) {
            case (2, let library?, let name?):
                components[key] = Component(library: library, className: name)
            case (2, nil, nil): break
            default:
                file.report(
                    "\(key): expected a library and a class, or two nulls, found \(words.phrase)")
            }
        }
        self.components = components
        try file.finish()
    }
}
