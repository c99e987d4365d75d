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
    /// Whose residuals carry light and appearance (section 3.4).
    public let appearance: LatentControlNet

    /// Networks of one base.
    public init(base: UNet2DCondition, matching: LatentControlNet, appearance: LatentControlNet) {
        (self.base, self.matching, self.appearance) = (base, matching, appearance)
    }

    /// A flow from the target to the profile, and how much each of its matches counts.
    public struct Match {
        /// On the descriptors' grid.
        public let flow: DenseFlow
        /// 1 where a match counts, `[B, 1, H, W]`; nil if all do.
        public fileprivate(set) var confidence: Tensor?
        private let target, profile: Tensor
        private let medianSide: Int

        fileprivate init(target: Tensor, profile: Tensor, medianSide: Int) throws {
            (self.target, self.profile, self.medianSide) = (target, profile, medianSide)
            flow = try DenseFlow(target: target, source: profile).median(side: medianSide)
        }

        /// How far each match is from being mutual, `[B, 1, H, W]`, cells: as much work as the flow.
        ///
        /// - Throws: `TorchError`.
        public func cycleDistance() throws -> Tensor {
            let back = try DenseFlow(target: profile, source: target).median(side: medianSide)
            return try flow.cycleDistance(back)
        }
    }

    /// Matches the halves of a canvas: equations 5 and 6.
    ///
    /// - Parameters:
    ///   - canvas: latents, clean or noisy, `[B, 4, H, 2 W]`.
    ///   - timestep: `[]` or `[B]`.
    ///   - context: `[B, M, cross_attention_dim]`.
    ///   - condition: `[B, C, H, 2 W]`.
    ///   - settings: which features, and what is done to the flow.
    /// - Returns: for each cell of the target where it lies in the profile.
    /// - Throws: ``ICPortraitError`` for blocks that the base does not have; `TorchError`.
    public func match(
        _ canvas: Canvas, timestep: Tensor, context: Tensor, condition: Tensor,
        _ settings: MatchingSettings
    ) throws -> Match {
        let output = try matching(
            canvas.tensor, timestep: timestep, context: context, condition: condition)
        let found = try matching.descriptors(output.features, settings.blocks)
        let both = Canvas(found, targetOn: canvas.targetSide)
        var match = try Match(
            target: both.target, profile: both.profile, medianSide: settings.medianSide)
        let cells = match.flow.cells.shape
        let limit = settings.cycleLimit * Double(max(cells[2], cells[3]))
        if limit > 0 { match.confidence = try (match.cycleDistance() .<= limit).to(.float32) }
        return match
    }

    /// Predicts the noise of a canvas: equations 3 and 7.
    ///
    /// - Parameters:
    ///   - canvas: noisy latents, `[B, 4, H, 2 W]`.
    ///   - timestep: `[]` or `[B]`.
    ///   - context: `[B, M, cross_attention_dim]`.
    ///   - condition: `[B, C, H, 2 W]`.
    ///   - match: of the halves; nil leaves the profile's features where they are ("without
    ///     warping").
    ///   - blend: W_l.
    /// - Returns: the noise of both halves, `[B, 4, H, 2 W]`.
    /// - Throws: `TorchError`, `DiffusionError`.
    public func noise(
        _ canvas: Canvas, timestep: Tensor, context: Tensor, condition: Tensor, match: Match?,
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
