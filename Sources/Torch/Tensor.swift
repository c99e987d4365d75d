import CTorch

/// An n-dimensional array of one element type on one device.
///
/// A handle to libtorch's own tensor: copying the reference shares the memory, as in Python.
/// Operators throw ``TorchError``; nothing traps on a bad shape. Reading a tensor from several
/// threads is safe, writing is not, so tensors are not `Sendable`.
public final class Tensor {
    let handle: OpaquePointer

    /// Takes over one reference.
    init(owning handle: OpaquePointer) {
        self.handle = handle
    }

    deinit { ct_tensor_release(handle) }

    /// Sizes, outermost first; empty for a scalar.
    public var shape: [Int] { fields(ct_tensor_sizes(handle)) }

    /// Steps between neighbours along each dimension, in elements.
    public var strides: [Int] { fields(ct_tensor_strides(handle)) }

    /// The number of dimensions.
    public var rank: Int { ct_tensor_rank(handle) }

    /// The number of elements.
    public var count: Int { Int(ct_tensor_count(handle)) }

    /// Bytes that the elements take when laid out without gaps.
    public var byteCount: Int { count * dtype.byteCount }

    /// Elements between the start of the storage and this view's first element.
    public var storageOffset: Int { Int(ct_tensor_storage_offset(handle)) }

    /// The element type.
    public var dtype: DType {
        let raw = ct_tensor_dtype(handle)
        guard let dtype = DType(rawValue: raw) else {
            preconditionFailure(
                "libtorch gave a tensor of dtype \(raw), which no operator used here makes")
        }
        return dtype
    }

    /// Where the memory lies.
    public var device: Device {
        let raw = ct_tensor_device(handle)
        guard let device = Device(raw: raw) else {
            preconditionFailure(
                "libtorch gave a tensor on device type \(raw.type), which Device never names")
        }
        return device
    }

    /// Whether the elements lie without gaps in the order of `format`.
    public func isContiguous(_ format: MemoryFormat = .contiguous) -> Bool {
        ct_tensor_is_contiguous(handle, format.rawValue)
    }

    /// Whether this tensor and another are views of the same memory.
    public func sharesStorage(with other: Tensor) -> Bool {
        ct_tensor_shares_storage(handle, other.handle)
    }

    private func fields(_ values: UnsafePointer<Int64>) -> [Int] {
        let rank = rank
        return [Int](unsafeUninitializedCapacity: rank) { buffer, count in
            for index in 0..<rank { buffer.initializeElement(at: index, to: Int(values[index])) }
            count = rank
        }
    }
}

extension Tensor: CustomStringConvertible {
    /// Shape and dtype, and the values of small tensors on the CPU.
    public var description: String {
        let head = "Tensor(\(operatorDescription))"
        guard device.kind == .cpu, count <= 16, let values = try? toArray(Double.self) else {
            return head
        }
        return "\(head) \(values)"
    }
}

/// The order in which a tensor's dimensions lie in memory.
public enum MemoryFormat: Int32, Sendable {
    /// Row-major: the last dimension is dense.
    case contiguous = 0
    /// Keeps whatever order the input has.
    case preserve = 1
    /// `[B, C, H, W]` with the channels of a pixel side by side: the fast layout of CPU convolutions.
    case channelsLast = 2
    /// The same for `[B, C, D, H, W]`.
    case channelsLast3d = 3
}

/// Facts about libtorch itself, and its threads.
public enum LibTorch {
    /// libtorch's version: `2.13.0`.
    public static var version: String { String(cString: ct_version()) }

    /// The widest instruction set that libtorch's own kernels use here: `DEFAULT`, `AVX2`, `AVX512`.
    public static var cpuCapability: String { String(cString: ct_cpu_capability()) }

    /// Whether this CPU has matrix tiles (AMX) that bf16 products use.
    public static var hasMatrixTiles: Bool { ct_has_bf16_tiles() }

    /// libtorch's own description of how it was built.
    public static var buildSummary: String { String(cString: ct_build_summary()) }

    /// Threads that one operator may use on the CPU.
    public static var threadCount: Int { Int(ct_thread_count()) }

    /// Keeps the memory of freed tensors for the next ones, in the whole process: for work that
    /// repeats, such as training. Peaks rise by what is kept, at most 2 GiB.
    public static func keepFreedMemory() { ct_keep_freed_memory() }

    /// Calls `body`, whose tensors stay for long: on this thread nothing of it is kept, or taken from what
    /// ``keepFreedMemory()`` keeps.
    public static func settlingMemory<Result>(_ body: () throws -> Result) rethrows -> Result {
        ct_settle_memory(true)
        defer { ct_settle_memory(false) }
        return try body()
    }

    /// Gives back to the system what ``keepFreedMemory()`` holds: between two works of other sizes.
    public static func releaseFreedMemory() { ct_release_freed_memory() }

    /// Sets ``threadCount``; `count` is at least 1. Results may differ in the last bits with it.
    public static func setThreadCount(_ count: Int) throws {
        try check(ct_set_thread_count(Int32(clamping: count)), "setting \(count) threads")
    }
}
