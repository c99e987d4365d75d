import Diffusion
import Foundation

/// A folder that is one model: a pipeline, or a network with its configuration.
struct StoredFolder {
    let kind: String
    let flag: String?
    let refusal: String?

    /// nil if the folder is no model, or the path no folder.
    init?(_ path: String) {
        if Self.has(path, "model_index.json") {
            self.init(pipeline: path)
        } else if let type = Self.configuration(path) {
            self.init(network: type)
        } else {
            return nil
        }
    }

    /// Whether a folder is one model, without reading its configuration.
    static func isModel(_ path: String, _ names: [String]) -> Bool {
        names.contains("model_index.json")
            || names.contains("config.json") && names.contains(where: isWeights)
    }

    /// Whether a file in such a folder is the model's own.
    static func isWeights(_ name: String) -> Bool {
        let starts = ["model", "pytorch_model", "diffusion_pytorch_model", "open_clip"]
        return starts.contains {
            name == $0 || name.hasPrefix("\($0).") || name.hasPrefix("\($0)-")
        }
            && WeightFiles.isOne(name)
    }

    private init(pipeline path: String) {
        guard let folder = try? DiffusersFolder(path) else {
            self.init(
                kind: "a pipeline with an index that cannot be read", flag: nil,
                refusal: "its model_index.json is damaged")
            return
        }
        let name = folder.index.className
        let unet = folder.index.components["unet"]?.className
        guard unet == NetworkKind.unet.rawValue, folder.has("text_encoder"), folder.has("vae")
        else {
            self.init(
                kind: name, flag: nil, refusal: "only pipelines of SD1.5 and SDXL are offered")
            return
        }
        let isXL = folder.has("text_encoder_2")
        self.init(kind: "\(name), \(isXL ? "SDXL" : "SD1.5")", flag: "--model", refusal: nil)
    }

    private init(network type: String) {
        switch NetworkKind(rawValue: type) {
        case .unet: self.init(kind: type, flag: "--unet", refusal: nil)
        case .controlNet: self.init(kind: type, flag: "--control", refusal: nil)
        case .autoencoder: self.init(kind: type, flag: "--vae", refusal: nil)
        case .clipVision, .clipResNet: self.init(kind: type, flag: "--image-encoder", refusal: nil)
        case .clipText, .clipTextWithProjection, .latentControlNet:
            self.init(kind: type, flag: nil, refusal: nil)
        case nil: self.init(kind: type, flag: nil, refusal: "no command takes it")
        }
    }

    private init(kind: String, flag: String?, refusal: String?) {
        (self.kind, self.flag, self.refusal) = (kind, flag, refusal)
    }

    private static func has(_ path: String, _ name: String) -> Bool {
        FileManager.default.fileExists(atPath: "\(path)/\(name)")
    }

    /// The class that a `config.json` names.
    private static func configuration(_ path: String) -> String? {
        guard let data = FileManager.default.contents(atPath: "\(path)/config.json"),
            data.count < 1 << 22,
            let object = try? JSONSerialization.jsonObject(with: data) as? [String: Any]
        else { return nil }
        return object["_class_name"] as? String
            ?? (object["architectures"] as? [String])?.first
            ?? object["model_type"] as? String ?? "a network"
    }
}
