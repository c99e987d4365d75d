import Torch

/// Mean and covariance of features, gathered a batch at a time in double precision.
///
/// Batches are merged by their means and scatter matrices (Chan et al. 1983), so that the order and
/// size of batches hardly matter, unlike for sums of squares.
public struct GaussianStatistics {
    /// The feature net that the features are of.
    public let net: String
    /// Features seen so far.
    public private(set) var count = 0
    /// `[D]`, float64; zeros before the first batch.
    public private(set) var mean: Tensor
    /// Sum of outer products of what is left after the mean, `[D, D]`, float64.
    private var scatter: Tensor

    /// Statistics of nothing yet.
    ///
    /// - Parameters:
    ///   - net: name of the feature net.
    ///   - dimension: length of its vectors.
    /// - Throws: `TorchError` when memory runs out.
    public init(net: String, dimension: Int) throws {
        self.net = net
        mean = try Tensor.zeros([dimension], dtype: .float64)
        scatter = try Tensor.zeros([dimension, dimension], dtype: .float64)
    }

    /// Adds features `[B, D]` of any floating-point type.
    ///
    /// - Throws: ``EvaluationError`` for another shape.
    public mutating func add(_ features: Tensor) throws {
        let fits = features.rank == 2 && features.shape[1] == mean.count
        try expect(fits, features, "features", "[B, \(mean.count)]")
        guard features.shape[0] > 0 else { return }
        try noGrad {
            let x = try features.detached().to(.cpu).to(.float64)
            let batchMean = try x.mean([0])
            let centred = try x - batchMean
            let batchScatter = try centred.transposed(0, 1).matmul(centred)
            try merge(count: x.shape[0], mean: batchMean, scatter: batchScatter)
        }
    }

    /// Adds all that another set of statistics has seen.
    ///
    /// - Throws: ``EvaluationError`` for statistics of another net.
    public mutating func add(_ other: GaussianStatistics) throws {
        guard other.net == net else { throw EvaluationError.featureNets(net, other.net) }
        try merge(count: other.count, mean: other.mean, scatter: other.scatter)
    }

    /// The covariance with Bessel's correction, `[D, D]`, float64: NumPy's `cov(rowvar=False)`.
    ///
    /// - Throws: ``EvaluationError/tooFew(_:needed:found:)`` before two features were added.
    public func covariance() throws -> Tensor {
        guard count >= 2 else {
            throw EvaluationError.tooFew("features", needed: 2, found: count)
        }
        return try scatter / Double(count - 1)
    }

    private mutating func merge(count added: Int, mean other: Tensor, scatter: Tensor) throws {
        let (before, total) = (Double(count), Double(count + added))
        guard added > 0 else { return }
        let step = try other - mean
        let outer = try step.unsqueezed(1) * step.unsqueezed(0)
        self.scatter = try self.scatter + scatter + outer * (before * Double(added) / total)
        mean = try mean + step * (Double(added) / total)
        count += added
    }
}

extension FeatureNet {
    /// Empty statistics for this net's features.
    public func statistics() throws -> GaussianStatistics {
        try GaussianStatistics(net: name, dimension: dimension)
    }
}
