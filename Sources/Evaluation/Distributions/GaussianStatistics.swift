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
            let row = try shift(to: batchMean, adding: x.shape[0])
            // One more row in the product stands for the distance between both means.
            let rows = try Tensor.cat([x - batchMean, row.unsqueezed(0)])
            scatter = try Operator.addProduct(scatter, rows.transposed(0, 1), rows)
        }
    }

    /// Adds all that another set of statistics has seen.
    ///
    /// - Throws: ``EvaluationError`` for statistics of another net.
    public mutating func add(_ other: GaussianStatistics) throws {
        guard other.net == net else { throw EvaluationError.featureNets(net, other.net) }
        guard other.count > 0 else { return }
        let row = try shift(to: other.mean, adding: other.count).unsqueezed(0)
        scatter = try Operator.addProduct(
            scatter + other.scatter, row.transposed(0, 1), row)
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

    /// Moves count and mean, and gives the row `[D]` whose outer product the scatter gains by it.
    private mutating func shift(to other: Tensor, adding added: Int) throws -> Tensor {
        let (before, after) = (Double(count), Double(count + added))
        let step = try other - mean
        mean = try mean + step * (Double(added) / after)
        count += added
        return try step * (before * Double(added) / after).squareRoot()
    }
}

extension FeatureNet {
    /// Empty statistics for this net's features.
    public func statistics() throws -> GaussianStatistics {
        try GaussianStatistics(net: name, dimension: dimension)
    }
}

extension Operator {
    static let addProduct = Operator("aten::addmm")
}
