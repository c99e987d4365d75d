import Diffusion
import Torch

/// A flow from the target to the profile, and how much each of its matches counts.
public struct PortraitMatch {
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

extension LatentControlNet {
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
    ) throws -> PortraitMatch {
        let output = try self(
            canvas.tensor, timestep: timestep, context: context, condition: condition)
        let found = try descriptors(output.features, settings.blocks)
        let both = Canvas(found, targetOn: canvas.targetSide)
        var match = try PortraitMatch(
            target: both.target, profile: both.profile, medianSide: settings.medianSide)
        let cells = match.flow.cells.shape
        let limit = settings.cycleLimit * Double(max(cells[2], cells[3]))
        if limit > 0 { match.confidence = try (match.cycleDistance() .<= limit).to(.float32) }
        return match
    }
}
