import CTorch

/// Bytes that tensors take on a device, in the whole process.
///
/// On the CPU every tensor counts with what `malloc` reserved for it; scratch memory inside
/// operators and memory mapped from files do not. Elsewhere it is the caching allocator's count.
public struct MemoryStatistics: Hashable, Sendable {
    /// Bytes now.
    public let current: Int
    /// The most bytes at once since the start, or within a measured closure.
    public let peak: Int

    /// The figures now.
    public static func now(on device: Device = .cpu) throws -> MemoryStatistics {
        var memory = ct_memory()
        try check(ct_memory_read(device.raw, &memory), "MemoryStatistics")
        return MemoryStatistics(current: Int(memory.current), peak: Int(memory.peak))
    }

    /// Calls `body` and gives the most bytes that were in use at once meanwhile.
    ///
    /// Scopes may nest. Other threads' tensors count too. On other devices than the CPU the
    /// surrounding scope's peak starts again after an inner one.
    public static func measure<Result>(
        on device: Device = .cpu, _ body: () throws -> Result
    ) throws -> (result: Result, peak: Int) {
        let outer = try now(on: device)
        try check(ct_memory_reset_peak(device.raw), "MemoryStatistics")
        let result = Swift.Result { try body() }
        let inner = try now(on: device)
        if device.kind == .cpu {
            try check(
                ct_memory_set_peak(device.raw, Int64(max(outer.peak, inner.peak))),
                "MemoryStatistics")
        }
        return (try result.get(), inner.peak)
    }

    /// Calls `body` and gives by how much the calling thread's CPU tensors grew at the most.
    ///
    /// Tensors that other threads make meanwhile do not count, whatever they are for. Gradients of
    /// CPU tensors are computed on the thread that asks for them, so they do. Scopes may nest.
    public static func measureThread<Result>(
        _ body: () throws -> Result
    ) throws -> (result: Result, growth: Int) {
        let outer = ct_memory_of_thread()
        ct_memory_of_thread_set_peak(outer.current)
        let result = Swift.Result { try body() }
        let peak = ct_memory_of_thread().peak
        ct_memory_of_thread_set_peak(max(outer.peak, peak))
        return (try result.get(), Int(peak - outer.current))
    }
}
