/// What may stand between a tensor's brackets, one for each dimension:
/// `try x[0, .all, 2..<5, .newAxis]`.
public protocol TensorIndex {
    /// Applies the index to `tensor` at `dim`, and says which dimension the next index meets.
    func apply(to tensor: Tensor, at dim: Int) throws -> (tensor: Tensor, next: Int)
}

extension Tensor {
    /// A view: integers pick and drop a dimension, ranges keep it, negative integers count from
    /// the end. Dimensions without an index stay whole.
    ///
    /// Write into a view with ``copy(from:)`` or ``fill(_:)``.
    public subscript(indices: any TensorIndex...) -> Tensor {
        get throws {
            var tensor = self
            var dim = 0
            for index in indices { (tensor, dim) = try index.apply(to: tensor, at: dim) }
            return tensor
        }
    }
}

extension Int: TensorIndex {
    /// Picks one position; the dimension goes away.
    public func apply(to tensor: Tensor, at dim: Int) throws -> (tensor: Tensor, next: Int) {
        (try Operator.selectInt(tensor, dim, self), dim)
    }
}

extension Range<Int>: TensorIndex {
    /// Keeps the positions of the range.
    public func apply(to tensor: Tensor, at dim: Int) throws -> (tensor: Tensor, next: Int) {
        (try tensor.sliced(dim, from: lowerBound, to: upperBound), dim + 1)
    }
}

extension ClosedRange<Int>: TensorIndex {
    /// Keeps the positions of the range, its end included.
    public func apply(to tensor: Tensor, at dim: Int) throws -> (tensor: Tensor, next: Int) {
        (try tensor.sliced(dim, from: lowerBound, to: upperBound + 1), dim + 1)
    }
}

extension PartialRangeFrom<Int>: TensorIndex {
    /// Keeps the positions from a start; a negative start counts from the end.
    public func apply(to tensor: Tensor, at dim: Int) throws -> (tensor: Tensor, next: Int) {
        (try tensor.sliced(dim, from: lowerBound, to: .max), dim + 1)
    }
}

extension PartialRangeUpTo<Int>: TensorIndex {
    /// Keeps the positions before an end; a negative end counts from the end.
    public func apply(to tensor: Tensor, at dim: Int) throws -> (tensor: Tensor, next: Int) {
        (try tensor.sliced(dim, from: 0, to: upperBound), dim + 1)
    }
}

/// Whole dimensions, new dimensions and strides between a tensor's brackets: `.all`, `.newAxis`,
/// `.stride(by: 2)`.
public struct AxisIndex: TensorIndex {
    fileprivate enum Form {
        case all
        case newAxis
        case stride(from: Int, to: Int, by: Int)
    }
    fileprivate let form: Form

    /// Applies the index.
    public func apply(to tensor: Tensor, at dim: Int) throws -> (tensor: Tensor, next: Int) {
        switch form {
        case .all: (tensor, dim + 1)
        case .newAxis: (try tensor.unsqueezed(dim), dim + 1)
        case .stride(let from, let to, let by):
            (try tensor.sliced(dim, from: from, to: to, step: by), dim + 1)
        }
    }
}

extension TensorIndex where Self == AxisIndex {
    /// The whole dimension.
    public static var all: AxisIndex { AxisIndex(form: .all) }
    /// A new dimension of size 1.
    public static var newAxis: AxisIndex { AxisIndex(form: .newAxis) }
    /// Every `by`-th position of `from..<to`.
    public static func stride(from: Int = 0, to: Int = .max, by: Int) -> AxisIndex {
        AxisIndex(form: .stride(from: from, to: to, by: by))
    }
}
