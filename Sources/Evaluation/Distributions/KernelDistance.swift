import Torch

/// A kernel distance (KID): its mean over random subsets, and how far they scatter.
public struct KernelDistance: Hashable, Sendable {
    /// The unbiased estimate, averaged over subsets; may fall below 0 for sets that are alike.
    public let mean: Double
    /// Of the subsets' estimates, about their mean.
    public let standardDeviation: Double
    /// Subsets drawn.
    public let subsets: Int
    /// Features of each set in a subset.
    public let subsetSize: Int
}

/// The kernel inception distance of two sets of features. Bińkowski et al. 2018.
///
/// The unbiased squared maximum mean discrepancy with the kernel (x·y / D + 1)^3, on random subsets
/// of both sets. Its expectation does not depend on the number of pictures, so small sets can be
/// compared.
///
/// - Parameters:
///   - a: features of one set, `[N, D]`.
///   - b: features of the other by the same net, `[M, D]`.
///   - subsets: how many to draw, at least 1.
///   - subsetSize: features of each set in a subset; all of a smaller set.
///   - seed: fixes the subsets.
/// - Returns: mean and scatter.
/// - Throws: ``EvaluationError`` for shapes that do not fit or fewer than two features.
public func kernelDistance(
    _ a: Tensor, _ b: Tensor, subsets: Int = 100, subsetSize: Int = 1000, seed: UInt64 = 0
) throws -> KernelDistance {
    try expect(a.rank == 2, a, "features", "[N, D]")
    try expect(b.rank == 2 && b.shape[1] == a.shape[1], b, "features", "[M, \(a.shape[1])]")
    let size = min(subsetSize, a.shape[0], b.shape[0])
    guard size >= 2 else { throw EvaluationError.tooFew("features", needed: 2, found: size) }
    guard subsets >= 1 else {
        throw EvaluationError.argument("subsets", expected: "1 or more", found: "\(subsets)")
    }
    let generator = try Generator(seed: seed)
    let estimates = try noGrad {
        let (x, y) = try (a.detached().to(.cpu).to(.float64), b.detached().to(.cpu).to(.float64))
        return try (0..<subsets).map { _ in
            try squaredDiscrepancy(
                subset(x, size, generator), subset(y, size, generator))
        }
    }
    let average = mean(estimates)
    let variance = mean(estimates.map { ($0 - average) * ($0 - average) })
    return KernelDistance(
        mean: average, standardDeviation: variance.squareRoot(), subsets: subsets, subsetSize: size)
}

/// `size` rows without repetition.
private func subset(_ rows: Tensor, _ size: Int, _ generator: Generator) throws -> Tensor {
    let order = try Tensor.randperm(rows.shape[0], generator: generator)
    return try rows.indexSelected(0, order.sliced(0, from: 0, to: size))
}

/// The unbiased estimate of the squared discrepancy of `[N, D]` and `[M, D]`, float64. Gretton et
/// al. 2012, eq. 3.
package func squaredDiscrepancy(_ x: Tensor, _ y: Tensor) throws -> Double {
    func kernel(_ a: Tensor, _ b: Tensor) throws -> Tensor {
        try (a.matmul(b.transposed(0, 1)) / Double(a.shape[1]) + 1.0).pow(3)
    }
    /// The mean over pairs of different rows.
    func within(_ a: Tensor) throws -> Double {
        let n = Double(a.shape[0])
        let k = try kernel(a, a)
        return try (k.sum().item() - Operator.trace(k).item()) / (n * (n - 1))
    }
    return try within(x) + within(y) - 2 * kernel(x, y).mean().item()
}
