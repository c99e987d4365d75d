import Torch

/// The Fréchet distance of two sets of features taken for Gaussians. Heusel et al. 2017, eq. 6.
///
/// |m1 - m2|^2 + tr(S1 + S2 - 2 (S1 S2)^(1/2)). The root's trace is taken from the symmetric
/// S1^(1/2) S2 S1^(1/2), which has the same eigenvalues: they stay real even where a covariance is
/// singular, as it is with fewer pictures than dimensions. A small set makes the distance too
/// large, so compare sets of one size only, and see ``kernelDistance(_:_:subsets:subsetSize:seed:)``.
///
/// - Parameters:
///   - a: statistics of one set.
///   - b: statistics of the other, by the same feature net.
/// - Returns: 0 and above.
/// - Throws: ``EvaluationError`` for different nets or fewer than two features.
public func frechetDistance(_ a: GaussianStatistics, _ b: GaussianStatistics) throws -> Double {
    guard a.net == b.net else { throw EvaluationError.featureNets(a.net, b.net) }
    return try frechetDistance(
        means: (a.mean, b.mean), covariances: (a.covariance(), b.covariance()))
}

/// As above, of means `[D]` and covariances `[D, D]`, float64.
package func frechetDistance(
    means: (Tensor, Tensor), covariances: (Tensor, Tensor)
) throws -> Double {
    try noGrad {
        let (first, second) = covariances
        let (values, vectors) = try eigenvalues(first)
        // Rounding leaves tiny negative eigenvalues where there should be none.
        let roots = try values.clamped(min: 0).sqrt()
        let root = try (vectors * roots).matmul(vectors.transposed(0, 1))
        let product = try root.matmul(second).matmul(root)
        let symmetric = try (product + product.transposed(0, 1)) * 0.5
        let traceOfRoot = try eigenvalues(symmetric).values.clamped(min: 0).sqrt().sum().item()
        let offset = try (means.0 - means.1).square().sum().item()
        let traces = try Operator.trace(first).item() + Operator.trace(second).item()
        return max(offset + traces - 2 * traceOfRoot, 0)
    }
}

/// Eigenvalues `[D]` in rising order and vectors `[D, D]` in columns of a symmetric matrix.
private func eigenvalues(_ matrix: Tensor) throws -> (values: Tensor, vectors: Tensor) {
    let pair = try Operator.eigh.tensors(matrix)
    return (pair[0], pair[1])
}

extension Operator {
    static let eigh = Operator("aten::linalg_eigh")
    static let trace = Operator("aten::trace")
}
