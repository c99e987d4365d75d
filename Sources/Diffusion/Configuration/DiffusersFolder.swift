import Checkpoints
import Foundation

/// A pipeline folder as diffusers saves it: `model_index.json` and a folder per component.
///
/// ```swift
/// let folder = try DiffusersFolder("stable-diffusion-v1-5", variant: "fp16")
/// let unet = try folder.component("unet")
/// let configuration = try UNetConfiguration(unet.configuration())
/// let weights = try unet.openWeights()
/// ```
public struct DiffusersFolder: Sendable {
    /// Where it is.
    public let path: String
    /// The preferred kind of weights, such as `fp16`; nil for the plain files.
    public let variant: String?
    /// The components.
    public let index: ModelIndex

    /// Opens a folder.
    ///
    /// - Parameters:
    ///   - path: the folder that holds `model_index.json`.
    ///   - variant: `fp16` where smaller files are preferred; see ``ModelFolder/weights()``.
    /// - Throws: ``DiffusionError`` if there is no index, or it is not one.
    public init(_ path: String, variant: String? = nil) throws {
        (self.path, self.variant) = (path, variant)
        let file = "\(path)/model_index.json"
        guard FileManager.default.fileExists(atPath: file) else {
            throw DiffusionError(
                "\(path): expected a pipeline folder with a model_index.json, found none; name "
                    + "the folder that diffusers' save_pretrained wrote")
        }
        index = try ModelIndex(file)
    }

    /// Whether the pipeline has this component.
    public func has(_ name: String) -> Bool { index.components[name] != nil }

    /// The folder of a component.
    ///
    /// - Parameters:
    ///   - name: such as `unet`, `vae`, `text_encoder_2`, `tokenizer`, `scheduler`.
    ///   - classes: the classes that the caller can read, if it matters.
    /// - Returns: the folder, with this pipeline's variant.
    /// - Throws: ``DiffusionError`` if the pipeline has none of this name, or of another class.
    public func component(_ name: String, as classes: String...) throws -> ModelFolder {
        guard let component = index.components[name] else {
            let names = index.components.keys.sorted()
            throw DiffusionError(
                "\(path)/model_index.json: expected a component named \(quoted(name)), found "
                    + "\(names.isEmpty ? "none at all" : listed(names)); use a pipeline that has "
                    + "it")
        }
        guard classes.isEmpty || classes.contains(component.className) else {
            throw DiffusionError(
                "\(path)/model_index.json: expected \(name) to be a "
                    + "\(classes.joined(separator: " or ")), found "
                    + "\(shortened(component.className)); use a pipeline that has one")
        }
        return ModelFolder("\(path)/\(name)", variant: variant)
    }
}
