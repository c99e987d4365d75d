import Torch

/// The principal components of square patches: the best linear code of so many numbers a patch.
///
/// An autoencoder that is pulled towards them at first finds all its latents at once. Left alone, it
/// finds one after the other, thousands of steps apart (Docs/miniature.md).
package struct PatchComponents {
    /// Filters `[K, 3, P, P]` whose answers have unit deviation over the pictures.
    package let filters: Tensor
    /// What the filters answer to the mean patch, `[1, K, 1, 1]`.
    let offset: Tensor

    /// The components of some pictures, by power iteration on the covariance of patches.
    ///
    /// - Parameters:
    ///   - pictures: `[B, 3, H, W]` in -1...1; the sides are multiples of `patch`.
    ///   - count: components; at most `3 * patch * patch`.
    ///   - patch: pixels of a patch's side.
    /// - Throws: `TorchError`.
    package init(_ pictures: Tensor, count: Int, patch: Int) throws {
        let shape = pictures.shape
        let (rows, columns) = (shape[2] / patch, shape[3] / patch)
        let length = 3 * patch * patch
        (filters, offset) = try noGrad {
            let patches = try pictures.contiguous()
                .reshaped([shape[0], 3, rows, patch, columns, patch])
                .permuted([0, 2, 4, 1, 3, 5]).reshaped([-1, length])
            let mean = try patches.mean([0], keepDims: true)
            let centred = try patches - mean
            let covariance = try centred.transposed(0, 1).matmul(centred) / Double(patches.shape[0])
            let directions = try Self.leading(covariance, count)
            let deviations = try (directions.matmul(covariance) * directions).sum(
                [1], keepDims: true
            )
            .sqrt()
            let filters = try directions / deviations
            return (
                try filters.reshaped([count, 3, patch, patch]),
                try mean.matmul(filters.transposed(0, 1)).reshaped([1, count, 1, 1])
            )
        }
    }

    /// The answers to pictures `[B, 3, H, W]`: `[B, K, H / P, W / P]`.
    package func callAsFunction(_ pictures: Tensor) throws -> Tensor {
        let device = pictures.device
        return try Operator.patches(
            pictures, filters.to(device), Tensor?.none, [filters.shape[2], filters.shape[3]]
        ) - offset.to(device)
    }

    /// Eigenvectors `[K, N]` of the largest eigenvalues of a symmetric matrix `[N, N]`, one after the
    /// other: each is kept at right angles to those before.
    private static func leading(_ matrix: Tensor, _ count: Int) throws -> Tensor {
        let generator = try Generator(seed: 7)
        var found: [Tensor] = []
        for _ in 0..<count {
            var vector = try Tensor.randn([1, matrix.shape[0]], generator: generator)
                .to(matrix.device)
            for _ in 0..<200 {
                vector = try vector.matmul(matrix)
                for other in found { vector = try vector - other * (vector * other).sum() }
                vector = try vector / vector.norm()
            }
            found.append(vector)
        }
        return try Tensor.cat(found, along: 0)
    }
}

extension Operator {
    fileprivate static let patches = Operator("aten::conv2d")
}
