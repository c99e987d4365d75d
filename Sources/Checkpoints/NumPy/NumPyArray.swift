import Torch

/// An array as NumPy stores it, in a .npy file or a pickle: a type, a shape and bytes.
package struct NumPyArray: Sendable {
    /// Element type; NumPy's little-endian ones that torch has.
    package let dtype: DType
    /// Size of each dimension.
    package let shape: [Int]
    /// Whether the first dimension is dense, as in Fortran, and not the last.
    package let isFortran: Bool
    /// The elements, as many as the shape holds.
    package let bytes: [UInt8]

    /// An array of checked size, or nil if `bytes` do not fill the shape.
    package init?(dtype: DType, shape: [Int], isFortran: Bool = false, bytes: [UInt8]) {
        guard checkedByteCount(shape, dtype.byteCount) == bytes.count else { return nil }
        (self.dtype, self.shape, self.isFortran, self.bytes) = (dtype, shape, isFortran, bytes)
    }

    /// A copy as a tensor, row-major.
    package func tensor() throws -> Tensor {
        let stored = try Tensor.empty(isFortran ? shape.reversed() : shape, dtype: dtype)
        try stored.withMutableBytes { target in
            bytes.withUnsafeBytes { target.copyMemory(from: $0) }
        }
        return isFortran ? try stored.permuted(shape.indices.reversed()).contiguous() : stored
    }

    /// The type that NumPy writes as `f8`, `u4` or `b1`: a kind and a number of bytes.
    package static func dtype(_ code: some StringProtocol) -> DType? { types[String(code)] }

    private static let types: [String: DType] = [
        "b1": .bool, "u1": .uint8, "i1": .int8, "u2": .uint16, "i2": .int16, "u4": .uint32,
        "i4": .int32, "u8": .uint64, "i8": .int64, "f2": .float16, "f4": .float32, "f8": .float64,
        "c8": .complex64, "c16": .complex128,
    ]

    /// Whether NumPy's mark of a byte order means little-endian, or that there is nothing to order.
    package static func isLittleEndian(_ mark: some StringProtocol) -> Bool {
        ["<", "=", "|"].contains(String(mark))
    }
}
