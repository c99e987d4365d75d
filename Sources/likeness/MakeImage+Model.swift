import ArgumentParser
import Diffusion
import Foundation

extension MakeImage {
    /// The model that the flags name, if there is room for it.
    func loadModel() throws -> StableDiffusion {
        let parts = try modelParts()
        if let maxMemory {
            let start = try initImage.map(picture)
            try parts.memoryNeed(
                width: width ?? start?.width, height: height ?? start?.height, batch: batch,
                isGuided: (cfgScale ?? 2) > 1,
                dtype: computeType.dtype,
                memory: AutoencoderMemory(slicing: vaeSlicing, tiling: vaeTiling)
            ).check(
                maxMemory,
                advice: (computeType == .fp32 ? "--dtype bf16 halves both, " : "")
                    + "--vae-tiling, --vae-slicing and fewer pixels lessen the work")
        }
        return try StableDiffusion(parts, dtype: computeType.dtype, device: device)
    }

    /// What the model is put together from: a folder, a single file, or the shipped one.
    private func modelParts() throws -> StableDiffusionParts {
        let path = try StoredModels.path(ShippedModel.folder(model), for: "--model")
        guard isFile(path) else {
            guard vae == nil, tokenizer == nil else {
                throw CommandError(
                    "--vae and --tokenizer: expected a --model in a single file, found a folder, "
                        + "which has its own", code: Failure.badInput)
            }
            let folder = try DiffusersFolder(path, variant: variant)
            guard model != "miniature" || folder.has("unet") else {
                throw CommandError(
                    "--model miniature: expected its base, the network that makes pictures, found "
                        + "none; `likeness train miniature --from \(path)` trains it",
                    code: Failure.unavailable)
            }
            return try StableDiffusionParts(folder, unet: otherUNet())
        }
        let file = try SingleFile(path, variant: variant)
        guard let words = tokenizer ?? HuggingFaceCache().tokenizer() else {
            throw CommandError(
                "\(path): expected CLIP's vocabulary, which single files leave out, and found none "
                    + "in Hugging Face's cache; name a tokenizer folder of any SD1.5 or SDXL model "
                    + "with --tokenizer", code: Failure.unavailable)
        }
        let factor = file.isXL ? 0.13025 : 0.18215
        let autoencoder = try vae.map { name in
            let path = try StoredModels.path(name, for: "--vae")
            return isFile(path)
                ? try SingleNetwork(autoencoder: path, scalingFactor: factor).files
                : ModelFolder(path, variant: variant).files
        }
        return try StableDiffusionParts(
            file, tokenizer: words, autoencoder: autoencoder, unet: otherUNet())
    }

    /// The UNet that --unet names.
    private func otherUNet() throws -> NetworkFiles? {
        try unet.map { name in
            let path = try StoredModels.path(name, for: "--unet")
            return isFile(path)
                ? try SingleNetwork(unet: path).files : ModelFolder(path, variant: variant).files
        }
    }

    /// A word that a file teaches: `FILE` or `FILE=WORD`.
    func taughtWord(_ text: String) throws -> WordEmbedding {
        let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
        let path = try StoredModels.path(parts.first ?? text, for: "--embedding")
        return try WordEmbedding(path, word: parts.count > 1 ? parts[1] : nil)
    }

    /// A ControlNet's folder or single file.
    func controlNet(_ name: String) throws -> ControlNet {
        let path = try StoredModels.path(name, for: "--control")
        let files =
            isFile(path) ? try SingleNetwork(controlNet: path).files : ModelFolder(path).files
        return try files.controlNet(dtype: computeType.dtype, device: device).network
    }

    private func isFile(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
            && !isFolder.boolValue
    }
}
