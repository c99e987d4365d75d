/// `config.json` of diffusers' `AutoencoderKL`.
public struct AutoencoderKLConfiguration: Hashable, Sendable {
    /// Channels of a picture.
    public var inChannels: Int
    /// Channels of a decoded picture.
    public var outChannels: Int
    /// From the picture's size down.
    public var blockOutChannels: [Int]
    /// Resnets a level when encoding; one more when decoding.
    public var layersPerBlock: Int
    /// Channels of a latent.
    public var latentChannels: Int
    /// Groups of every normalisation.
    public var normNumGroups: Int
    /// Latents times this have about unit variance: 0.18215 in SD1.5, 0.13025 in SDXL.
    public var scalingFactor: Double
    /// Subtracted from latents before they are scaled; nil in SD1.5 and SDXL.
    public var shiftFactor: Double?
    /// A side in pixels; what tiles are measured by.
    public var sampleSize: Int
    /// The published weights overflow in float16, so they are computed in float32 (SDXL).
    public var forceUpcast: Bool
    /// Whether 1x1 convolutions stand around the latents.
    public var useQuantConv: Bool
    /// The same, before decoding.
    public var usePostQuantConv: Bool
    /// Whether the middle blocks attend.
    public var midBlockAddAttention: Bool

    /// Pixels a latent's side stands for.
    public var downFactor: Int { 1 << (blockOutChannels.count - 1) }

    /// Reads a file.
    ///
    /// - Throws: ``DiffusionError`` that names every missing, unknown and unsupported key.
    public init(_ file: ConfigurationFile) throws {
        inChannels = file.read("in_channels", default: 3)
        outChannels = file.read("out_channels", default: 3)
        blockOutChannels = file.read("block_out_channels", default: [64])
        layersPerBlock = file.read("layers_per_block", default: 1)
        latentChannels = file.read("latent_channels", default: 4)
        normNumGroups = file.read("norm_num_groups", default: 32)
        scalingFactor = file.read("scaling_factor", default: 0.18215)
        shiftFactor = file.read("shift_factor", default: nil)
        sampleSize = file.read("sample_size", default: 32)
        forceUpcast = file.read("force_upcast", default: true)
        useQuantConv = file.read("use_quant_conv", default: true)
        usePostQuantConv = file.read("use_post_quant_conv", default: true)
        midBlockAddAttention = file.read("mid_block_add_attention", default: true)
        let count = blockOutChannels.count
        file.expect("down_block_types", Array(repeating: "DownEncoderBlock2D", count: count))
        file.expect("up_block_types", Array(repeating: "UpDecoderBlock2D", count: count))
        file.expect("act_fn", "silu")
        file.expect("latents_mean", [Double]?.none)
        file.expect("latents_std", [Double]?.none)
        if blockOutChannels.isEmpty {
            file.report("block_out_channels: expected at least one level of channels, found none")
        }
        for channels in blockOutChannels
        where normNumGroups < 1 || !channels.isMultiple(of: normNumGroups) {
            file.report(
                "norm_num_groups: expected a divisor of \(channels) channels, "
                    + "found \(normNumGroups)")
        }
        try file.finish()
    }
}
