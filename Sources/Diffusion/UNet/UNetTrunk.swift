import Layers
import Torch

/// The half that a UNet and its ControlNets share: time and added embeddings, the first
/// convolution, the down path and the middle.
struct UNetTrunk {
    let configuration: UNetLayout
    let convIn: Conv2d
    let timeEmbedding: TimestepEmbedding
    let addEmbedding: TimestepEmbedding?
    let downBlocks: [UNetDownBlock]
    let midBlock: UNetMidBlock?

    init(_ scope: Scope, _ layout: UNetLayout) {
        configuration = layout
        let channels = layout.blockOutChannels
        convIn = Conv2d(
            scope / "conv_in", in: layout.inChannels, out: channels[0],
            kernel: layout.convInKernel, padding: (layout.convInKernel - 1) / 2)
        timeEmbedding = TimestepEmbedding(
            scope / "time_embedding", in: channels[0], out: layout.timeChannels,
            beside: layout.guidanceChannels)
        addEmbedding = layout.added.map {
            TimestepEmbedding(
                scope / "add_embedding", in: $0.inputChannels, out: layout.timeChannels)
        }
        downBlocks = channels.indices.map { index in
            UNetDownBlock(
                scope / "down_blocks" / index, in: channels[max(index - 1, 0)],
                layout.down(index), layout.shared, downsamples: index < channels.count - 1)
        }
        midBlock = layout.mid.map { UNetMidBlock(scope / "mid_block", $0, layout.shared) }
    }

    /// SiLU of the embedded time and added conditions, `[B, timeChannels]`.
    /// `timestep` is one for all or one a sample, of any numeric dtype.
    func embedding(
        _ timestep: Tensor, batch: Int, added: AddedConditions?, guidance: Double? = nil,
        dtype: DType
    ) throws -> Tensor {
        let steps = try timestep.reshaped([-1]).spread(to: batch).expanded([batch])
        let sines = try sinusoidalEmbedding(
            steps, channels: configuration.blockOutChannels[0],
            cosineFirst: configuration.flipSinToCos, shift: configuration.freqShift)
        var beside: Tensor?
        if let channels = configuration.guidanceChannels {
            // Meng et al. 2023, as latent consistency models were trained: Luo et al. 2023, 4.2.
            let weight = try Tensor([Float(guidance ?? 1) - 1], device: steps.device) * 1000.0
            beside = try sinusoidalEmbedding(
                weight, channels: channels, cosineFirst: false, shift: 1
            ).to(dtype)
        }
        var time = try timeEmbedding(sines.to(dtype), beside: beside)
        switch (addEmbedding, configuration.added, added) {
        case (let addEmbedding?, let sizes?, let added?):
            let ids = try sinusoidalEmbedding(
                added.timeIds.flattened(), channels: sizes.timeChannels,
                cosineFirst: configuration.flipSinToCos, shift: configuration.freqShift)
            let both = try Tensor.cat(
                [added.textEmbeds.to(dtype), ids.reshaped([batch, -1]).to(dtype)], along: -1)
            time = try time + addEmbedding(both)
        case (nil, _, _): break
        default:
            throw DiffusionError(
                "This network was trained with SDXL's added conditions: expected text_embeds and "
                    + "time_ids, found none.")
        }
        return try silu(time)
    }

    /// From `x` after the first convolution, `[B, C, H, W]`: the skip connections, `x` itself first,
    /// and what goes on to the middle; of the first `blocks` alone, if that is given.
    func down(_ x: Tensor, _ pass: UNetPass, blocks: Int? = nil) throws -> (
        output: Tensor, skips: [Tensor]
    ) {
        var skips = [x]
        var x = x
        for block in downBlocks.prefix(blocks ?? downBlocks.count) {
            var own = try pass([x]) { inputs, pass in
                let (output, skips) = try block(inputs[0], pass)
                return skips + [output]
            }
            x = own.removeLast()
            skips += own
        }
        return (x, skips)
    }
}
