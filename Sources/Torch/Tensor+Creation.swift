extension Tensor {
    /// A tensor whose memory holds whatever was there.
    public static func empty(
        _ shape: [Int], dtype: DType = .float32, device: Device = .cpu,
        memoryFormat: MemoryFormat? = nil
    ) throws -> Tensor {
        try Operator.empty(shape, dtype, Int?.none, device, Bool?.none, memoryFormat)
    }

    /// Zeros.
    public static func zeros(_ shape: [Int], dtype: DType = .float32, device: Device = .cpu) throws
        -> Tensor
    {
        try Operator.zeros(shape, dtype, Int?.none, device)
    }

    /// Ones.
    public static func ones(_ shape: [Int], dtype: DType = .float32, device: Device = .cpu) throws
        -> Tensor
    {
        try Operator.ones(shape, dtype, Int?.none, device)
    }

    /// `value` everywhere.
    public static func full(
        _ shape: [Int], _ value: Double, dtype: DType = .float32, device: Device = .cpu
    ) throws -> Tensor {
        try Operator.full(shape, value, dtype, Int?.none, device)
    }

    /// The identity matrix `[size, size]`.
    public static func eye(_ size: Int, dtype: DType = .float32, device: Device = .cpu) throws
        -> Tensor
    {
        try Operator.eye(size, dtype, Int?.none, device)
    }

    /// The integers of a range, as `int64`.
    public static func arange(_ range: Range<Int>, step: Int = 1, device: Device = .cpu) throws
        -> Tensor
    {
        try Operator.arange(
            range.lowerBound, range.upperBound, step, DType.int64, Int?.none, device)
    }

    /// `start`, `start + step`, ... below `end`.
    public static func arange(
        from start: Double, to end: Double, step: Double = 1, dtype: DType = .float32,
        device: Device = .cpu
    ) throws -> Tensor {
        try Operator.arange(start, end, step, dtype, Int?.none, device)
    }

    /// `count` values from `start` to `end`, both included.
    public static func linspace(
        from start: Double, to end: Double, count: Int, dtype: DType = .float32,
        device: Device = .cpu
    ) throws -> Tensor {
        try Operator.linspace(start, end, count, dtype, Int?.none, device)
    }

    /// Standard normal noise: the numbers of Python's `torch.randn(shape, generator=...)`.
    ///
    /// Draw whole tensors: fewer than 16 elements take another path of the generator than many.
    public static func randn(
        _ shape: [Int], generator: Generator, dtype: DType = .float32
    ) throws -> Tensor {
        try Operator.randn(shape, generator, dtype, Int?.none, generator.device)
    }

    /// Uniform noise in `[0, 1)`.
    public static func rand(
        _ shape: [Int], generator: Generator, dtype: DType = .float32
    ) throws -> Tensor {
        try Operator.rand(shape, generator, dtype, Int?.none, generator.device)
    }

    /// Uniform integers of a range, as `int64`.
    public static func randint(
        _ range: Range<Int>, _ shape: [Int], generator: Generator
    ) throws -> Tensor {
        try Operator.randint(
            range.lowerBound, range.upperBound, shape, generator, DType.int64, Int?.none,
            generator.device)
    }

    /// The integers `0..<count` in random order.
    public static func randperm(_ count: Int, generator: Generator) throws -> Tensor {
        try Operator.randperm(count, generator, DType.int64, Int?.none, generator.device)
    }

    /// Zeros with this tensor's shape, dtype, device and strides.
    public func zerosLike() throws -> Tensor { try Operator.zerosLike(self) }

    /// Ones with this tensor's shape, dtype, device and strides.
    public func onesLike() throws -> Tensor { try Operator.onesLike(self) }

    /// Uninitialised memory with this tensor's shape, dtype, device and strides.
    public func emptyLike() throws -> Tensor { try Operator.emptyLike(self) }

    /// Joins tensors along an existing dimension.
    public static func cat(_ tensors: [Tensor], along dim: Int = 0) throws -> Tensor {
        try Operator.cat(tensors, dim)
    }

    /// Joins tensors of one shape along a new dimension.
    public static func stack(_ tensors: [Tensor], along dim: Int = 0) throws -> Tensor {
        try Operator.stack(tensors, dim)
    }

    /// `then` where `condition` holds, `otherwise` elsewhere; all three broadcast.
    public static func select(_ condition: Tensor, _ then: Tensor, _ otherwise: Tensor) throws
        -> Tensor
    {
        try Operator.whereSelf(condition, then, otherwise)
    }
}

extension Operator {
    static let empty = Operator("aten::empty", "memory_format")
    static let zeros = Operator("aten::zeros")
    static let ones = Operator("aten::ones")
    static let full = Operator("aten::full")
    static let eye = Operator("aten::eye")
    static let arange = Operator("aten::arange", "start_step")
    static let linspace = Operator("aten::linspace")
    static let randn = Operator("aten::randn", "generator")
    static let rand = Operator("aten::rand", "generator")
    static let randint = Operator("aten::randint", "low_generator")
    static let randperm = Operator("aten::randperm", "generator")
    static let zerosLike = Operator("aten::zeros_like")
    static let onesLike = Operator("aten::ones_like")
    static let emptyLike = Operator("aten::empty_like")
    static let cat = Operator("aten::cat")
    static let stack = Operator("aten::stack")
    static let whereSelf = Operator("aten::where", "self")
}
