import Torch

extension StableDiffusionParts {
    /// What the autoencoder computes in: SDXL's overflows in float16.
    func autoencoderType(_ dtype: DType) throws -> DType {
        guard dtype == .float16 else { return dtype }
        let upcasts =
            try autoencoderNeedsFloat32
            || AutoencoderKLConfiguration(autoencoder().configuration()).forceUpcast
        return upcasts ? .float32 : dtype
    }

    /// What a request takes at most when encoders are given back before the first step and the UNet
    /// after the last; ControlNets and adapters are not counted.
    ///
    /// - Parameters:
    ///   - width: pixels; the model's own size if nil.
    ///   - height: pixels; the model's own size if nil.
    ///   - batch: pictures.
    ///   - isGuided: whether every step looks twice.
    ///   - dtype: the networks compute in it.
    ///   - memory: how the autoencoder spends it.
    /// - Returns: loading, denoising, decoding.
    /// - Throws: ``DiffusionError``, `CheckpointError` for parts that are missing or broken.
    public func memoryNeed(
        width: Int? = nil, height: Int? = nil, batch: Int = 1, isGuided: Bool = true,
        dtype: DType = .float32, memory: AutoencoderMemory = AutoencoderMemory()
    ) throws -> MemoryNeed {
        let (denoiser, decoder) = try (unet(), autoencoder())
        let shape = try UNet2DConditionConfiguration(denoiser.configuration())
        let vae = try AutoencoderKLConfiguration(decoder.configuration())
        let decoding = try autoencoderType(dtype)
        let own = (shape.sampleSize ?? 64) * vae.downFactor
        let (width, height) = (width ?? own, height ?? own)
        let vaeWeights = try decoder.byteCount(dtype: decoding)
        let weights = try vaeWeights + denoiser.byteCount(dtype: dtype)
        let encoders = try (text.map(\.files) + [imageEncoder].compactMap { $0 })
            .reduce(0) { try $0 + $1().byteCount(dtype: dtype) }
        return MemoryNeed([
            .init("loading", weights: weights + encoders, work: 0),
            .init(
                "denoising", weights: weights,
                work: shape.passBytes(
                    height: height / vae.downFactor, width: width / vae.downFactor,
                    batch: batch * (isGuided ? 2 : 1), dtype: dtype)),
            .init(
                "decoding", weights: vaeWeights,
                work: vae.decodingBytes(
                    height: height, width: width, batch: batch, dtype: decoding, memory: memory)),
        ])
    }
}
