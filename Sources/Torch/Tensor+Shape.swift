extension Tensor {
    // Views share memory with the tensor they come from.

    /// The same elements in another shape; one size may be -1. Copies only if it must.
    public func reshaped(_ shape: [Int]) throws -> Tensor { try Operator.reshape(self, shape) }
    /// The same memory in another shape; throws where a copy would be needed.
    public func view(_ shape: [Int]) throws -> Tensor { try Operator.view(self, shape) }
    /// The same bytes as another dtype: the last dimension grows or shrinks by the ratio of sizes.
    public func view(as dtype: DType) throws -> Tensor { try Operator.viewDType(self, dtype) }
    /// Two dimensions exchanged.
    public func transposed(_ a: Int, _ b: Int) throws -> Tensor {
        try Operator.transpose(self, a, b)
    }
    /// Dimensions in a new order.
    public func permuted(_ dims: [Int]) throws -> Tensor { try Operator.permute(self, dims) }
    /// A dimension of size 1 added at `dim`.
    public func unsqueezed(_ dim: Int) throws -> Tensor { try Operator.unsqueeze(self, dim) }
    /// A dimension of size 1 taken away.
    public func squeezed(_ dim: Int) throws -> Tensor { try Operator.squeeze(self, dim) }
    /// Dimensions `start...end` made one.
    public func flattened(from start: Int = 0, to end: Int = -1) throws -> Tensor {
        try Operator.flatten(self, start, end)
    }
    /// Dimensions of size 1 stretched without copying; -1 keeps a size.
    public func expanded(_ shape: [Int]) throws -> Tensor { try Operator.expand(self, shape) }
    /// Copies side by side along each dimension.
    public func tiled(_ repeats: [Int]) throws -> Tensor { try Operator.tileRepeat(self, repeats) }
    /// Elements in reverse order along dimensions (a copy).
    public func flipped(_ dims: [Int]) throws -> Tensor { try Operator.flip(self, dims) }
    /// A window along one dimension, as in ``subscript(_:)``.
    public func sliced(_ dim: Int, from start: Int, to end: Int, step: Int = 1) throws -> Tensor {
        try Operator.slice(self, dim, start, end, step)
    }
    /// Pieces of `size` along a dimension; the last may be smaller.
    public func split(_ size: Int, along dim: Int = 0) throws -> [Tensor] {
        try Operator.split.tensors(self, size, dim)
    }
    /// Pieces of given sizes along a dimension.
    public func split(_ sizes: [Int], along dim: Int = 0) throws -> [Tensor] {
        try Operator.splitSizes.tensors(self, sizes, dim)
    }
    /// `count` equal pieces along a dimension.
    public func chunked(_ count: Int, along dim: Int = 0) throws -> [Tensor] {
        try Operator.chunk.tensors(self, count, dim)
    }
    /// One tensor for each index of a dimension, which goes away.
    public func unbound(along dim: Int = 0) throws -> [Tensor] {
        try Operator.unbind.tensors(self, dim)
    }

    // Picking by tensors of indices copies.

    /// Rows of a dimension in the order of `indices` `[K]`, `int64`.
    public func indexSelected(_ dim: Int, _ indices: Tensor) throws -> Tensor {
        try Operator.indexSelect(self, dim, indices)
    }
    /// Elements along a dimension at `indices`, which has this tensor's rank.
    public func gathered(_ dim: Int, _ indices: Tensor) throws -> Tensor {
        try Operator.gather(self, dim, indices)
    }
    /// Advanced indexing: one tensor of indices (or a mask) a dimension, nil for all of it.
    public func indexed(by indices: [Tensor?]) throws -> Tensor {
        try Operator.index(self, indices)
    }
    /// `value` where `mask` is true.
    public func maskedFilled(_ mask: Tensor, _ value: Double) throws -> Tensor {
        try Operator.maskedFill(self, mask, value)
    }
    /// The `count` largest elements along a dimension and their indices.
    public func topK(_ count: Int, along dim: Int = -1) throws -> (values: Tensor, indices: Tensor)
    {
        let pair = try Operator.topk.tensors(self, count, dim)
        return (pair[0], pair[1])
    }
    /// Sorted along a dimension, with the indices that sort.
    public func sorted(along dim: Int = -1, descending: Bool = false) throws
        -> (values: Tensor, indices: Tensor)
    {
        let pair = try Operator.sort.tensors(self, dim, descending)
        return (pair[0], pair[1])
    }

    // Layout, dtype and device.

    /// This tensor if it has no gaps in the order of `format`, else a copy that has none.
    public func contiguous(_ format: MemoryFormat = .contiguous) throws -> Tensor {
        try Operator.contiguous(self, format)
    }
    /// A copy with memory of its own.
    public func cloned(_ format: MemoryFormat? = nil) throws -> Tensor {
        try Operator.clone(self, format)
    }
    /// This tensor if it has the dtype already, else a converted copy.
    public func to(_ dtype: DType) throws -> Tensor {
        dtype == self.dtype ? self : try Operator.toDType(self, dtype)
    }
    /// This tensor if it lies there already, else a copy that does.
    public func to(_ device: Device) throws -> Tensor {
        device == self.device ? self : try Operator.toDevice(self, device, dtype)
    }
}

extension Operator {
    static let reshape = Operator("aten::reshape")
    static let view = Operator("aten::view")
    static let viewDType = Operator("aten::view", "dtype")
    static let transpose = Operator("aten::transpose", "int")
    static let permute = Operator("aten::permute")
    static let unsqueeze = Operator("aten::unsqueeze")
    static let squeeze = Operator("aten::squeeze", "dim")
    static let flatten = Operator("aten::flatten", "using_ints")
    static let expand = Operator("aten::expand")
    static let tileRepeat = Operator("aten::repeat")
    static let flip = Operator("aten::flip")
    static let slice = Operator("aten::slice", "Tensor")
    static let selectInt = Operator("aten::select", "int")
    static let split = Operator("aten::split", "Tensor")
    static let splitSizes = Operator("aten::split_with_sizes")
    static let chunk = Operator("aten::chunk")
    static let unbind = Operator("aten::unbind", "int")
    static let indexSelect = Operator("aten::index_select")
    static let gather = Operator("aten::gather")
    static let index = Operator("aten::index", "Tensor")
    static let maskedFill = Operator("aten::masked_fill", "Scalar")
    static let topk = Operator("aten::topk")
    static let sort = Operator("aten::sort")
    static let contiguous = Operator("aten::contiguous")
    static let clone = Operator("aten::clone")
    static let toDType = Operator("aten::to", "dtype")
    static let toDevice = Operator("aten::to", "device")
}
