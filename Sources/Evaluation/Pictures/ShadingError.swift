import Layers
import Torch

/// How differently two pictures of a face are lit: the root mean square, over a grid of cells, of the
/// natural logarithm of the ratio of their mean brightness on the skin.
///
/// Coarse cells see light and shadow, not pores or a pixel's shift; the logarithm makes half as bright
/// as wrong as twice as bright. Two pictures of one person differ by light alone, of two people by the
/// tone of their skin as well.
///
/// - Parameters:
///   - a: `[B, 3, H, W]` in -1...1.
///   - b: of the same shape.
///   - skin: which pixels count, `[B, 1, H, W]` or `[1, 1, H, W]`, 0...1.
///   - cells: of the grid, a side.
///   - ignoresTone: whether the mean of the logarithms is taken off first: what is left is the light's
///     pattern, where it comes from and how hard it is, whatever the skin's tone and the exposure.
/// - Returns: B numbers, 0 for equal light; 0.69 if one is twice as bright everywhere; NaN where no skin
///   is seen.
/// - Throws: ``EvaluationError`` for shapes that do not fit; `TorchError`.
public func shadingError(
    _ a: Tensor, _ b: Tensor, skin: Tensor, cells: Int = 16, ignoresTone: Bool = false
) throws -> [Double] {
    try expect(a.rank == 4 && a.shape[1] == 3, a, "pictures", "[B, 3, H, W]")
    try expect(b.shape == a.shape, b, "pictures", "\(a.shape)")
    let fits = skin.rank == 4 && skin.shape[1] == 1 && skin.shape[2...] == a.shape[2...]
    try expect(fits, skin, "skin", "[B, 1, \(a.shape[2]), \(a.shape[3])]")
    return try noGrad {
        let size = [cells, cells]
        func coarse(_ x: Tensor) throws -> Tensor {
            try interpolate(x, size: size, mode: .bilinear, antialias: true)
        }
        let mask = try skin.to(.float32)
        let share = try coarse(mask)
        let counts = try (share .> 0.5).to(.float32).expanded([a.shape[0], 1, cells, cells])
        let total = try counts.sum([1, 2, 3])
        func brightness(_ x: Tensor) throws -> Tensor {
            let grey = try ((x.to(.float32) + 1) * 0.5).clamped(min: 0, max: 1)
                .mean([1], keepDims: true)
            return try coarse(grey * mask) / share.clamped(min: 1e-3) + 0.01
        }
        var ratio = try (brightness(a) / brightness(b)).log()
        if ignoresTone {
            ratio =
                try ratio - (ratio * counts).sum([1, 2, 3], keepDims: true)
                / total.reshaped([-1, 1, 1, 1])
        }
        return try ((ratio.square() * counts).sum([1, 2, 3]) / total).sqrt().toArray()
    }
}
