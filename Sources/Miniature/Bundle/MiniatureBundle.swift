import Checkpoints
import Diffusion
import Faces
import Foundation
import Layers
import Torch

/// The folder of the miniature models: a diffusers pipeline with two recognisers and a detector.
///
/// ```
/// model_index.json  scheduler/  tokenizer/  text_encoder/  image_encoder/  vae/  unet/
/// recogniser_a/  recogniser_b/  detector/  README.md
/// ```
public enum MiniatureBundle {
    /// Where the shipped models are: beside the program's checkout, or installed with it.
    ///
    /// - Returns: the folder, or nil if this program came without it.
    public static func shipped() -> String? {
        let program = URL(fileURLWithPath: CommandLine.arguments.first ?? "")
            .resolvingSymlinksInPath().deletingLastPathComponent().path
        let named = ProcessInfo.processInfo.environment["LIKENESS_MODELS"].map {
            ["\($0)/miniature"]
        }
        let places =
            (named ?? []) + [
                "Models/miniature", "\(program)/../../../Models/miniature",
                "\(program)/../share/likeness/Models/miniature",
            ]
        return places.first {
            FileManager.default.fileExists(atPath: "\($0)/model_index.json")
        }
    }

    /// A network of the bundle: where it goes, its configuration and weights.
    struct Part {
        let folder: String
        let configuration: String
        let weightsName: String
        let weights: [String: Tensor]
    }

    /// Where a stage's weights are in a bundle.
    struct Place {
        let stage: MiniatureStage
        let folder: String
        let weightsName: String
        /// Of their names within the stage's; empty for none.
        let prefix: String

        init(
            _ stage: MiniatureStage, _ folder: String, _ weightsName: String = "model.safetensors",
            under prefix: String = ""
        ) {
            (self.stage, self.folder) = (stage, folder)
            (self.weightsName, self.prefix) = (weightsName, prefix)
        }
    }

    /// All of them.
    static let places: [Place] = {
        let diffusion = "diffusion_pytorch_model.safetensors"
        return [
            Place(.autoencoder, "vae", diffusion), Place(.base, "unet", diffusion),
            Place(.clip, "text_encoder", under: "text"),
            Place(.clip, "image_encoder", under: "vision"),
            Place(.recogniserA, "recogniser_a", under: "backbone"),
            Place(.recogniserB, "recogniser_b", under: "backbone"),
            Place(.detector, "detector"), Place(.matching, "ic_portrait/matching", diffusion),
            Place(.appearance, "ic_portrait/appearance", diffusion),
        ]
    }()

    /// Writes a bundle; the folder appears complete or not at all.
    ///
    /// - Parameters:
    ///   - path: the folder; an older bundle of this name is replaced.
    ///   - parts: its networks.
    ///   - files: its other files, by their path within it.
    ///   - dtype: of floating-point weights; statistics of batch norms stay float32.
    /// - Throws: `CheckpointError`, `TorchError`.
    static func write(
        to path: String, parts: [Part], files: [String: String], dtype: DType
    ) throws {
        let manager = FileManager.default
        let parent = pathParts(path).folder
        try manager.createDirectory(atPath: parent, withIntermediateDirectories: true)
        try AtomicFolder.write(to: path, replacing: true) { folder in
            for part in parts {
                let own = "\(folder)/\(part.folder)"
                try manager.createDirectory(atPath: own, withIntermediateDirectories: true)
                try AtomicFile.write(Array(part.configuration.utf8), to: "\(own)/config.json")
                let weights = try part.weights.mapValues { tensor in
                    try tensor.dtype == .float32 ? tensor.to(dtype) : tensor
                }
                let kept = part.weights.filter { $0.key.contains("running_") }
                try SafetensorsWriter.write(
                    weights.merging(kept) { _, own in own }, metadata: ["format": "pt"],
                    to: "\(own)/\(part.weightsName)")
            }
            for (name, text) in files.sorted(by: { $0.key < $1.key }) {
                let target = "\(folder)/\(name)"
                try manager.createDirectory(
                    atPath: pathParts(target).folder, withIntermediateDirectories: true)
                try AtomicFile.write(Array(text.utf8), to: target)
            }
        }
    }
}
