import Torch

/// A tensor in a file: its name, type and shape, and where its bytes are.
public struct TensorEntry: Sendable, Hashable {
    /// The key it has in the file, such as `encoder.conv_in.weight`.
    public var name: String
    /// Element type.
    public var dtype: DType
    /// Size of each dimension, in torch's order; empty for a scalar.
    public var shape: [Int]
    /// The file that holds it.
    public var file: String
    /// Its bytes in ``file``, row-major and little-endian, counted from the start of the file; nil
    /// when they are scattered and must be gathered by reading.
    public var byteRange: Range<Int>?

    /// Bytes that the tensor's elements take; readers have checked that this cannot overflow.
    public var byteCount: Int { shape.reduce(dtype.byteCount, *) }
}

/// Multiplies a shape out, if torch could hold it: sizes non-negative, at most 64 dimensions, and
/// the byte count within `Int` even when sizes of 0 count as 1, as they do in torch's strides.
func checkedByteCount(_ shape: [Int], _ elementByteCount: Int) -> Int? {
    guard shape.count <= maximumRank else { return nil }
    var total = elementByteCount
    var isEmpty = false
    for size in shape {
        guard size >= 0 else { return nil }
        if size == 0 { isEmpty = true }
        let (product, overflow) = total.multipliedReportingOverflow(by: max(size, 1))
        guard !overflow else { return nil }
        total = product
    }
    return isEmpty ? 0 : total
}

/// torch itself stops at 64 dimensions.
let maximumRank = 64
