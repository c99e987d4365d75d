import Diffusion
import Torch

/// A flow from the target to the profile, and how much each of its matches counts.
public struct PortraitMatch {
    /// On the descriptors' grid.
    public let flow: DenseFlow
    /// 1 where a match counts, `[B, 1, H, W]`; nil if all do.
    public private(set) var confidence: Tensor?
    /// What was matched: the target's and the profile's descriptors; nil of a given flow.
    private var descriptors: (target: Tensor, profile: Tensor)?
    private var settings = MatchingSettings()

    /// A flow that is known: the truth, say.
    ///
    /// - Parameters:
    ///   - flow: from the target to the profile.
    ///   - confidence: what share of each match counts, `[B, 1, H, W]`; nil if all do.
    public init(flow: DenseFlow, confidence: Tensor? = nil) {
        (self.flow, self.confidence) = (flow, confidence)
    }

    fileprivate init(target: Tensor, profile: Tensor, _ settings: MatchingSettings) throws {
        descriptors = (target, profile)
        self.settings = settings
        flow = try Self.flow(target, profile, settings)
        let cells = flow.cells.shape
        let limit = settings.cycleLimit * Double(max(cells[2], cells[3]))
        guard limit > 0, let distance = try cycleDistance() else { return }
        confidence = try (distance .<= limit).to(.float32)
    }

    /// How far each match is from being mutual, `[B, 1, H, W]`, cells: as much work as the flow. Nil of
    /// a given flow.
    ///
    /// - Throws: `TorchError`.
    public func cycleDistance() throws -> Tensor? {
        guard let descriptors else { return nil }
        return try flow.cycleDistance(
            Self.flow(descriptors.profile, descriptors.target, settings))
    }

    private static func flow(_ target: Tensor, _ source: Tensor, _ settings: MatchingSettings)
        throws -> DenseFlow
    {
        let volume = try DenseFlow.costVolume(target: target, source: source)
        let flow =
            try settings.refinement > 0
            ? DenseFlow(costVolume: volume, temperature: settings.refinement)
            : DenseFlow(costVolume: volume)
        return try flow.median(side: settings.medianSide)
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
        let features = try features(
            canvas.tensor, timestep: timestep, context: context, condition: condition,
            throughDownBlock: settings.blocks.max() ?? 0)
        let found = try descriptors(features, settings.blocks)
        let both = Canvas(found, targetOn: canvas.targetSide)
        return try PortraitMatch(target: both.target, profile: both.profile, settings)
    }
}
