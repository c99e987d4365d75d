import Diffusion
import Layers
import Torch

/// How surprising true matches are among all others: InfoNCE over the cost volume (van den Oord et
/// al. 2018). The paper trains the matching net by denoising alone; where the truth is known, this is
/// the shorter way.
public struct CorrespondenceLoss: Hashable, Sendable {
    /// What cosines are divided by.
    public var temperature: Double
    /// Whether a match must stand out among the target's cells too, and not the source's alone: the
    /// mean of both surprises.
    public var bothWays: Bool

    /// A loss of this temperature.
    public init(temperature: Double = 0.05, bothWays: Bool = true) {
        (self.temperature, self.bothWays) = (temperature, bothWays)
    }

    /// The mean over all cells that are seen in both pictures.
    ///
    /// - Parameters:
    ///   - target: descriptors `[B, C, H, W]`.
    ///   - source: of the same shape.
    ///   - flow: the true flow from the target to the source.
    ///   - visible: `[B, 1, h, w]` on the flow's grid.
    /// - Returns: a scalar with a graph; 0 if nothing is seen.
    /// - Throws: `TorchError` for shapes that do not fit.
    public func callAsFunction(
        target: Tensor, source: Tensor, flow: DenseFlow, visible: Tensor
    ) throws -> Tensor {
        let (height, width) = (target.shape[2], target.shape[3])
        // Places that are not seen have no flow to take part in a coarser cell's.
        let share = try coarse(visible, height, width)
        let known = try coarse(flow.cells * visible, height, width)
        let scale = Double(width) / Double(flow.cells.shape[3])
        let truth = try DenseFlow(cells: known / share.clamped(min: 1e-3) * scale).matches
        // A match beyond the border has no cell.
        let inside =
            try (truth.across .>= 0).to(.float32) * (truth.across .< Double(width)).to(.float32)
            * (truth.down .>= 0).to(.float32) * (truth.down .< Double(height)).to(.float32)
        let seen = try (share.squeezed(1) .> 0.5).to(.float32) * inside
        let best = try (truth.down * Double(width) + truth.across) * inside
        // [B, h w, H W]: of the source, of the target.
        let volume =
            try DenseFlow.costVolume(target: target, source: source)
            .flattened(from: 2) / temperature
        let places = try best.to(.int64).reshaped([best.shape[0], 1, -1])
        func surprise(along dimension: Int) throws -> Tensor {
            try volume.logSoftmax(along: dimension).gathered(1, places).squeezed(1) * -1
        }
        let shares = try seen.flattened(from: 1)
        var all = try surprise(along: 1)
        if bothWays { all = try (all + surprise(along: 2)) / 2 }
        return try (all * shares).sum() / shares.sum().clamped(min: 1)
    }

    /// The mean over each coarser cell.
    private func coarse(_ x: Tensor, _ height: Int, _ width: Int) throws -> Tensor {
        guard x.shape[2] != height || x.shape[3] != width else { return x }
        return try interpolate(
            x, size: [height, width], mode: .bilinear, antialias: x.shape[2] > height)
    }
}
