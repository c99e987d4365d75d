import Diffusion
import Foundation

/// A folder in which some program keeps models, and where in it what lies.
public struct ModelTree: Equatable, Sendable {
    /// Whose it is.
    public enum Kind: String, Sendable {
        /// Hugging Face's libraries: `hub/models--ORG--NAME/snapshots/REV`.
        case huggingFace = "Hugging Face"
        /// ComfyUI: `models/checkpoints`, `models/loras`, …
        case comfyUI = "ComfyUI"
        /// A1111's web UI and its relatives: `models/Stable-diffusion`, `embeddings`, …
        case a1111 = "A1111"
        /// Any other folder.
        case folder
    }

    /// A folder of a tree that holds models of one kind.
    struct Shelf: Equatable, Sendable {
        /// As the program calls it: `loras`.
        let name: String
        let path: String
        /// Whether its users leave out the ending of a file's name.
        var dropsEnding = false
    }

    /// Whose it is.
    public let kind: Kind
    /// Where it is.
    public let path: String
    let shelves: [Shelf]

    /// Recognises a folder by what is in it.
    ///
    /// - Throws: ``ModelLibraryError`` if there is no such folder, or its `extra_model_paths.yaml` is
    ///   broken.
    public init(_ path: String) throws {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder),
            isFolder.boolValue
        else {
            throw ModelLibraryError("\(path): expected a folder of models, found none.")
        }
        let names = Set((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [])
        func holds(_ folder: String) -> Bool {
            FileManager.default.fileExists(atPath: "\(path)/\(folder)")
        }
        self.path = path
        if names.contains(where: { $0.hasPrefix("models--") }) {
            (kind, shelves) = (.huggingFace, [])
        } else if holds("models/Stable-diffusion") {
            kind = .a1111
            shelves = Self.a1111(path)
        } else if holds("models/checkpoints") || names.contains("extra_model_paths.yaml") {
            kind = .comfyUI
            let extra = "\(path)/extra_model_paths.yaml"
            shelves =
                Self.comfyUI("\(path)/models")
                + (holds("extra_model_paths.yaml") ? try ExtraModelPaths(extra).shelves : [])
        } else if names.contains("checkpoints") || names.contains("loras") {
            kind = .comfyUI
            shelves = Self.comfyUI(path)
        } else {
            kind = .folder
            shelves = [Shelf(name: "", path: path)]
        }
    }

    /// Hugging Face's cache, where its libraries look for it.
    public init(_ cache: HuggingFaceCache) {
        (kind, path, shelves) = (.huggingFace, cache.path, [])
    }

    /// ComfyUI's folders of models; two names for one kind are both looked into.
    static let comfyShelves = [
        "checkpoints", "loras", "vae", "text_encoders", "clip", "diffusion_models", "unet",
        "controlnet", "clip_vision", "embeddings", "ipadapter", "diffusers", "hypernetworks",
        "style_models", "upscale_models", "photomaker", "gligen", "insightface", "instantid",
    ]

    private static func comfyUI(_ models: String) -> [Shelf] {
        comfyShelves.map { Shelf(name: $0, path: "\(models)/\($0)") }
    }

    private static func a1111(_ root: String) -> [Shelf] {
        [
            Shelf(name: "Stable-diffusion", path: "\(root)/models/Stable-diffusion"),
            Shelf(name: "Lora", path: "\(root)/models/Lora", dropsEnding: true),
            Shelf(name: "Lora", path: "\(root)/models/LyCORIS", dropsEnding: true),
            Shelf(name: "VAE", path: "\(root)/models/VAE"),
            Shelf(name: "ControlNet", path: "\(root)/models/ControlNet", dropsEnding: true),
            Shelf(
                name: "ControlNet", path: "\(root)/extensions/sd-webui-controlnet/models",
                dropsEnding: true),
            Shelf(name: "embeddings", path: "\(root)/embeddings", dropsEnding: true),
            Shelf(name: "hypernetworks", path: "\(root)/models/hypernetworks", dropsEnding: true),
            Shelf(name: "ESRGAN", path: "\(root)/models/ESRGAN", dropsEnding: true),
            Shelf(name: "RealESRGAN", path: "\(root)/models/RealESRGAN", dropsEnding: true),
            Shelf(name: "GFPGAN", path: "\(root)/models/GFPGAN"),
            Shelf(name: "Codeformer", path: "\(root)/models/Codeformer"),
        ]
    }
}

/// What is wrong with a tree of models or with a name in it, in one sentence.
public struct ModelLibraryError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The sentence.
    public let description: String

    init(_ description: String) { self.description = description }
}
