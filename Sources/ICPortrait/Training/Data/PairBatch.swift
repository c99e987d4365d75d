import Diffusion
import Images
import Torch

/// Pictures of people in two looks each: what IC-Portrait learns from (section 4.1).
public struct PairBatch: Sendable {
    /// Pairs: B.
    public var count: Int
    /// Channels, height and width of a latent.
    public var shape: [Int]
    /// Scaled latents of what is to be made, the bits of float16, `[B, C, H, W]`.
    public var targets: [UInt16]
    /// Of the same people's profile photos.
    public var profiles: [UInt16]
    /// CLIP's embedding of each profile photo, `[B, D]`.
    public var tokens: [Float]
    /// The true correspondence, where it is known.
    public var truth: Truth?
    /// Style references, of whom a part is seen: strangers in the targets' places; the targets
    /// themselves if nil.
    public var standIns: [UInt16]?

    /// Where the targets' faces are and whose, where a loss asks for it.
    public var faces: Faces?

    /// What is seen a part of, `[B, C, H, W]`.
    public var references: [UInt16] { standIns ?? targets }

    /// For each cell of the target where it lies in the profile.
    public struct Truth: Sendable {
        /// Cells a side: G.
        public var cells: Int
        /// Right and down, in cells, the bits of float16: `[B, 2, G, G]`.
        public var flow: [UInt16]
        /// 1 where a place is seen in both pictures, `[B, G, G]`.
        public var visible: [UInt8]

        /// Given flows.
        public init(cells: Int, flow: [UInt16], visible: [UInt8]) {
            (self.cells, self.flow, self.visible) = (cells, flow, visible)
        }
    }

    /// The faces of the targets.
    public struct Faces: Sendable {
        /// Five of each, pixels.
        public var points: [[Point]]
        /// A recogniser's embedding of each person, `[B, D]`.
        public var identities: [Float]

        /// Given points and embeddings.
        public init(points: [[Point]], identities: [Float]) {
            (self.points, self.identities) = (points, identities)
        }
    }

    /// Given pairs.
    public init(
        count: Int, shape: [Int], targets: [UInt16], profiles: [UInt16], tokens: [Float],
        truth: Truth? = nil
    ) {
        (self.count, self.shape, self.targets) = (count, shape, targets)
        (self.profiles, self.tokens, self.truth) = (profiles, tokens, truth)
    }
}

extension PairBatch {
    /// One of the lists of latents, `[B, C, H, W]`.
    ///
    /// - Parameters:
    ///   - list: `\.targets`, `\.profiles` or `\.references`.
    ///   - device: where they go.
    /// - Returns: float32.
    /// - Throws: `TorchError`.
    public func latents(_ list: KeyPath<PairBatch, [UInt16]>, on device: Device) throws -> Tensor {
        try Tensor(self[keyPath: list], shape: [count] + shape).view(as: .float16).to(device)
            .to(.float32)
    }

    /// `[B, 1, D]`: each embedding is the whole context.
    ///
    /// - Parameter device: where it goes.
    /// - Returns: float32.
    /// - Throws: `TorchError`.
    public func context(on device: Device) throws -> Tensor {
        try Tensor(tokens, shape: [count, 1, tokens.count / max(count, 1)], device: device)
    }
}

extension PairBatch.Truth {
    /// The flow of B pairs.
    func flow(_ count: Int, on device: Device) throws -> DenseFlow {
        let bits = try Tensor(flow, shape: [count, 2, cells, cells])
        return DenseFlow(cells: try bits.view(as: .float16).to(device).to(.float32))
    }

    /// `[B, 1, G, G]`.
    func visible(_ count: Int, on device: Device) throws -> Tensor {
        try Tensor(visible, shape: [count, 1, cells, cells]).to(device).to(.float32)
    }
}
