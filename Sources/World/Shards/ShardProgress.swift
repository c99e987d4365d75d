/// How far a writer is.
public struct ShardProgress: Equatable, Sendable {
    /// Samples on their way to disk, those of earlier runs included.
    public var done: Int
    /// Samples when all is done.
    public var total: Int
    /// Samples a second in this run.
    public var samplesPerSecond: Double

    /// Seconds to the end at this rate.
    public var secondsLeft: Double {
        samplesPerSecond > 0 ? Double(total - done) / samplesPerSecond : .infinity
    }
}

/// Counts samples against time.
struct ProgressClock {
    private let total: Int
    private var done: Int
    private var made = 0
    private let start = ContinuousClock.now

    init(total: Int, done: Int) {
        self.total = total
        self.done = done
    }

    /// One more sample.
    mutating func tick() -> ShardProgress {
        (done, made) = (done + 1, made + 1)
        let seconds = Double((ContinuousClock.now - start) / .nanoseconds(1)) / 1e9
        return ShardProgress(
            done: done, total: total, samplesPerSecond: seconds > 0 ? Double(made) / seconds : 0)
    }
}
