import Checkpoints
import Layers
import Torch

/// One network in a file of its own, without a configuration: an autoencoder, a UNet or a ControlNet, in
/// the original names or in today's. What it is follows from its tensors.
public struct SingleNetwork {
    /// Where it is.
    public let path: String
    /// Its configuration and weights.
    public let files: NetworkFiles

    /// An autoencoder such as `vae-ft-mse-840000-ema-pruned.safetensors`.
    ///
    /// - Parameters:
    ///   - path: a safetensors or torch file; a whole checkpoint does, too.
    ///   - scalingFactor: of the model it will be used with, which the file does not tell.
    /// - Throws: ``DiffusionError`` that says what the file is, if it is none; `CheckpointError`.
    public init(autoencoder path: String, scalingFactor: Double) throws {
        let (reader, shapes) = try Self.open(path)
        let start =
            shapes["first_stage_model.decoder.conv_in.weight"] != nil
            ? "first_stage_model." : ""
        guard let first = shapes[start + "encoder.conv_in.weight"],
            shapes[start + "decoder.conv_in.weight"] != nil
        else { throw Self.other(path, "an autoencoder", shapes) }
        let sizes: Sizes = first[0] == Sizes.tiny.vaeChannels[0] ? .tiny : .published
        let json = sizes.autoencoder(side: 512, scale: scalingFactor)
        let source = SingleFile.autoencoder(Checkpoint(reader)) { name in
            name.hasPrefix(start) ? String(name.dropFirst(start.count)) : nil
        }
        self.init(path, json, source)
    }

    /// A UNet such as `sdxl_lightning_4step_unet.safetensors`.
    ///
    /// - Parameter path: a safetensors or torch file; a whole checkpoint does, too.
    /// - Throws: ``DiffusionError`` that says what the file is, if it is none; `CheckpointError`.
    public init(unet path: String) throws {
        let (reader, shapes) = try Self.open(path)
        let start =
            shapes["model.diffusion_model.input_blocks.0.0.weight"] != nil
            ? "model.diffusion_model." : ""
        let isToday = shapes["conv_in.weight"] != nil
        let input = shapes[isToday ? "conv_in.weight" : start + "input_blocks.0.0.weight"]
        guard let input, input.count == 4,
            shapes[isToday ? "conv_out.weight" : start + "out.2.weight"] != nil
        else { throw Self.other(path, "a UNet", shapes) }
        let isXL =
            shapes[isToday ? "add_embedding.linear_1.weight" : start + "label_emb.0.0.weight"]
            != nil
        let sizes: Sizes = input[0] == Sizes.tiny.sd15UNet.channels[0] ? .tiny : .published
        var json =
            isXL
            ? sizes.sdxlDenoiser(inChannels: input[1]) : sizes.sd15Denoiser(inChannels: input[1])
        if let guidance = shapes["time_embedding.cond_proj.weight"]?.last {
            json = json.with(["time_cond_proj_dim": .number("\(guidance)")])
        }
        let source = Checkpoint(reader)
        self.init(path, json, isToday ? source : Self.today(source, start))
    }

    /// A ControlNet such as `control_v11p_sd15_canny.pth`.
    ///
    /// - Throws: ``DiffusionError`` that says what the file is, if it is none; `CheckpointError`.
    public init(controlNet path: String) throws {
        let (reader, shapes) = try Self.open(path)
        let source = Checkpoint(reader)
        let start = shapes["control_model.input_blocks.0.0.weight"] != nil ? "control_model." : ""
        let isToday = shapes["controlnet_cond_embedding.conv_in.weight"] != nil
        guard isToday || shapes[start + "input_hint_block.0.weight"] != nil,
            let first = shapes[isToday ? "conv_in.weight" : start + "input_blocks.0.0.weight"]
        else { throw Self.other(path, "a ControlNet", shapes) }
        let isXL =
            shapes[isToday ? "add_embedding.linear_1.weight" : start + "label_emb.0.0.weight"]
            != nil
        let sizes: Sizes = first[0] == Sizes.tiny.sd15UNet.channels[0] ? .tiny : .published
        let json = sizes.controlNet(
            isXL ? sizes.sdxlDenoiser(inChannels: 4) : sizes.sd15Denoiser(inChannels: 4))
        self.init(path, json, isToday ? source : Self.today(source, start))
    }

    /// Tensors of the original names under today's; what lies outside `start` is left out, since some files
    /// carry the rest of the checkpoint that the network belongs to.
    private static func today(_ source: Checkpoint, _ start: String) -> DerivedSource {
        func own(_ name: String) -> String? {
            name.hasPrefix(start) ? String(name.dropFirst(start.count)) : nil
        }
        let names = LDMNames(source.names.compactMap(own))
        return DerivedSource(source) { theirs in
            own(theirs).map { [(names.renamed($0) ?? $0, .whole)] } ?? []
        }
    }

    private init(_ path: String, _ configuration: JSONValue, _ source: any ParameterSource) {
        self.path = path
        let text = configuration.text
        files = NetworkFiles(
            path: path,
            configuration: { try ConfigurationFile(bytes: Array(text.utf8), from: path) },
            weights: { (source, path, nil) })
    }

    private static func open(_ path: String) throws -> (any CheckpointReader, [String: [Int]]) {
        let reader = try openCheckpoint(path)
        let shapes = Dictionary(
            reader.entries.map { ($0.name, $0.shape) }, uniquingKeysWith: { first, _ in first })
        if let foreign = ForeignModel(shapes) { throw foreign.error(path) }
        return (reader, shapes)
    }

    private static func other(_ path: String, _ wanted: String, _ shapes: [String: [Int]])
        -> DiffusionError
    {
        let kind = CheckpointKind.guess(shapes)?.description
        return DiffusionError(
            "\(path): expected \(wanted), found "
                + "\(kind ?? "a file of \(shapes.count) tensors that is none of the kinds known"); "
                + "name another file, or a folder with a config.json.")
    }
}
