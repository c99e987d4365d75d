import Diffusion
import Layers
import Torch

extension LatentControlNet {
    /// Features of some down blocks, each of length 1, on the finest of their grids:
    /// `[B, C, h, 2 w]`.
    func descriptors(_ features: [Tensor], _ blocks: [Int]) throws -> Tensor {
        let chosen = try blocks.map { block -> Tensor in
            guard let level = lastFeature(ofDownBlock: block) else {
                throw ICPortraitError(
                    "matching.blocks: expected down blocks of the base, counted from 0, found "
                        + "\(block).")
            }
            return features[level]
        }
        guard let finest = chosen.max(by: { $0.shape[3] < $1.shape[3] }) else {
            throw ICPortraitError("matching.blocks: expected one block or more, found none.")
        }
        let size = Array(finest.shape.suffix(2))
        return try .cat(
            chosen.map { value in
                // Halves on their own: a canvas has no neighbours across its seam.
                let halves = try value.to(.float32).chunked(2, along: 3).map {
                    try interpolate($0, size: [size[0], size[1] / 2], mode: .bilinear)
                }
                let fine = try Tensor.cat(halves, along: 3)
                return try fine / fine.norm([1], keepDims: true).clamped(min: 1e-12)
            }, along: 1)
    }
}
