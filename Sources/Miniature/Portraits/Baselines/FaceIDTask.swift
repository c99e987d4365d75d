import Diffusion
import ICPortrait
import Layers
import Torch
import Training

/// Trains an IP-Adapter of the FaceID kind on a frozen base: a recogniser's embedding of another photo
/// of the person becomes a few tokens with keys and values of their own. Ye et al. 2023.
///
/// As the published ones, but without their low-rank changes of the base; the text is empty, as it is
/// when portraits are made from a reference.
final class FaceIDTask: TrainingTask {
    let store: ParameterStore
    let batches: any BatchSource<PairBatch>
    let adapter: IPAdapter
    private let base: FrozenBase
    private let objective: DenoisingObjective
    private let losses: AppearanceLossSettings

    /// - Parameters:
    ///   - base: the frozen base.
    ///   - schedule: of its noise.
    ///   - pairs: whose tokens are the recogniser's embeddings of the profile photos.
    ///   - size: numbers in an embedding.
    ///   - losses: what is weighed how.
    ///   - seed: of the tokens' layers.
    /// - Throws: `ParameterError`, `TorchError`.
    init(
        base: FrozenBase, schedule: NoiseSchedule, pairs: any BatchSource<PairBatch>, size: Int,
        losses: AppearanceLossSettings, seed: UInt64
    ) throws {
        store = try ParameterStore(generator: Generator(seed: seed))
        adapter = IPAdapter(
            store.root, Self.shape(size, for: base.network.configuration), for: base.network)
        try store.finish()
        try adapter.copyTextProjections(of: base.network)
        try store.train()
        (self.base, batches, self.losses) = (base, pairs, losses)
        objective = DenoisingObjective(schedule, losses.denoising)
    }

    /// Four tokens, as published.
    static func shape(_ size: Int, for unet: UNet2DConditionConfiguration) -> IPAdapterShape {
        IPAdapterShape(
            .faceID(embedding: size, hidden: 2 * size), tokens: 4, channels: unet.crossAttentionDim)
    }

    func losses(_ batch: PairBatch, _ step: TrainingStep) throws -> LossTerms {
        let draw = try objective.draw(
            batch.latents(\.targets, on: step.device), generator: step.generator("noise"))
        let face = try batch.context(on: step.device)
        let shown = try ConditioningDropout(losses.dropout)(
            face, absent: face.zerosLike(), generator: step.generator("face")
        ).mixed
        let tokens = try adapter.imageProjection(embedding: shown.squeezed(1))
        let channels = base.network.configuration.crossAttentionDim
        let said = try base.network(
            draw.xt, timestep: draw.timesteps.to(step.device),
            context: Tensor.zeros([batch.count, 1, channels], device: step.device),
            images: [ImagePrompt(adapter, tokens: tokens)])
        var terms = LossTerms()
        try terms.add("denoising", objective.loss(said, draw))
        return terms
    }
}
