extension Tensor {
    /// Absolute value.
    public func abs() throws -> Tensor { try Operator.abs(self) }
    /// e to the power of each element.
    public func exp() throws -> Tensor { try Operator.exp(self) }
    /// Natural logarithm.
    public func log() throws -> Tensor { try Operator.log(self) }
    /// Square root.
    public func sqrt() throws -> Tensor { try Operator.sqrt(self) }
    /// One over the square root.
    public func rsqrt() throws -> Tensor { try Operator.rsqrt(self) }
    /// One over each element.
    public func reciprocal() throws -> Tensor { try Operator.reciprocal(self) }
    /// Each element times itself.
    public func square() throws -> Tensor { try Operator.square(self) }
    /// Sine, in radians.
    public func sin() throws -> Tensor { try Operator.sin(self) }
    /// Cosine, in radians.
    public func cos() throws -> Tensor { try Operator.cos(self) }
    /// Arc cosine, in radians.
    public func acos() throws -> Tensor { try Operator.acos(self) }
    /// Hyperbolic tangent.
    public func tanh() throws -> Tensor { try Operator.tanh(self) }
    /// 1 / (1 + exp(-x)).
    public func sigmoid() throws -> Tensor { try Operator.sigmoid(self) }
    /// The next integer below.
    public func floor() throws -> Tensor { try Operator.floor(self) }
    /// The next integer above.
    public func ceil() throws -> Tensor { try Operator.ceil(self) }
    /// The nearest integer, halves to even.
    public func round() throws -> Tensor { try Operator.round(self) }
    /// Each element to a power.
    public func pow(_ exponent: Double) throws -> Tensor { try Operator.pow(self, exponent) }
    /// The angle of (x: `x`, y: self), in radians.
    public func atan2(_ x: Tensor) throws -> Tensor { try Operator.atan2(self, x) }
    /// Limits elements to a range; a nil bound is open.
    public func clamped(min: Double? = nil, max: Double? = nil) throws -> Tensor {
        try Operator.clamp(self, min, max)
    }
    /// The smaller of two tensors' elements.
    public func minimum(_ other: Tensor) throws -> Tensor { try Operator.minimum(self, other) }
    /// The larger of two tensors' elements.
    public func maximum(_ other: Tensor) throws -> Tensor { try Operator.maximum(self, other) }
    /// Linear interpolation: self + weight * (end - self).
    public func lerp(to end: Tensor, weight: Double) throws -> Tensor {
        try Operator.lerp(self, end, weight)
    }

    // Reductions: over all elements if `dims` is nil.

    /// Sum.
    public func sum(_ dims: [Int]? = nil, keepDims: Bool = false) throws -> Tensor {
        try Operator.sum(self, dims, keepDims)
    }
    /// Mean.
    public func mean(_ dims: [Int]? = nil, keepDims: Bool = false) throws -> Tensor {
        try Operator.mean(self, dims, keepDims)
    }
    /// Variance with Bessel's `correction` (1; 0 for the population's).
    public func variance(_ dims: [Int]? = nil, correction: Int = 1, keepDims: Bool = false) throws
        -> Tensor
    {
        try Operator.variance(self, dims, correction, keepDims)
    }
    /// Standard deviation, as ``variance(_:correction:keepDims:)``.
    public func standardDeviation(
        _ dims: [Int]? = nil, correction: Int = 1, keepDims: Bool = false
    ) throws -> Tensor { try Operator.std(self, dims, correction, keepDims) }
    /// Euclidean norm along dimensions.
    public func norm(_ dims: [Int]? = nil, keepDims: Bool = false) throws -> Tensor {
        try Operator.norm(self, 2.0, dims, keepDims)
    }
    /// Largest elements along dimensions.
    public func max(_ dims: [Int] = [], keepDims: Bool = false) throws -> Tensor {
        try Operator.amax(self, dims, keepDims)
    }
    /// Smallest elements along dimensions.
    public func min(_ dims: [Int] = [], keepDims: Bool = false) throws -> Tensor {
        try Operator.amin(self, dims, keepDims)
    }
    /// Index of the largest element along a dimension, `int64`; of all elements if nil.
    public func argmax(along dim: Int? = nil, keepDim: Bool = false) throws -> Tensor {
        try Operator.argmax(self, dim, keepDim)
    }
    /// Index of the smallest element along a dimension, `int64`; of all elements if nil.
    public func argmin(along dim: Int? = nil, keepDim: Bool = false) throws -> Tensor {
        try Operator.argmin(self, dim, keepDim)
    }
    /// Running sum along a dimension.
    public func cumulativeSum(along dim: Int) throws -> Tensor { try Operator.cumsum(self, dim) }
    /// Running product along a dimension.
    public func cumulativeProduct(along dim: Int) throws -> Tensor {
        try Operator.cumprod(self, dim)
    }
    /// Whether any element is true (or not zero).
    public func any() throws -> Bool { try Operator.any(self).item() != 0 }
    /// Whether all elements are true (or not zero).
    public func all() throws -> Bool { try Operator.all(self).item() != 0 }
    /// Whether shape and every element equal another's.
    public func isEqual(to other: Tensor) throws -> Bool {
        try Operator.equal.number(self, other) != 0
    }
    /// exp(x) / sum(exp(x)) along a dimension.
    public func softmax(along dim: Int) throws -> Tensor { try Operator.softmax(self, dim) }
    /// The logarithm of ``softmax(along:)``, computed stably.
    public func logSoftmax(along dim: Int) throws -> Tensor { try Operator.logSoftmax(self, dim) }
}

extension Operator {
    static let abs = Operator("aten::abs")
    static let exp = Operator("aten::exp")
    static let log = Operator("aten::log")
    static let sqrt = Operator("aten::sqrt")
    static let rsqrt = Operator("aten::rsqrt")
    static let reciprocal = Operator("aten::reciprocal")
    static let square = Operator("aten::square")
    static let sin = Operator("aten::sin")
    static let cos = Operator("aten::cos")
    static let acos = Operator("aten::acos")
    static let tanh = Operator("aten::tanh")
    static let sigmoid = Operator("aten::sigmoid")
    static let floor = Operator("aten::floor")
    static let ceil = Operator("aten::ceil")
    static let round = Operator("aten::round")
    static let pow = Operator("aten::pow", "Tensor_Scalar")
    static let atan2 = Operator("aten::atan2")
    static let clamp = Operator("aten::clamp")
    static let minimum = Operator("aten::minimum")
    static let maximum = Operator("aten::maximum")
    static let lerp = Operator("aten::lerp", "Scalar")
    static let sum = Operator("aten::sum", "dim_IntList")
    static let mean = Operator("aten::mean", "dim")
    static let variance = Operator("aten::var", "correction")
    static let std = Operator("aten::std", "correction")
    static let norm = Operator("aten::linalg_vector_norm")
    static let amax = Operator("aten::amax")
    static let amin = Operator("aten::amin")
    static let argmax = Operator("aten::argmax")
    static let argmin = Operator("aten::argmin")
    static let cumsum = Operator("aten::cumsum")
    static let cumprod = Operator("aten::cumprod")
    static let any = Operator("aten::any")
    static let all = Operator("aten::all")
    static let equal = Operator("aten::equal")
    static let softmax = Operator("aten::softmax", "int")
    static let logSoftmax = Operator("aten::log_softmax", "int")
}
