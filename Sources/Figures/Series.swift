/// Points that belong together, in the order they are joined.
public struct Series: Sendable {
    /// How points are shown.
    public enum Style: Hashable, Sendable {
        case line
        case dashed
        /// A thin, pale line: raw values behind their average.
        case faint
        case dots
        /// A line with a tint between it and zero: histograms.
        case area
    }

    /// Shown in the legend; without a name there is no entry.
    public var name: String
    /// Values on both axes. A value that its axis cannot show, such as NaN, breaks the line.
    public var points: [(x: Double, y: Double)]
    /// How points are shown.
    public var style: Style
    /// Which of the palette's colours, from 0; nil takes the series' place in the plot.
    public var colour: Int?

    /// A series.
    ///
    /// - Parameters:
    ///   - name: shown in the legend; empty for no entry.
    ///   - points: values on both axes, in the order they are joined.
    ///   - style: how points are shown.
    ///   - colour: which of the palette's colours, from 0; nil takes the series' place in the plot.
    public init(
        name: String, points: [(x: Double, y: Double)], style: Style = .line, colour: Int? = nil
    ) {
        self.name = name
        self.points = points
        self.style = style
        self.colour = colour
    }

    /// A series over 0, 1, 2 ...
    ///
    /// - Parameters:
    ///   - name: shown in the legend; empty for no entry.
    ///   - values: on the vertical axis.
    ///   - style: how points are shown.
    public init(name: String, values: [Double], style: Style = .line) {
        let points = values.enumerated().map { (x: Double($0.offset), y: $0.element) }
        self.init(name: name, points: points, style: style)
    }

    /// This series with every value replaced by a running mean, so that a trend shows.
    ///
    /// The mean weighs the past by `decay` a point, and is corrected for its start at nothing, so
    /// the first value is kept. Values that are no numbers are passed over.
    ///
    /// - Parameter decay: 0 ..< 1; 0.98 averages some 50 points.
    /// - Returns: the same points with other heights.
    public func smoothed(decay: Double = 0.98) -> Series {
        var copy = self
        var (mean, weight) = (0.0, 0.0)
        for index in points.indices where points[index].y.isFinite {
            mean = decay * mean + (1 - decay) * points[index].y
            weight = decay * weight + (1 - decay)
            copy.points[index].y = mean / weight
        }
        return copy
    }

    /// How often values fall into bins of equal width, as shares of all of them.
    ///
    /// - Parameters:
    ///   - name: shown in the legend.
    ///   - values: what to count. Those outside the range are counted in the total only.
    ///   - range: from the first bin's start to the last one's end, which is included.
    ///   - bins: how many, at least 1.
    /// - Returns: the outline of the bars.
    public static func histogram(
        name: String, values: [Double], range: ClosedRange<Double>, bins: Int = 50
    ) -> Series {
        let bins = max(bins, 1)
        let width = (range.upperBound - range.lowerBound) / Double(bins)
        var counts = [Int](repeating: 0, count: bins)
        for value in values where range.contains(value) && width > 0 {
            counts[min(Int((value - range.lowerBound) / width), bins - 1)] += 1
        }
        let total = Double(max(values.count, 1))
        var points = [(x: range.lowerBound, y: 0.0)]
        for (index, count) in counts.enumerated() {
            let share = Double(count) / total
            points.append((range.lowerBound + Double(index) * width, share))
            points.append((range.lowerBound + Double(index + 1) * width, share))
        }
        points.append((range.upperBound, 0))
        return Series(name: name, points: points, style: .area)
    }
}

/// A straight line across a plot at one value, with a few words: a target, a threshold.
public struct Guide: Hashable, Sendable {
    /// Which axis the value lies on.
    public enum Direction: Hashable, Sendable {
        /// A vertical line at a value of the horizontal axis.
        case x
        /// A horizontal line at a value of the vertical axis.
        case y
    }

    /// Which axis the value lies on.
    public var direction: Direction
    /// Where.
    public var value: Double
    /// A few words beside it; may be empty.
    public var label: String

    /// A guide.
    ///
    /// - Parameters:
    ///   - direction: which axis the value lies on.
    ///   - value: where.
    ///   - label: a few words beside it; may be empty.
    public init(_ direction: Direction, at value: Double, label: String = "") {
        self.direction = direction
        self.value = value
        self.label = label
    }
}
