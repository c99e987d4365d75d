#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Counts floating-point operations of matrix products, convolutions and attention as they are
/// called: two for each multiplication and addition.
///
/// Layers report to the counter of the calling thread, if there is one; without a counter a report
/// costs a comparison. Backward passes are not seen: training does about three times the forward's
/// work.
public enum FlopCount {
    /// Calls `body` and counts what its layers do, in this thread.
    public static func measure<Result>(_ body: () throws -> Result) rethrows -> (
        result: Result, flops: Double
    ) {
        let outer = Counter.current
        let counter = Counter()
        Counter.current = counter
        defer { Counter.current = outer }
        let result = try body()
        outer?.flops += counter.flops
        return (result, counter.flops)
    }

    /// Reports work; the closure runs only while someone counts.
    @inline(__always)
    public static func add(_ flops: () -> Double) {
        if let counter = Counter.current { counter.flops += flops() }
    }

    private final class Counter {
        var flops = 0.0

        /// The calling thread's counter.
        static var current: Counter? {
            get {
                guard let pointer = pthread_getspecific(key) else { return nil }
                return Unmanaged<Counter>.fromOpaque(pointer).takeUnretainedValue()
            }
            set {
                // The measuring frame owns the counter for as long as it is current.
                pthread_setspecific(key, newValue.map { Unmanaged.passUnretained($0).toOpaque() })
            }
        }

        private static let key: pthread_key_t = {
            var key = pthread_key_t()
            pthread_key_create(&key, nil)
            return key
        }()
    }
}

/// What this machine's matrix products reach: the yardstick that other work is held against.
public enum MatrixPeak {
    /// Floating-point operations a second of a square product, the best of several.
    ///
    /// - Parameters:
    ///   - size: rows and columns.
    ///   - dtype: of the elements.
    ///   - device: where.
    ///   - rounds: how many to time.
    /// - Returns: operations a second.
    /// - Throws: ``TorchError``.
    public static func measure(
        size: Int = 1536, dtype: DType = .float32, device: Device = .cpu, rounds: Int = 3
    ) throws -> Double {
        let generator = try Generator(seed: 0)
        let a = try Tensor.randn([size, size], generator: generator).to(device).to(dtype)
        var best = Double.infinity
        for round in 0...rounds {
            let time = try ContinuousClock().measure {
                _ = try noGrad { try a.matmul(a) }
                try device.synchronize()
            }
            // The first call warms caches and threads up.
            if round > 0 { best = min(best, time / .seconds(1)) }
        }
        let side = Double(size)
        return 2 * side * side * side / best
    }
}
