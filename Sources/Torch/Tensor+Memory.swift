import CTorch

/// A Swift number that tensors hold.
public protocol TensorElement {
    /// The tensor type with the same bits.
    static var dtype: DType { get }
}

extension Float: TensorElement {
    /// `float32`.
    public static var dtype: DType { .float32 }
}
extension Double: TensorElement {
    /// `float64`.
    public static var dtype: DType { .float64 }
}
extension Int: TensorElement {
    /// `int64`.
    public static var dtype: DType { .int64 }
}
extension Int64: TensorElement {
    /// `int64`.
    public static var dtype: DType { .int64 }
}
extension Int32: TensorElement {
    /// `int32`.
    public static var dtype: DType { .int32 }
}
extension Int16: TensorElement {
    /// `int16`.
    public static var dtype: DType { .int16 }
}
extension Int8: TensorElement {
    /// `int8`.
    public static var dtype: DType { .int8 }
}
extension UInt8: TensorElement {
    /// `uint8`.
    public static var dtype: DType { .uint8 }
}
extension UInt16: TensorElement {
    /// `uint16`.
    public static var dtype: DType { .uint16 }
}
extension UInt32: TensorElement {
    /// `uint32`.
    public static var dtype: DType { .uint32 }
}
extension UInt64: TensorElement {
    /// `uint64`.
    public static var dtype: DType { .uint64 }
}
extension Bool: TensorElement {
    /// `bool`.
    public static var dtype: DType { .bool }
}
#if !(os(macOS) && arch(x86_64))
    extension Float16: TensorElement {
        /// `float16`.
        public static var dtype: DType { .float16 }
    }
#endif

extension Tensor {
    /// A tensor with a copy of `elements`, row-major.
    ///
    /// - Parameters:
    ///   - elements: as many as `shape` holds.
    ///   - shape: sizes, outermost first; one dimension with all elements if nil.
    ///   - device: where the copy goes.
    /// - Throws: ``TorchError`` if the counts differ.
    public convenience init<Element: TensorElement>(
        _ elements: [Element], shape: [Int]? = nil, device: Device = .cpu
    ) throws {
        let shape = shape ?? [elements.count]
        let tensor = try Tensor.empty(shape, dtype: Element.dtype)
        guard tensor.count == elements.count else {
            throw TorchError(
                operation: "Tensor(_:shape:)",
                message:
                    "expected \(tensor.count) elements for shape \(shape), found \(elements.count)")
        }
        try tensor.withMutableBytes { bytes in
            elements.withUnsafeBytes { bytes.copyMemory(from: $0) }
        }
        self.init(owning: ct_tensor_retain(try tensor.to(device).handle))
    }

    /// A scalar tensor.
    public convenience init<Element: TensorElement>(_ value: Element, device: Device = .cpu) throws
    {
        try self.init([value], shape: [], device: device)
    }

    /// A contiguous tensor over memory that something else owns, without a copy.
    ///
    /// - Parameters:
    ///   - memory: the elements, row-major, aligned for `dtype`; may be written through the tensor.
    ///   - shape: sizes, outermost first.
    ///   - dtype: of the elements.
    ///   - owner: kept alive until the last view of the memory is gone.
    /// - Throws: ``TorchError`` if `memory` is smaller than `shape` and `dtype` need.
    public convenience init(
        sharing memory: UnsafeMutableRawBufferPointer, shape: [Int], dtype: DType, owner: AnyObject
    ) throws {
        var needed = dtype.byteCount
        for size in shape {
            let (product, overflow) = needed.multipliedReportingOverflow(by: size)
            guard !overflow, size >= 0 else {
                throw TorchError(
                    operation: "Tensor(sharing:)",
                    message: "expected a shape of sizes, found \(shape)")
            }
            needed = product
        }
        guard memory.count >= needed else {
            throw TorchError(
                operation: "Tensor(sharing:)",
                message: "expected \(needed) bytes for \(shape) \(dtype), found \(memory.count)")
        }
        let retained = Unmanaged.passRetained(owner)
        var handle: OpaquePointer?
        let sizes = shape.map(Int64.init)
        let status = ct_tensor_from_memory(
            memory.baseAddress, sizes, sizes.count, dtype.rawValue,
            { context in
                if let context { Unmanaged<AnyObject>.fromOpaque(context).release() }
            }, retained.toOpaque(), &handle)
        guard status == CT_OK, let handle else {
            retained.release()
            throw TorchError(status: status, operation: "Tensor(sharing:)")
        }
        self.init(owning: handle)
    }

    /// The elements, row-major, converted to `Element` if need be and brought to the CPU.
    public func toArray<Element: TensorElement>(_ type: Element.Type = Element.self) throws
        -> [Element]
    {
        let source = try detached().to(.cpu).to(Element.dtype).contiguous()
        let count = source.count
        return try source.withBytes { bytes in
            [Element](unsafeUninitializedCapacity: count) { buffer, initialized in
                UnsafeMutableRawBufferPointer(buffer).copyMemory(from: bytes)
                initialized = count
            }
        }
    }

    /// The only element of a one-element tensor, as a `Double`. Waits for the device.
    public func item() throws -> Double { try Operator.localScalar.number(detached().single()) }

    /// The only element of a one-element integer tensor, exactly. Waits for the device.
    public func integerItem() throws -> Int {
        try Operator.localScalar.integer(detached().single().to(.int64))
    }

    private func single() throws -> Tensor {
        guard count == 1 else {
            throw TorchError(
                operation: "item", arguments: [operatorDescription],
                message: "expected a tensor of one element, found \(count)")
        }
        return self
    }

    /// Calls `body` with the bytes of a contiguous CPU tensor, without a copy.
    public func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) throws
        -> Result
    {
        try withMutableBytes { try body(UnsafeRawBufferPointer($0)) }
    }

    /// Calls `body` with the bytes of a contiguous CPU tensor, to be written in place.
    ///
    /// - Throws: ``TorchError`` for a tensor elsewhere or with gaps; what `body` throws.
    public func withMutableBytes<Result>(
        _ body: (UnsafeMutableRawBufferPointer) throws -> Result
    ) throws -> Result {
        guard isContiguous() else {
            throw TorchError(
                operation: "withBytes", arguments: [operatorDescription],
                message:
                    "expected a contiguous tensor, found strides \(strides); call contiguous() first"
            )
        }
        var data: UnsafeMutableRawPointer?
        try check(ct_tensor_data(handle, &data), "withBytes")
        return try withExtendedLifetime(self) {
            try body(UnsafeMutableRawBufferPointer(start: data, count: byteCount))
        }
    }
}

extension Operator {
    static let localScalar = Operator("aten::_local_scalar_dense")
}
