import Torch

/// Which cells of the style reference the network may see: F(., n) of IC-Portrait, section 3.3.
///
/// A kept cell is 1, a hidden one 0. Cells of the latent grid, not pixels: of a picture with a fifth
/// of its pixels kept, interpolation gives back nearly all, the person's face included.
public enum KeepMask {
    /// Exactly `round(ratio * H * W)` kept cells, all choices equally likely.
    ///
    /// - Parameters:
    ///   - ratio: of kept cells, 0...1.
    ///   - height: of the grid.
    ///   - width: of the grid.
    ///   - generator: of the choice; the same one gives the same mask.
    /// - Returns: `[1, 1, H, W]`, float32.
    /// - Throws: ``ICPortraitError`` for a ratio outside 0...1; `TorchError`.
    public static func random(
        keeping ratio: Double, height: Int, width: Int, generator: Generator
    ) throws -> Tensor {
        guard (0...1).contains(ratio) else {
            throw ICPortraitError("expected a keep ratio of 0 to 1, found \(ratio).")
        }
        let cells = height * width
        let kept = Int((ratio * Double(cells)).rounded())
        let order = try Tensor.randperm(cells, generator: generator)
        // The place of a cell in a random order is as random as the order.
        return try (order .< Double(kept)).to(.float32).reshaped([1, 1, height, width])
    }

    /// The masks of a training batch, each with its own ratio from U(0, n).
    ///
    /// - Parameters:
    ///   - count: B.
    ///   - most: n, 0...1.
    ///   - height: of the grid.
    ///   - width: of the grid.
    ///   - generator: of ratios and choices.
    /// - Returns: `[B, 1, H, W]`, float32.
    /// - Throws: ``ICPortraitError`` for an n outside 0...1; `TorchError`.
    public static func training(
        _ count: Int, upTo most: Double, height: Int, width: Int, generator: Generator
    ) throws -> Tensor {
        let ratios: [Float] = try Tensor.rand([count], generator: generator).toArray()
        return try .cat(
            ratios.map {
                try random(
                    keeping: Double($0) * most, height: height, width: width, generator: generator)
            })
    }
}
