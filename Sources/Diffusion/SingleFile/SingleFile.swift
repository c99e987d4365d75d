import Checkpoints
import Layers
import Torch

/// A checkpoint all in one file, under the names of the original latent diffusion code: what people
/// download as `v1-5-pruned-emaonly.safetensors`, `sd_xl_base_1.0.safetensors` and their thousands of
/// relatives. Recognised by its tensors, never by its name; read in place, nothing converted on disk.
///
/// ```swift
/// let file = try SingleFile("sd_xl_base_1.0.safetensors")
/// let unet = try file.files("unet").unet(dtype: .bfloat16)
/// ```
public struct SingleFile {
    /// Where it is.
    public let path: String
    /// Whose parts it holds: `sd15`, `sdxl` or their inpainting kind.
    public let model: PublishedModel
    /// The names of its parts, as a pipeline's folder calls them: `unet`, `vae`, `text_encoder`, …
    public let parts: [String]
    /// Whether its UNet predicts velocity, as the file's own mark `v_pred` says.
    public let predictsVelocity: Bool
    /// Whether its noise ends at a signal of zero, as the file's own mark `ztsnr` says.
    public let endsAtZeroSignal: Bool
    /// What a user should know, each a sentence: tensors that are not used.
    public let notes: [String]
    let source: Checkpoint
    /// Whether it is of SDXL's kind.
    public var isXL: Bool { [.sdxl, .sdxlInpainting].contains(model) }
    private let tiny: Bool
    private let averaged: Bool

    /// Where each part's tensors are.
    static let prefixes: [(part: String, prefix: String)] = [
        ("unet", "model.diffusion_model."), ("vae", "first_stage_model."),
        ("text_encoder", "cond_stage_model.transformer."),
        ("text_encoder", "conditioner.embedders.0.transformer."),
        ("text_encoder_2", "conditioner.embedders.1.model."),
    ]

    /// What training leaves behind in such files.
    private static let residue = [
        "model_ema.", "alphas_cumprod", "betas", "sqrt_", "log_one_minus", "posterior_",
        "lvlb_weights", "logvar", "denoiser.", "v_pred", "ztsnr", "edm_", "global_step",
        "scale_factor", "cond_stage_model.logit_scale", "first_stage_model.loss.",
        "first_stage_model.model_ema.",
    ]

    /// Opens a file and tells what it is; no tensor is read.
    ///
    /// - Parameters:
    ///   - path: a safetensors or torch file.
    ///   - variant: `ema` for the averaged UNet where the file has both; nil for the plain one, as
    ///     diffusers takes it.
    /// - Throws: ``DiffusionError`` that says what the file is, if it is none of these; `CheckpointError`.
    public init(_ path: String, variant: String? = nil) throws {
        let reader = try openCheckpoint(path)
        let names = reader.entries.map(\.name)
        let shapes = Dictionary(
            reader.entries.map { ($0.name, $0.shape) }, uniquingKeysWith: { first, _ in first })
        if let foreign = ForeignModel(shapes) { throw foreign.error(path) }
        let start = "model.diffusion_model."
        guard let first = shapes[start + "input_blocks.0.0.weight"], first.count == 4 else {
            let kind = CheckpointKind.guess(shapes)?.description
            throw DiffusionError(
                "\(path): expected a checkpoint of SD1.5 or SDXL all in one file, found "
                    + "\(kind ?? "a file of \(names.count) tensors that is none of the kinds known"); "
                    + "name a checkpoint, or a folder with a model_index.json.")
        }
        let isXL = shapes[start + "label_emb.0.0.weight"] != nil
        let inChannels = first[1]
        guard [4, 9].contains(inChannels) else {
            throw DiffusionError(
                "\(path): expected a UNet of 4 input channels, or 9 of an inpainting one, found "
                    + "\(inChannels); such models are not offered.")
        }
        model =
            isXL
            ? (inChannels == 9 ? .sdxlInpainting : .sdxl)
            : (inChannels == 9 ? .sd15Inpainting : .sd15)
        let attention = start + "input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight"
        if let context = shapes[attention]?.last,
            ![768, Sizes.tiny.text.channels].contains(context)
        {
            throw DiffusionError(
                "\(path): expected a UNet of SD1.5 or SDXL, found one that attends to \(context) "
                    + "channels\(context == 1024 ? ", as Stable Diffusion 2.x does" : ""); such models "
                    + "are not offered.")
        }
        self.path = path
        source = Checkpoint(reader)
        // The small models of tests have the published ones' names.
        tiny = first[0] == (isXL ? Sizes.tiny.sdxlUNet : Sizes.tiny.sd15UNet).channels[0]
        let found = Set(
            Self.prefixes.filter { part in names.contains { $0.hasPrefix(part.prefix) } }
                .map(\.part))
        parts = ["unet", "vae", "text_encoder", "text_encoder_2"].filter(found.contains)
        predictsVelocity = shapes["v_pred"] != nil
        endsAtZeroSignal = shapes["ztsnr"] != nil
        averaged = variant == "ema" && names.contains { $0.hasPrefix("model_ema.diffusion_model") }
        var notes: [String] = []
        if let variant, !averaged {
            notes.append("\(path): took the plain weights, since there are no \(variant) ones")
        }
        let unused = names.filter { name in
            !Self.prefixes.contains { name.hasPrefix($0.prefix) }
                && !Self.residue.contains { name.hasPrefix($0) }
        }
        if !unused.isEmpty { notes.append("\(path): not used: \(listed(unused.sorted()))") }
        self.notes = notes
    }

    /// A part's configuration and weights.
    ///
    /// - Parameter name: one of ``parts``.
    /// - Returns: where the network comes from.
    /// - Throws: ``DiffusionError`` if the file does not hold it.
    public func files(_ name: String) throws -> NetworkFiles {
        let components = model.components(tiny: tiny)
        guard parts.contains(name), let part = components.first(where: { $0.name == name }),
            let text = part.configuration
        else {
            throw DiffusionError(
                "\(path): expected a part named \(name), found \(listed(parts)); take it from "
                    + "another file or folder.")
        }
        let place = "\(path) (\(name))"
        return NetworkFiles(
            path: place,
            configuration: { try ConfigurationFile(bytes: Array(text.utf8), from: place) },
            weights: { (weights(name), path, nil) })
    }

    /// A part's tensors under the names of today.
    private func weights(_ name: String) -> any ParameterSource {
        let prefixes = Self.prefixes.filter { $0.part == name }.map(\.prefix)
        func own(_ name: String) -> String? {
            prefixes.first(where: name.hasPrefix).map { String(name.dropFirst($0.count)) }
        }
        let names = source.names.compactMap(own)
        switch name {
        case "unet":
            let ldm = LDMNames(names)
            guard averaged else {
                return DerivedSource(source) { theirs in
                    own(theirs).map { [(ldm.renamed($0) ?? $0, .whole)] } ?? []
                }
            }
            // Averages are named without dots.
            let plain = Dictionary(
                names.map { ("model_ema.diffusion_model" + $0.filter { $0 != "." }, $0) },
                uniquingKeysWith: { first, _ in first })
            return DerivedSource(source) { theirs in
                plain[theirs].map { [(ldm.renamed($0) ?? $0, .whole)] } ?? []
            }
        case "vae":
            return Self.autoencoder(source) { own($0) }
        case "text_encoder_2":
            return DerivedSource(source) { own($0).map(OpenCLIPNames.parts) ?? [] }
        default:
            return DerivedSource(source) { theirs in own(theirs).map { [($0, .whole)] } ?? [] }
        }
    }

    /// An autoencoder's tensors under the names of today; what only training needs is left out.
    static func autoencoder(
        _ source: any ParameterSource, _ own: @escaping (String) -> String?
    ) -> DerivedSource {
        let names = LDMAutoencoderNames(source.names.compactMap(own))
        return DerivedSource(source) { theirs in
            guard let name = own(theirs), !name.hasPrefix("loss."), !name.hasPrefix("model_ema.")
            else { return [] }
            return [(names.renamed(name) ?? name, .whole)]
        }
    }
}
