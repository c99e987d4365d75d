/// One axis of a plot.
public struct Axis: Hashable, Sendable {
    /// How values become distances.
    public enum Scale: Hashable, Sendable {
        case linear
        /// Equal ratios take equal distances; values of 0 and below are left out.
        case logarithmic
    }

    /// What is measured, with its unit: `loss`, `time (s)`.
    public var title: String
    /// How values become distances.
    public var scale: Scale
    /// The values at both ends; nil fits the data.
    public var range: ClosedRange<Double>?
    /// Whether a fitted linear axis reaches down, or up, to zero.
    public var includesZero: Bool

    /// An axis.
    ///
    /// - Parameters:
    ///   - title: what is measured, with its unit.
    ///   - scale: how values become distances.
    ///   - range: the values at both ends; nil fits the data, and so does a range that the scale
    ///     cannot show.
    ///   - includesZero: whether a fitted linear axis reaches zero.
    public init(
        _ title: String = "", scale: Scale = .linear, range: ClosedRange<Double>? = nil,
        includesZero: Bool = false
    ) {
        self.title = title
        self.scale = scale
        self.range = range
        self.includesZero = includesZero
    }
}

/// An axis whose ends are known: places values on a line of a length.
struct FittedAxis {
    let scale: Axis.Scale
    /// Both ends, as values.
    let low, high: Double
    /// Where the ends lie on the page; `start` may be greater, as it is for a vertical axis.
    let start, end: Double
    let ticks: [Tick]

    /// Fits an axis to the values that it is to show.
    ///
    /// - Parameters:
    ///   - axis: what was asked for.
    ///   - values: those to show; others than finite ones do not count.
    ///   - start: where the lower end lies on the page.
    ///   - end: where the upper end lies.
    ///   - roundEnds: whether a fitted axis grows to the next round values.
    ///   - spacing: the distance between labelled ticks to aim at.
    init(
        _ axis: Axis, values: [Double], from start: Double, to end: Double, roundEnds: Bool,
        spacing: Double
    ) {
        scale = axis.scale
        (self.start, self.end) = (start, end)
        let wanted = max(Int(abs(end - start) / spacing), 2)
        if let range = axis.range, Self.shows(range, axis.scale) {
            (low, high) = (range.lowerBound, range.upperBound)
        } else {
            (low, high) = Self.fitted(axis, values, roundEnds ? wanted : nil)
        }
        ticks = Tick.ticks(from: low, to: high, scale: axis.scale, wanted: wanted)
    }

    /// Where a value lies; nil for what the scale cannot show.
    func position(_ value: Double) -> Double? {
        guard Self.shows(value, scale) else { return nil }
        let share =
            scale == .linear
            ? (value - low) / (high - low)
            : (logarithm(value) - logarithm(low)) / (logarithm(high) - logarithm(low))
        // Far outside values would make coordinates that no renderer takes.
        return start + min(max(share, -50), 50) * (end - start)
    }

    static func shows(_ value: Double, _ scale: Axis.Scale) -> Bool {
        abs(value) < 1e300 && (scale == .linear || value > 1e-300)
    }

    private static func shows(_ range: ClosedRange<Double>, _ scale: Axis.Scale) -> Bool {
        shows(range.lowerBound, scale) && shows(range.upperBound, scale)
            && range.lowerBound < range.upperBound
    }

    private static func fitted(_ axis: Axis, _ values: [Double], _ wanted: Int?) -> (
        Double, Double
    ) {
        let shown = values.filter { shows($0, axis.scale) }
        guard var low = shown.min(), var high = shown.max() else {
            return axis.scale == .linear ? (0, 1) : (0.1, 1)
        }
        if axis.scale == .logarithmic {
            // Less than a fifth of a decade is all noise.
            if high / low < 1.5 { (low, high) = (low / 1.25, high * 1.25) }
            return wanted == nil ? (low, high) : Tick.roundedLogarithmic(low, high)
        }
        if axis.includesZero { (low, high) = (min(low, 0), max(high, 0)) }
        if high - low <= 1e-9 * max(abs(low), abs(high)) {
            let room = low == 0 && high == 0 ? 0.5 : 0.1 * max(abs(low), abs(high))
            (low, high) = (low - room, high + room)
        }
        guard let wanted else { return (low, high) }
        let step = Tick.step(from: low, to: high, wanted: wanted)
        return ((low / step).rounded(.down) * step, (high / step).rounded(.up) * step)
    }
}
