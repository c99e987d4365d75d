/// `config.json` of diffusers' `ControlNetModel`.
public struct ControlNetConfiguration: Hashable, Sendable {
    /// Channels of the condition picture.
    public var conditioningChannels: Int
    /// Channels of the condition's embedding, from the picture's size down to the latents'.
    public var conditioningEmbeddingOutChannels: [Int]
    /// The condition's channels are taken in reverse.
    public var isBGR: Bool
    /// Residuals are averaged over each map (used with global conditions).
    public var globalPoolConditions: Bool
    var layout: UNetLayout

    /// Reads a file.
    ///
    /// - Throws: ``DiffusionError`` that names every missing, unknown and unsupported key.
    public init(_ file: ConfigurationFile) throws {
        layout = UNetLayout(file)
        conditioningChannels = file.read("conditioning_channels", default: 3)
        conditioningEmbeddingOutChannels = file.read(
            "conditioning_embedding_out_channels", default: [16, 32, 96, 256])
        let order = file.expect(
            "controlnet_conditioning_channel_order", oneOf: ["rgb", "bgr"])
        isBGR = order == "bgr"
        globalPoolConditions = file.read("global_pool_conditions", default: false)
        if conditioningEmbeddingOutChannels.isEmpty {
            file.report("conditioning_embedding_out_channels: expected channels, found none")
        }
        try file.finish()
    }
}
