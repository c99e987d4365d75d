import Checkpoints
import Foundation

/// A folder with one model as diffusers or transformers saves it: a configuration and weights.
///
/// A pipeline's component (`unet`, `text_encoder`, …), or a repository of one model (ControlNet).
public struct ModelFolder: Equatable, Sendable {
    /// Where it is.
    public let path: String
    /// The preferred kind of weights, such as `fp16`; nil for the plain files.
    public let variant: String?

    /// Names a folder; nothing is read yet.
    public init(_ path: String, variant: String? = nil) {
        (self.path, self.variant) = (path, variant)
    }

    /// A weight file that was found.
    public struct Weights: Equatable, Sendable {
        /// A safetensors file, an index of several, or a torch file; `openCheckpoint` takes each.
        public let path: String
        /// A sentence if the file is not of the variant asked for; nil if it is.
        public let note: String?
    }

    /// Whether the folder holds a file of this name.
    public func has(_ name: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: "\(path)/\(name)", isDirectory: &isFolder)
            && !isFolder.boolValue
    }

    /// Opens the model's configuration.
    ///
    /// - Returns: `config.json`, or what stands for it in folders of schedulers, image processors
    ///   and tokenizers.
    /// - Throws: ``DiffusionError`` if there is none or it is no JSON object.
    public func configuration() throws -> ConfigurationFile {
        let names = [
            "config.json", "scheduler_config.json", "preprocessor_config.json",
            "tokenizer_config.json",
        ]
        guard let name = names.first(where: has) else {
            throw DiffusionError(
                "\(path): expected a configuration, one of \(listed(names)), found \(contents()); "
                    + "check the folder, or fetch what is missing")
        }
        return try ConfigurationFile("\(path)/\(name)")
    }

    /// Finds the model's weights by diffusers' rules.
    ///
    /// Safetensors before torch files; the variant asked for before the plain files, and those
    /// before `fp16`. Where the first choice is not there, ``Weights/note`` says what was taken.
    ///
    /// - Throws: ``DiffusionError`` listing the names that were looked for.
    public func weights() throws -> Weights {
        var kinds: [String?] = [variant]
        for other in [nil, "fp16"] where !kinds.contains(other) { kinds.append(other) }
        let names = kinds.map { safetensorsNames($0) } + kinds.map { torchNames($0) }
        for (position, names) in names.enumerated() {
            guard let name = names.first(where: has) else { continue }
            let kind = kinds[position % kinds.count]
            return Weights(path: "\(path)/\(name)", note: note(taking: name, of: kind))
        }
        throw DiffusionError(
            "\(path): expected weights, one of \(names.joined().joined(separator: ", ")), found "
                + "\(contents()); check the folder, or fetch what is missing")
    }

    /// Opens the weights that ``weights()`` finds.
    ///
    /// - Throws: ``DiffusionError`` if there are none, `CheckpointError` if they are broken.
    public func openWeights() throws -> any CheckpointReader { try openCheckpoint(weights().path) }

    private func note(taking name: String, of kind: String?) -> String? {
        guard kind != variant else { return nil }
        return "\(path): took \(name), since there are no \(variant ?? "plain") weights"
    }

    /// diffusers looks for an index first, transformers for the single file.
    private func safetensorsNames(_ variant: String?) -> [String] {
        let part = variant.map { ".\($0)" } ?? ""
        let diffusers = "diffusion_pytorch_model", transformers = "model"
        func index(_ name: String) -> [String] {
            // The variant stands before `json`; older files have it before `safetensors`.
            let names = [
                "\(name).safetensors.index\(part).json", "\(name)\(part).safetensors.index.json",
            ]
            return variant == nil ? [names[0]] : names
        }
        return index(diffusers) + ["\(diffusers)\(part).safetensors"]
            + ["\(transformers)\(part).safetensors"] + index(transformers)
    }

    private func torchNames(_ variant: String?) -> [String] {
        let part = variant.map { ".\($0)" } ?? ""
        return ["diffusion_pytorch_model\(part).bin", "pytorch_model\(part).bin"]
    }

    /// What is there instead, for messages.
    private func contents() -> String {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
            return "no such folder"
        }
        return names.isEmpty ? "an empty folder" : listed(names.sorted())
    }
}
