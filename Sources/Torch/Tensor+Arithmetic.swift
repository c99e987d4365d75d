extension Tensor {
    // Shapes broadcast and dtypes promote as in Python.

    /// Sum of two tensors.
    public static func + (a: Tensor, b: Tensor) throws -> Tensor { try Operator.add(a, b) }
    /// Sum with a number.
    public static func + (a: Tensor, b: Double) throws -> Tensor { try Operator.addScalar(a, b) }
    /// Sum with an integer; keeps an integer dtype.
    public static func + (a: Tensor, b: Int) throws -> Tensor { try Operator.addScalar(a, b) }
    /// Sum with a number.
    public static func + (a: Double, b: Tensor) throws -> Tensor { try b + a }
    /// Difference of two tensors.
    public static func - (a: Tensor, b: Tensor) throws -> Tensor { try Operator.sub(a, b) }
    /// Difference with a number.
    public static func - (a: Tensor, b: Double) throws -> Tensor { try Operator.subScalar(a, b) }
    /// Difference with an integer; keeps an integer dtype.
    public static func - (a: Tensor, b: Int) throws -> Tensor { try Operator.subScalar(a, b) }
    /// A number less a tensor.
    public static func - (a: Double, b: Tensor) throws -> Tensor { try Operator.rsub(b, a) }
    /// Product, element by element.
    public static func * (a: Tensor, b: Tensor) throws -> Tensor { try Operator.mul(a, b) }
    /// Product with a number.
    public static func * (a: Tensor, b: Double) throws -> Tensor { try Operator.mulScalar(a, b) }
    /// Product with an integer; keeps an integer dtype.
    public static func * (a: Tensor, b: Int) throws -> Tensor { try Operator.mulScalar(a, b) }
    /// Product with a number.
    public static func * (a: Double, b: Tensor) throws -> Tensor { try b * a }
    /// Quotient, element by element; integers give `float32`.
    public static func / (a: Tensor, b: Tensor) throws -> Tensor { try Operator.div(a, b) }
    /// Quotient with a number.
    public static func / (a: Tensor, b: Double) throws -> Tensor { try Operator.divScalar(a, b) }
    /// A number divided by each element.
    public static func / (a: Double, b: Tensor) throws -> Tensor { try b.reciprocal() * a }
    /// Negation.
    public static prefix func - (a: Tensor) throws -> Tensor { try Operator.neg(a) }

    // In place: the left tensor keeps its memory, dtype and shape.

    /// Adds in place.
    public static func += (a: Tensor, b: Tensor) throws { try Operator.addInPlace(a, b) }
    /// Adds a number in place.
    public static func += (a: Tensor, b: Double) throws { try Operator.addScalarInPlace(a, b) }
    /// Subtracts in place.
    public static func -= (a: Tensor, b: Tensor) throws { try Operator.subInPlace(a, b) }
    /// Multiplies in place.
    public static func *= (a: Tensor, b: Tensor) throws { try Operator.mulInPlace(a, b) }
    /// Multiplies by a number in place.
    public static func *= (a: Tensor, b: Double) throws { try Operator.mulScalarInPlace(a, b) }
    /// Divides in place.
    public static func /= (a: Tensor, b: Tensor) throws { try Operator.divInPlace(a, b) }

    /// Overwrites this tensor with another that broadcasts to it, converting dtype and device.
    public func copy(from other: Tensor) throws { try Operator.copyInPlace(self, other) }
    /// Overwrites every element.
    public func fill(_ value: Double) throws { try Operator.fillInPlace(self, value) }

    // Comparison gives a tensor of truth values.

    /// Where elements are equal.
    public func equal(_ other: Tensor) throws -> Tensor { try Operator.eq(self, other) }
    /// Where elements equal a number.
    public func equal(_ other: Double) throws -> Tensor { try Operator.eqScalar(self, other) }
    /// Where elements are less than another's.
    public static func .< (a: Tensor, b: Tensor) throws -> Tensor { try Operator.lt(a, b) }
    /// Where elements are less than a number.
    public static func .< (a: Tensor, b: Double) throws -> Tensor { try Operator.ltScalar(a, b) }
    /// Where elements are greater than another's.
    public static func .> (a: Tensor, b: Tensor) throws -> Tensor { try Operator.gt(a, b) }
    /// Where elements are greater than a number.
    public static func .> (a: Tensor, b: Double) throws -> Tensor { try Operator.gtScalar(a, b) }
    /// Where elements are at least a number.
    public static func .>= (a: Tensor, b: Double) throws -> Tensor { try Operator.geScalar(a, b) }
    /// Where elements are at most a number.
    public static func .<= (a: Tensor, b: Double) throws -> Tensor { try Operator.leScalar(a, b) }

    /// Matrix product; batches broadcast. `[..., n, k]` x `[..., k, m]` -> `[..., n, m]`.
    public func matmul(_ other: Tensor) throws -> Tensor { try Operator.matmul(self, other) }
    /// Batched matrix product without broadcasting: `[B, n, k]` x `[B, k, m]`.
    public func bmm(_ other: Tensor) throws -> Tensor { try Operator.bmm(self, other) }
}

infix operator .< : ComparisonPrecedence
infix operator .> : ComparisonPrecedence
infix operator .<= : ComparisonPrecedence
infix operator .>= : ComparisonPrecedence

extension Operator {
    static let add = Operator("aten::add", "Tensor")
    static let addScalar = Operator("aten::add", "Scalar")
    static let addInPlace = Operator("aten::add_", "Tensor")
    static let addScalarInPlace = Operator("aten::add_", "Scalar")
    static let sub = Operator("aten::sub", "Tensor")
    static let subScalar = Operator("aten::sub", "Scalar")
    static let subInPlace = Operator("aten::sub_", "Tensor")
    static let rsub = Operator("aten::rsub", "Scalar")
    static let mul = Operator("aten::mul", "Tensor")
    static let mulScalar = Operator("aten::mul", "Scalar")
    static let mulInPlace = Operator("aten::mul_", "Tensor")
    static let mulScalarInPlace = Operator("aten::mul_", "Scalar")
    static let div = Operator("aten::div", "Tensor")
    static let divScalar = Operator("aten::div", "Scalar")
    static let divInPlace = Operator("aten::div_", "Tensor")
    static let neg = Operator("aten::neg")
    static let copyInPlace = Operator("likeness::copy_")
    static let fillInPlace = Operator("aten::fill_", "Scalar")
    static let eq = Operator("aten::eq", "Tensor")
    static let eqScalar = Operator("aten::eq", "Scalar")
    static let lt = Operator("aten::lt", "Tensor")
    static let ltScalar = Operator("aten::lt", "Scalar")
    static let gt = Operator("aten::gt", "Tensor")
    static let gtScalar = Operator("aten::gt", "Scalar")
    static let geScalar = Operator("aten::ge", "Scalar")
    static let leScalar = Operator("aten::le", "Scalar")
    static let matmul = Operator("aten::matmul")
    static let bmm = Operator("aten::bmm")
}
