import Diffusion
import Layers
import Torch

/// IC-Portrait's networks: a frozen base and two copies of its down path. One finds where the
/// profile's features belong, the other brings them there.
///
/// The base, the copies and all conditions see the same canvas, target beside profile.
public struct ICPortraitNetworks {
    /// Predicts noise; frozen.
    public let base: UNet2DCondition
    /// Whose features are matched (section 3.3); frozen once it is trained.
    public let matching: LatentControlNet
    /// Whose residuals carry light and appearance (section 3.3).
    public let appearance: LatentControlNet

    /// Networks of one base.
    public init(base: UNet2DCondition, matching: LatentControlNet, appearance: LatentControlNet) {
        (self.base, self.matching, self.appearance) = (base, matching, appearance)
    }

    /// Predicts the noise of a canvas: equations 3 and 7.
    ///
    /// - Parameters:
    ///   - canvas: noisy latents, `[B, 4, H, 2 W]`, or `[b, ...]`, as of a UNet.
    ///   - timestep: `[]`, or one for each of the canvases.
    ///   - context: `[B, M, cross_attention_dim]`.
    ///   - condition: `[B, C, H, 2 W]`, of as many pictures as the canvas.
    ///   - match: of the halves; nil leaves the profile's features where they are ("without
    ///     warping").
    ///   - blend: W_l.
    /// - Returns: the noise of both halves, `[B, 4, H, 2 W]`.
    /// - Throws: `TorchError`, `DiffusionError`.
    public func noise(
        _ canvas: Canvas, timestep: Tensor, context: Tensor, condition: Tensor,
        match: PortraitMatch?,
        _ blend: AppearanceBlend
    ) throws -> Tensor {
        var residuals = try appearance(
            canvas.tensor, timestep: timestep, context: context, condition: condition
        ).residuals
        if let match {
            residuals = try blend(
                residuals, flow: match.flow, confidence: match.confidence,
                targetOn: canvas.targetSide)
        }
        return try base(
            canvas.tensor, timestep: timestep, context: context, residuals: residuals)
    }
}
