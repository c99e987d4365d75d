import Torch

/// Pictures of people in two looks each: what IC-Portrait learns from (section 4.1).
public struct PairBatch: Sendable {
    /// Pairs: B.
    public var count: Int
    /// Channels, height and width of a latent.
    public var shape: [Int]
    /// Scaled latents of what is to be made, `[B, C, H, W]`.
    public var targets: [Float]
    /// Of the same people's profile photos.
    public var profiles: [Float]
    /// CLIP's embedding of each profile photo, `[B, D]`.
    public var tokens: [Float]
    /// The true correspondence, where it is known.
    public var truth: Truth?

    /// For each cell of the target where it lies in the profile.
    public struct Truth: Sendable {
        /// Cells a side: G.
        public var cells: Int
        /// Right and down, in cells: `[B, 2, G, G]`.
        public var flow: [Float]
        /// 1 where a place is seen in both pictures, `[B, G, G]`.
        public var visible: [Float]

        /// Given flows.
        public init(cells: Int, flow: [Float], visible: [Float]) {
            (self.cells, self.flow, self.visible) = (cells, flow, visible)
        }
    }

    /// Given pairs.
    public init(
        count: Int, shape: [Int], targets: [Float], profiles: [Float], tokens: [Float],
        truth: Truth? = nil
    ) {
        (self.count, self.shape, self.targets) = (count, shape, targets)
        (self.profiles, self.tokens, self.truth) = (profiles, tokens, truth)
    }
}

extension PairBatch {
    /// One of the lists of latents, `[B, C, H, W]`.
    func latents(_ list: KeyPath<PairBatch, [Float]>, on device: Device) throws -> Tensor {
        try Tensor(self[keyPath: list], shape: [count] + shape, device: device)
    }

    /// `[B, 1, D]`: each embedding is the whole context.
    func context(on device: Device) throws -> Tensor {
        try Tensor(tokens, shape: [count, 1, tokens.count / max(count, 1)], device: device)
    }
}
