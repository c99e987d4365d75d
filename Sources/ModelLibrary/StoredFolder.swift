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
        let folder: DiffusersFolder
        do { folder = try DiffusersFolder(path) } catch {
            self.init(
                kind: "a pipeline", flag: nil,
                refusal: "\(error)".replacing("\(path)/", with: ""))
            return
        }
        let name = folder.index.className
        let parts = folder.index.components
        let texts = ["text_encoder", "text_encoder_2"].compactMap { parts[$0]?.className }
        let known = [NetworkKind.clipText, .clipTextWithProjection].map(\.rawValue)
        let unet = try? folder.component("unet").configuration()
        let inputs: Int = unet?.read("in_channels", default: 4) ?? 4
        let width: Int = unet?.read("cross_attention_dim", default: 0) ?? 0
        guard parts["unet"]?.className == NetworkKind.unet.rawValue, folder.has("vae"),
            !texts.isEmpty, texts.allSatisfy(known.contains), [4, 9].contains(inputs),
            width != 1024
        else {
            self.init(
                kind: name, flag: nil,
                refusal: width == 1024
                    ? "it is of Stable Diffusion 2.x, which is not built here"
                    : "only pipelines of SD1.5 and SDXL are offered")
            return
        }
        self.init(
            kind: "\(name), \(texts.count > 1 ? "SDXL" : "SD1.5")", flag: "--model", refusal: nil)
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
