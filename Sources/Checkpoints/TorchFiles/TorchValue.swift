import Torch

/// What a torch file holds: Python's plain values, and tensors described but not yet read.
public indirect enum TorchValue: Sendable, Hashable {
    case none
    case bool(Bool)
    case integer(Int)
    /// A whole number beyond 64 bits: two's complement, little-endian.
    case bigInteger([UInt8])
    case number(Double)
    case string(String)
    case bytes([UInt8])
    /// A list, tuple or `torch.Size`.
    case list([TorchValue])
    /// In file order. Keys that are numbers in Python, as optimisers have, become text.
    case dictionary([Member])
    case tensor(TorchTensor)
    /// A `torch.dtype` itself.
    case dtype(DType)

    /// A key and its value.
    public struct Member: Sendable, Hashable {
        /// The key.
        public var key: String
        /// The value.
        public var value: TorchValue
    }

    /// The value under `key`, if this is a dictionary that has it.
    ///
    /// - Parameter key: the key to look for.
    public subscript(key: String) -> TorchValue? {
        guard case .dictionary(let members) = self else { return nil }
        return members.first { $0.key == key }?.value
    }
}

/// A tensor's description in a torch file: which part of which storage it shows, and how.
public struct TorchTensor: Sendable, Hashable {
    /// Key of the storage; tensors that share one share memory in torch.
    public var storage: String
    /// Element type.
    public var dtype: DType
    /// Bytes from the start of the storage to the first element.
    public var byteOffset: Int
    /// Size of each dimension.
    public var shape: [Int]
    /// Elements between neighbours in each dimension, never negative.
    public var stride: [Int]
    /// Whether it was being trained.
    public var requiresGrad: Bool

    /// Bytes that the elements take when contiguous; checked on reading the file.
    public var byteCount: Int { shape.reduce(dtype.byteCount, *) }

    /// Bytes from the first element's start to the last one's end; 0 if there are no elements.
    var spanByteCount: Int {
        guard !shape.contains(0) else { return 0 }
        return zip(shape, stride).reduce(1) { $0 + ($1.0 - 1) * $1.1 } * dtype.byteCount
    }

    /// Whether elements follow one another in row-major order.
    public var isContiguous: Bool {
        if shape.contains(0) { return true }
        var expected = 1
        for (size, step) in zip(shape, stride).reversed() {
            if size > 1, step != expected { return false }
            expected *= size
        }
        return true
    }
}
