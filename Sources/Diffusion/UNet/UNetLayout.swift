/// The shape of a UNet or ControlNet, as its configuration gives it.
struct UNetLayout: Hashable, Sendable {
    /// Sizes of SDXL's added conditions (`addition_embed_type` `text_time`).
    struct Added: Hashable, Sendable {
        /// Channels of each time id's sines.
        let timeChannels: Int
        /// All added channels together: pooled text and six ids.
        let inputChannels: Int
    }

    var inChannels = 4
    var blockOutChannels = [320, 640, 1280, 1280]
    /// `true` where a level attends to the text, down and up.
    var downAttends = [true, true, true, false]
    var upAttends = [false, true, true, true]
    /// nil without a middle block; else whether it attends.
    var midAttends: Bool? = true
    var layersPerBlock = [2, 2, 2, 2]
    var heads = [8, 8, 8, 8]
    var contextChannels = [768, 768, 768, 768]
    /// Transformer blocks of every level's attentions: one number for all, or one each.
    var depths = [[1], [1], [1], [1]]
    /// The same for the up path, deepest first, where it is not the down path's, reversed.
    var upDepths: [[Int]]?
    var midScale = 1.0
    var linearProjection = false
    var groups = 32
    var eps = 1e-5
    var downsamplePadding = 1
    var flipSinToCos = true
    var freqShift = 0.0
    var timeEmbeddingDim: Int?
    var convInKernel = 3
    var added: Added?
    /// Channels of the embedded guidance, where the network was distilled to follow it by itself.
    var guidanceChannels: Int?

    /// Channels of the embedded time.
    var timeChannels: Int { timeEmbeddingDim ?? 4 * blockOutChannels[0] }

    var shared: UNetShared {
        UNetShared(
            time: timeChannels, groups: groups, eps: eps, downsamplePadding: downsamplePadding,
            midScale: midScale)
    }

    func down(_ index: Int) -> UNetLevel {
        UNetLevel(
            channels: blockOutChannels[index], layers: layersPerBlock[index],
            attention: downAttends[index] ? attention(index, depths[index]) : nil)
    }

    var mid: UNetLevel? {
        let last = blockOutChannels.count - 1
        return midAttends.map {
            UNetLevel(
                channels: blockOutChannels[last], layers: 1,
                attention: $0 ? attention(last, depths[last]) : nil)
        }
    }

    /// Level `index` of the up path, deepest first.
    func up(_ index: Int) -> UNetLevel {
        let mirror = blockOutChannels.count - 1 - index
        return UNetLevel(
            channels: blockOutChannels[mirror], layers: layersPerBlock[mirror] + 1,
            attention: upAttends[index]
                ? attention(mirror, upDepths?[index] ?? depths[mirror]) : nil)
    }

    /// Channels of every skip connection, in the order the down path makes them.
    var skipChannels: [Int] {
        var skips = [blockOutChannels[0]]
        for (index, channels) in blockOutChannels.enumerated() {
            skips += Array(repeating: channels, count: layersPerBlock[index])
            if index < blockOutChannels.count - 1 { skips.append(channels) }
        }
        return skips
    }

    private func attention(_ index: Int, _ depths: [Int]) -> UNetAttention {
        UNetAttention(
            context: contextChannels[index], heads: heads[index], depths: depths,
            linear: linearProjection)
    }
}
