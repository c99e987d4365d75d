import Diffusion
import Torch

extension PortraitModel {
    /// What a portrait takes at most: all networks stay, as rounds and people follow each other.
    ///
    /// - Parameters:
    ///   - folder: of the base.
    ///   - nets: the folder of both nets; `ic_portrait` in the base's if nil.
    ///   - isGuided: whether a recogniser guides, for which the decoder's gradient is taken.
    ///   - dtype: of all networks.
    /// - Returns: denoising and decoding.
    /// - Throws: ``ICPortraitError``, `DiffusionError`, `CheckpointError` for parts that are missing
    ///   or broken.
    public static func memoryNeed(
        _ folder: DiffusersFolder, nets: String? = nil, isGuided: Bool = false,
        dtype: DType = .float32
    ) throws -> MemoryNeed {
        let nets = try checked(nets, of: folder)
        let (unet, vae) = try (folder.component("unet"), folder.component("vae"))
        let weights = try [
            unet, vae, folder.component("image_encoder"), ModelFolder("\(nets)/matching"),
            ModelFolder("\(nets)/appearance"),
        ].reduce(0) { try $0 + $1.files.byteCount(dtype: dtype) }
        let shape = try UNet2DConditionConfiguration(unet.configuration())
        let decoder = try AutoencoderKLConfiguration(vae.configuration())
        let latents = shape.sampleSize ?? 64
        let side = latents * decoder.downFactor
        // The appearance net's residuals stay while the base runs: as many values as its skips.
        let pass = shape.passBytes(height: latents, width: 2 * latents, batch: 2, dtype: dtype)
        let guiding =
            isGuided ? decoder.decodingGradientBytes(height: side, width: side, dtype: dtype) : 0
        return MemoryNeed([
            .init("denoising", weights: weights, work: max(2 * pass, guiding)),
            .init(
                "decoding", weights: weights,
                work: decoder.decodingBytes(
                    height: side, width: side, batch: 1, dtype: dtype,
                    memory: AutoencoderMemory())),
        ])
    }
}
