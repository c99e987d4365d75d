/// Counts by label.
public struct Histogram: Codable, Equatable, Sendable {
    /// Shown above charts and tables.
    public let title: String
    /// One a bin.
    public let labels: [String]
    /// As many as labels.
    public private(set) var counts: [Int]
    /// Whether the labels are steps of one range, whose ends matter, rather than kinds of
    /// something.
    public let isRange: Bool

    /// Counts of zero.
    ///
    /// - Parameters:
    ///   - title: shown above charts and tables.
    ///   - labels: one a bin, at least one.
    ///   - isRange: whether they are steps of one range.
    public init(title: String, labels: [String], isRange: Bool = false) {
        self.title = title
        self.labels = labels
        self.isRange = isRange
        counts = [Int](repeating: 0, count: labels.count)
    }

    /// Everything counted.
    public var total: Int { counts.reduce(0, +) }

    /// Counts one more in a bin; a bin outside the range is the nearest at its end.
    public mutating func add(_ bin: Int) { counts[min(max(bin, 0), counts.count - 1)] += 1 }

    /// Labels of bins with nothing in them.
    public var emptyBins: [String] { zip(labels, counts).filter { $0.1 == 0 }.map(\.0) }

    /// Labels of the first and last bin of a range if nothing is in them; never any for kinds.
    public var emptyEnds: [String] {
        guard isRange, let first = labels.first, let last = labels.last else { return [] }
        return emptyBins.filter { $0 == first || $0 == last }
    }

    /// A Markdown table: label, count, per cent with one decimal.
    public var markdown: String {
        let rows = zip(labels, counts).map { label, count in
            "| \(label) | \(count) | \(percent(count)) |"
        }
        return (["| \(title) | count | % |", "|---|---:|---:|"] + rows).joined(separator: "\n")
    }

    /// A count's share of the total, such as `12.5`; `0.0` when nothing was counted.
    func percent(_ count: Int) -> String {
        let thousandths = total == 0 ? 0 : (1000 * count + total / 2) / total
        return "\(thousandths / 10).\(thousandths % 10)"
    }
}
