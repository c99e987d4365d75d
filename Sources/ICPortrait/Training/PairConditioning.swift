import Torch
import Training

/// What both nets are shown of a batch: the canvas, the masked condition, the token.
struct PairConditioning {
    /// Clean latents, `[B, C, H, 2 W]`, the target on either side.
    let clean: Canvas
    /// The same with the style reference in the target's place: what is matched before noise comes.
    let reference: Canvas
    /// The reference's kept cells beside the whole profile, of the same shape: c_f of section 3.3.
    let condition: Tensor
    /// `[B, 1, D]`, zeros for a share of the samples.
    let context: Tensor

    /// - Parameters:
    ///   - batch: the pairs.
    ///   - keep: n: the most of a reference that is seen.
    ///   - dropout: the share of samples without a token.
    ///   - step: whose randomness decides the side, the masks and who goes without.
    /// - Throws: ``ICPortraitError`` for an n outside 0...1; `TorchError`.
    init(_ batch: PairBatch, keep: Double, dropout: Double, _ step: TrainingStep) throws {
        var random = step.random("side")
        let side: Canvas.Side = random.below(2) == 0 ? .left : .right
        let target = try batch.latents(\.targets, on: step.device)
        let profile = try batch.latents(\.profiles, on: step.device)
        let shown = try batch.latents(\.references, on: step.device)
        let mask = try KeepMask.training(
            batch.count, upTo: keep, height: target.shape[2], width: target.shape[3],
            generator: step.generator("mask")
        ).to(step.device)
        clean = try Canvas(target: target, profile: profile, targetOn: side)
        reference = try Canvas(target: shown, profile: profile, targetOn: side)
        condition = try Canvas(target: shown * mask, profile: profile, targetOn: side).tensor
        let token = try batch.context(on: step.device)
        context = try ConditioningDropout(dropout)(
            token, absent: token.zerosLike(), generator: step.generator("token")
        ).mixed
    }
}
