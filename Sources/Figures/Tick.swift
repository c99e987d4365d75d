import Foundation

/// A place on an axis, with a label unless it only divides.
struct Tick: Hashable {
    let value: Double
    /// Nil for the small divisions of a logarithmic axis.
    let label: String?

    /// Ticks at round values within both ends, smallest first.
    static func ticks(from low: Double, to high: Double, scale: Axis.Scale, wanted: Int) -> [Tick] {
        scale == .linear
            ? linear(from: low, to: high, wanted: wanted)
            : logarithmic(from: low, to: high, wanted: wanted)
    }

    /// 1, 2 or 5 times a power of ten, such that about `wanted` steps fill the range.
    static func step(from low: Double, to high: Double, wanted: Int) -> Double {
        let rough = (high - low) / Double(max(wanted, 1))
        let power = pow(10, log10(rough).rounded(.down))
        let factor = rough / power
        return power * (factor < 1.5 ? 1 : factor < 3.5 ? 2 : factor < 7.5 ? 5 : 10)
    }

    /// The next 1, 2 or 5 times a power of ten outside both ends.
    static func roundedLogarithmic(_ low: Double, _ high: Double) -> (Double, Double) {
        func power(_ value: Double) -> Double { pow(10, log10(value * (1 + 1e-12)).rounded(.down)) }
        let (below, above) = (power(low), power(high))
        return (
            [5, 2, 1].map { $0 * below }.first { $0 <= low * (1 + 1e-9) } ?? below,
            [1, 2, 5, 10].map { $0 * above }.first { $0 >= high * (1 - 1e-9) } ?? above * 10
        )
    }

    private static func linear(from low: Double, to high: Double, wanted: Int) -> [Tick] {
        let step = step(from: low, to: high, wanted: wanted)
        // A tick may miss an end by rounding.
        let (first, last) = ((low / step - 1e-6).rounded(.up), (high / step + 1e-6).rounded(.down))
        guard first <= last, last - first < 100 else { return [] }
        let largest = max(abs(low), abs(high))
        return stride(from: first, through: last, by: 1).map { index in
            Tick(value: index * step, label: tickLabel(index * step, step: step, largest: largest))
        }
    }

    private static func logarithmic(from low: Double, to high: Double, wanted: Int) -> [Tick] {
        let (first, last) = (Int(log10(low).rounded(.down)), Int(log10(high).rounded(.up)))
        let decades = last - first
        let inside = { (value: Double) in value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9) }
        let powers = (first...last).filter { inside(pow(10, Double($0))) }
        let stride = max((decades + wanted - 1) / max(wanted, 1), 1)
        // With one power of ten in sight, 2 and 5 are labelled too, or the axis could not be read.
        let labelled: Set<Int> = powers.count >= 3 ? [1] : [1, 2, 5]
        let factors = decades <= 8 ? Array(1...9) : [1]
        let ticks = (first...last).flatMap { exponent in
            factors.compactMap { factor -> Tick? in
                let value = Double(factor) * pow(10, Double(exponent))
                guard inside(value) else { return nil }
                let shows = labelled.contains(factor) && exponent % stride == 0
                return Tick(value: value, label: shows ? powerLabel(factor, exponent) : nil)
            }
        }
        guard ticks.count(where: { $0.label != nil }) >= 2 else {
            return linear(from: low, to: high, wanted: wanted)
        }
        return ticks
    }
}

/// The base-10 logarithm, which axes use.
func logarithm(_ value: Double) -> Double { log10(value) }
