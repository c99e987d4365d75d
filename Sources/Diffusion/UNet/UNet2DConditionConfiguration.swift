/// `config.json` of diffusers' `UNet2DConditionModel`.
///
/// Supported: levels of `DownBlock2D`/`CrossAttnDownBlock2D` and their mirror images, one or many
/// heads, depths and layers a level, both projections, SDXL's `text_time` conditions.
public struct UNet2DConditionConfiguration: Hashable, Sendable {
    /// Channels of the output; those of the noise.
    public var outChannels: Int
    /// Latents are taken to -1...1 first; no published model does.
    public var centerInputSample: Bool
    /// Side of the last convolution's kernel, odd.
    public var convOutKernel: Int
    /// Latent side that the model was trained for; the default size of a picture is 8 times it.
    public var sampleSize: Int?
    var layout: UNetLayout

    /// Channels of the input: 4, or 9 where a mask and a masked picture join (inpainting).
    public var inChannels: Int { layout.inChannels }
    /// Channels of the text, at the deepest level.
    public var crossAttentionDim: Int { layout.contextChannels.last ?? 0 }
    /// Whether it follows a guidance scale by itself, in one look (`time_cond_proj_dim`): latent
    /// consistency models.
    public var takesGuidance: Bool { layout.guidanceChannels != nil }
    /// Whether SDXL's added conditions are expected.
    public var takesAddedConditions: Bool { layout.added != nil }

    /// Reads a file.
    ///
    /// - Throws: ``DiffusionError`` that names every missing, unknown and unsupported key.
    public init(_ file: ConfigurationFile) throws {
        layout = UNetLayout(file)
        layout.readUpPath(file)
        outChannels = file.read("out_channels", default: 4)
        centerInputSample = file.read("center_input_sample", default: false)
        convOutKernel = file.read("conv_out_kernel", default: 3)
        let size: PerBlock<Int>? = file.read("sample_size", default: nil)
        if case .one(let side)? = size { sampleSize = side } else { sampleSize = nil }
        file.expect("resnet_skip_time_act", false)
        file.expect("resnet_out_scale_factor", 1.0)
        file.expect("dual_cross_attention", false)
        file.expect("time_embedding_type", "positional")
        file.expect("attention_type", "default")
        file.expect("class_embeddings_concat", false)
        layout.guidanceChannels = file.read("time_cond_proj_dim", default: nil)
        for key in ["time_embedding_act_fn", "timestep_post_act", "cross_attention_norm"] {
            file.expect(key, String?.none)
        }
        file.ignore("mid_block_only_cross_attention")
        try file.finish()
    }
}
