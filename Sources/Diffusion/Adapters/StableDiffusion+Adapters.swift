import Layers
import Torch

extension StableDiffusion {
    /// The networks that adapter files change, by their names there.
    public var adaptedNetworks: [AdaptedNetwork] {
        [AdaptedNetwork("unet", unet.store)]
            + zip(["text_encoder", "text_encoder_2"], textEncoders).map { name, encoder in
                AdaptedNetwork(name, encoder.model.store, layers: AdaptedNetwork.textAttention)
            }
    }

    /// Adds a file of low-rank adapters to the weights, in float32. Several add up; each can be taken
    /// out again, exactly.
    ///
    /// - Parameters:
    ///   - path: a file of diffusers, PEFT or kohya's scripts.
    ///   - strength: 1 as trained.
    /// - Returns: the adapters, to take out or to change.
    /// - Throws: ``DiffusionError`` that names what fits no layer; `CheckpointError`, `TorchError`.
    @discardableResult
    public func merge(adapters path: String, strength: Double = 1) throws -> LowRankAdapters {
        guard strength.isFinite, abs(strength) <= 100 else {
            throw DiffusionError(
                "\(path): expected a strength of -100 to 100, found \(strength).")
        }
        let adapters = try LowRankAdapters(path, into: adaptedNetworks, device: device)
        try adapters.setStrength(strength)
        try adapters.merge()
        return adapters
    }
}
