import Checkpoints
import Diffusion
import Foundation
import Layers
import Torch

/// A folder of one of the two nets: `config.json` with the keys of the UNet that was copied, and
/// `diffusion_pytorch_model.safetensors` with the names of diffusers' `ControlNetModel`, but
/// `latent_cond_in` for its picture's embedding.
public enum NetFolder {
    /// Writes a trained net; the folder appears complete or not at all, in the place of an older one.
    ///
    /// - Parameters:
    ///   - weights: by name.
    ///   - base: the UNet's folder.
    ///   - path: the folder to write.
    /// - Throws: ``ICPortraitError`` for a base without a readable configuration; `CheckpointError`,
    ///   `TorchError`.
    public static func write(_ weights: [String: Tensor], base: ModelFolder, to path: String) throws
    {
        guard let text = try? String(contentsOfFile: "\(base.path)/config.json", encoding: .utf8),
            case .object(let members)? = try? JSONValue(Array(text.utf8))
        else {
            throw ICPortraitError("\(base.path)/config.json: expected a UNet's configuration.")
        }
        let own = JSONValue.object(members).with([
            "_class_name": .string(NetworkKind.latentControlNet.rawValue)
        ])
        try AtomicFolder.write(to: path, replacing: true) { folder in
            try AtomicFile.write(Array((own.text + "\n").utf8), to: "\(folder)/config.json")
            try SafetensorsWriter.write(
                weights, metadata: ["format": "pt"],
                to: "\(folder)/diffusion_pytorch_model.safetensors")
        }
    }

    /// Copies a net's folder, unless it is that already; an older one is replaced.
    ///
    /// - Throws: ``ICPortraitError`` for a folder that cannot be read; `CheckpointError`.
    public static func copy(_ net: String, to path: String) throws {
        func place(_ path: String) -> String {
            URL(fileURLWithPath: path).standardizedFileURL.resolvingSymlinksInPath().path
        }
        guard place(net) != place(path) else { return }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: net)) ?? []
        guard names.contains("config.json") else {
            throw ICPortraitError("\(net): expected a net's folder, found no config.json in it.")
        }
        try AtomicFolder.write(to: path, replacing: true) { folder in
            for name in names where !name.hasPrefix(".") {
                try FileManager.default.copyItem(
                    atPath: "\(net)/\(name)", toPath: "\(folder)/\(name)")
            }
        }
    }

    /// Writes a net as diffusers' `ControlNetModel`; see ``ControlNetExport``.
    ///
    /// - Parameters:
    ///   - net: a folder that ``write(_:base:to:)`` wrote.
    ///   - path: the folder to write.
    ///   - replacing: whether an existing folder may be replaced.
    /// - Throws: `DiffusionError`, ``ICPortraitError``, `CheckpointError`, `TorchError`.
    public static func export(_ net: String, to path: String, replacing: Bool = false) throws {
        let folder = ModelFolder(net)
        let loaded = try folder.latentControlNet()
        let text = try String(contentsOfFile: "\(net)/config.json", encoding: .utf8)
        let configuration = try ControlNetExport.configuration(
            base: text, conditionChannels: loaded.network.configuration.inChannels)
        let tensors = try ControlNetExport.tensors(loaded.store)
        try AtomicFolder.write(to: path, replacing: replacing) { target in
            try AtomicFile.write(Array(configuration.utf8), to: "\(target)/config.json")
            try SafetensorsWriter.write(
                tensors, metadata: ["format": "pt"],
                to: "\(target)/diffusion_pytorch_model.safetensors")
        }
    }
}
