/// How a UNet's or ControlNet's published `config.json` becomes a layout.
extension UNetLayout {
    /// Reads the keys that both kinds share; faults go to the file's report.
    init(_ file: ConfigurationFile) {
        self.init()
        inChannels = file.read("in_channels", default: 4)
        blockOutChannels = file.read("block_out_channels", default: [320, 640, 1280, 1280])
        if blockOutChannels.isEmpty || blockOutChannels.contains(where: { $0 < 1 }) {
            file.report(
                "block_out_channels: expected at least one level of channels, "
                    + "found \(blockOutChannels)")
            blockOutChannels = [32]
        }
        flipSinToCos = file.read("flip_sin_to_cos", default: true)
        freqShift = file.read("freq_shift", default: 0.0)
        downsamplePadding = file.read("downsample_padding", default: 1)
        groups = file.read("norm_num_groups", default: 32)
        midScale = file.read("mid_block_scale_factor", default: 1.0)
        eps = file.read("norm_eps", default: 1e-5)
        linearProjection = file.read("use_linear_projection", default: false)
        downAttends = blocks(
            file, "down_block_types", plain: "DownBlock2D", attending: "CrossAttnDownBlock2D",
            fallback: [true, true, true, false])
        readMiddle(file)
        readAttention(file)
        readAdded(file)
        checkDivisors(file)
        for (key, only) in [
            ("act_fn", "silu"), ("resnet_time_scale_shift", "default"),
        ] { file.expect(key, only) }
        file.expect("only_cross_attention", false)
        for key in [
            "class_embed_type", "encoder_hid_dim_type",
        ] { file.expect(key, String?.none) }
        for key in ["num_class_embeds", "encoder_hid_dim"] { file.expect(key, Int?.none) }
        // What these change happens in training, or in kernels that are not used here.
        file.ignore(
            "sample_size", "dropout", "upcast_attention", "addition_embed_type_num_heads",
            "global_pool_conditions")
    }

    /// The up path's own keys, which a ControlNet lacks.
    mutating func readUpPath(_ file: ConfigurationFile) {
        upAttends = blocks(
            file, "up_block_types", plain: "UpBlock2D", attending: "CrossAttnUpBlock2D",
            fallback: [false, true, true, true])
        let key = "reverse_transformer_layers_per_block"
        if let reversed: PerBlock<PerBlock<Int>> = file.read(key, default: nil) {
            upDepths = perAttention(reversed, file, key)
        } else if depths.contains(where: { $0.count > 1 }) {
            file.report("\(key): expected depths for the up path, since the down path lists them")
        }
        timeEmbeddingDim = file.read("time_embedding_dim", default: nil)
        convInKernel = file.read("conv_in_kernel", default: 3)
    }

    private mutating func readMiddle(_ file: ConfigurationFile) {
        let kinds: [String?] = ["UNetMidBlock2DCrossAttn", "UNetMidBlock2D", nil]
        switch file.expect("mid_block_type", oneOf: kinds) {
        case "UNetMidBlock2DCrossAttn"?: midAttends = true
        case "UNetMidBlock2D"?: midAttends = false
        default: midAttends = nil
        }
    }

    private mutating func readAttention(_ file: ConfigurationFile) {
        layersPerBlock = perLevel(
            file.read("layers_per_block", default: .one(2)), file, "layers_per_block")
        contextChannels = perLevel(
            file.read("cross_attention_dim", default: .one(1280)), file, "cross_attention_dim")
        let key = "transformer_layers_per_block"
        depths = perAttention(file.read(key, default: .one(.one(1))), file, key)
        // In published files attention_head_dim is the number of heads; num_attention_heads, where
        // it is set at all, means the same.
        let named: PerBlock<Int> = file.read("attention_head_dim", default: .one(8))
        let explicit: PerBlock<Int>? = file.read("num_attention_heads", default: nil)
        heads = perLevel(explicit ?? named, file, "attention_head_dim")
    }

    private mutating func readAdded(_ file: ConfigurationFile) {
        let kind = file.expect("addition_embed_type", oneOf: [String?.none, "text_time"])
        let time: Int? = file.read("addition_time_embed_dim", default: nil)
        let inputs: Int? = file.read("projection_class_embeddings_input_dim", default: nil)
        guard kind != nil else { return }
        guard let time, let inputs else {
            file.report(
                "addition_embed_type: text_time needs addition_time_embed_dim and "
                    + "projection_class_embeddings_input_dim")
            return
        }
        added = Added(timeChannels: time, inputChannels: inputs)
    }

    private func checkDivisors(_ file: ConfigurationFile) {
        for (index, channels) in blockOutChannels.enumerated() {
            if groups < 1 || !channels.isMultiple(of: groups) {
                file.report(
                    "norm_num_groups: expected a divisor of \(channels) channels, found \(groups)")
            }
            if heads[index] < 1 || !channels.isMultiple(of: heads[index]) {
                file.report(
                    "attention_head_dim: expected a number of heads that divides \(channels) "
                        + "channels, found \(heads[index])")
            }
        }
    }

    /// Which levels attend.
    private func blocks(
        _ file: ConfigurationFile, _ key: String, plain: String, attending: String,
        fallback: [Bool]
    ) -> [Bool] {
        let published = fallback.map { $0 ? attending : plain }
        let names = file.read(key, default: published)
        for name in names where name != plain && name != attending {
            file.report("\(key): expected \(plain) or \(attending), found \(name)")
        }
        return perLevel(.each(names), file, key).map { $0 == attending }
    }

    /// For each level one number, or one for each of its attentions.
    private func perAttention(
        _ value: PerBlock<PerBlock<Int>>, _ file: ConfigurationFile, _ key: String
    ) -> [[Int]] {
        let levels: [PerBlock<Int>]
        switch value {
        case .one(.one(let depth)): levels = perLevel(.one(.one(depth)), file, key)
        case .one(.each(let depths)): levels = perLevel(.each(depths.map { .one($0) }), file, key)
        case .each(let values): levels = perLevel(.each(values), file, key)
        }
        return levels.map { level in
            switch level {
            case .one(let depth): [depth]
            case .each(let depths): depths
            }
        }
    }

    /// One value for each level; the file's report names a list of another length.
    private func perLevel<Value: ConfigurationValue>(
        _ value: PerBlock<Value>, _ file: ConfigurationFile, _ key: String
    ) -> [Value] {
        let count = blockOutChannels.count
        switch value {
        case .one(let value): return Array(repeating: value, count: count)
        case .each(let values):
            if values.count == count { return values }
            file.report("\(key): expected \(count) values, one a level, found \(values.count)")
            return Array(repeating: values.first ?? .placeholder, count: count)
        }
    }
}
