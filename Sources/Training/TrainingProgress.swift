import Foundation

/// How far a run is, for whoever watches.
public struct TrainingProgress: Sendable {
    /// Steps done.
    public var step: Int
    /// Steps of the run.
    public var steps: Int
    /// The last logged loss.
    public var loss: Double
    /// Lately.
    public var samplesPerSecond: Double
    /// Operations of forward and backward passes, as a share of what the machine's matrix products
    /// reach; nil where that is not known.
    public var peakShare: Double?
    /// Until the end, at the pace of late; seconds.
    public var secondsLeft: Double

    /// Whether the run is over.
    public var isLast: Bool { step == steps }

    /// `step 120/2000  loss 0.1234  52 samples/s  41 % of peak  3 min left`.
    public var line: String {
        let share = peakShare.map { String(format: "  %.0f %% of peak", 100 * $0) } ?? ""
        return "step \(step)/\(steps)  loss " + String(format: "%.4g", loss)
            + String(format: "  %.3g samples/s", samplesPerSecond) + share
            + "  \(Self.duration(secondsLeft)) left"
    }

    /// `45 s`, `3 min`, `2 h 5 min`.
    public static func duration(_ seconds: Double) -> String {
        guard seconds.isFinite else { return "unknown time" }
        let whole = Int(seconds.rounded())
        switch whole {
        case ..<90: return "\(whole) s"
        case ..<5400: return "\((whole + 30) / 60) min"
        default: return "\(whole / 3600) h \(whole % 3600 / 60) min"
        }
    }
}

/// The pace of the last few log intervals, without the time that saving and sampling took.
struct Pace {
    private var seconds = 0.0
    private var steps = 0
    private var rate = 0.0

    /// Counts a step that took this long.
    mutating func add(_ time: Double) {
        seconds += time
        steps += 1
    }

    /// Steps a second: half of what it was, half of what came since.
    mutating func stepsPerSecond() -> Double {
        guard seconds > 0 else { return rate }
        let recent = Double(steps) / seconds
        rate = rate == 0 ? recent : (rate + recent) / 2
        (seconds, steps) = (0, 0)
        return rate
    }
}
