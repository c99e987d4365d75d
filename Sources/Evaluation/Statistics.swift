/// The value below which a share of numbers lies, interpolated between neighbours.
///
/// NumPy's default rule: the quantile `q` of n sorted numbers stands at index q (n - 1).
///
/// - Parameters:
///   - sorted: numbers in rising order.
///   - share: 0...1 (clamped); 0.5 is the median.
/// - Returns: NaN for no numbers.
public func quantile(_ sorted: [Double], _ share: Double) -> Double {
    guard let first = sorted.first, let last = sorted.last else { return .nan }
    let place = min(max(share, 0), 1) * Double(sorted.count - 1)
    let index = Int(place)
    guard index + 1 < sorted.count else { return last }
    guard index >= 0 else { return first }
    let part = place - Double(index)
    return part == 0 ? sorted[index] : sorted[index] * (1 - part) + sorted[index + 1] * part
}

/// The arithmetic mean; NaN for no numbers.
package func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

/// Least, greatest, middle and mean of some numbers.
public struct Summary: Hashable, Sendable {
    /// How many numbers.
    public let count: Int
    /// The least; NaN for no numbers, as are the others.
    public let min: Double
    /// The greatest.
    public let max: Double
    /// The middle one, or halfway between the middle two.
    public let median: Double
    /// The arithmetic mean.
    public let mean: Double

    /// Summarises numbers in any order.
    public init(_ values: [Double]) {
        let sorted = values.sorted()
        count = values.count
        min = sorted.first ?? .nan
        max = sorted.last ?? .nan
        median = quantile(sorted, 0.5)
        mean = Evaluation.mean(values)
    }

    private init(count: Int, min: Double, max: Double, median: Double, mean: Double) {
        self.count = count
        self.min = min
        self.max = max
        self.median = median
        self.mean = mean
    }

    /// The mean of each field over several summaries; their counts are added.
    public static func average(_ summaries: [Summary]) -> Summary {
        Summary(
            count: summaries.reduce(0) { $0 + $1.count },
            min: Evaluation.mean(summaries.map(\.min)), max: Evaluation.mean(summaries.map(\.max)),
            median: Evaluation.mean(summaries.map(\.median)),
            mean: Evaluation.mean(summaries.map(\.mean)))
    }
}

/// Random numbers that a seed fixes on every platform. Steele et al. 2014 (SplitMix64).
struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// A whole number in `0 ..< count`. Swift's own `random(in:using:)` promises no fixed rule.
    mutating func below(_ count: Int) -> Int {
        Int(next().multipliedFullWidth(by: UInt64(count)).high)
    }
}
