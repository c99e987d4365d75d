import Figures

/// How often each class was answered for each true class.
public struct ConfusionCounts: Hashable, Sendable {
    /// Names of the classes.
    public let classes: [String]
    /// `counts[t][g]`: how often class g was given where t was true.
    public let counts: [[Int]]

    /// Counts answers.
    ///
    /// - Parameters:
    ///   - classes: names of the classes.
    ///   - truth: places among the classes.
    ///   - given: places among the classes, as many.
    /// - Throws: ``EvaluationError`` for lists of different length, none at all, or a place that is
    ///   no class.
    public init(classes: [String], truth: [Int], given: [Int]) throws {
        guard truth.count == given.count else {
            throw EvaluationError.lengths("truths", expected: given.count, found: truth.count)
        }
        guard !truth.isEmpty else {
            throw EvaluationError.tooFew("answers", needed: 1, found: 0)
        }
        var counts = [[Int]](
            repeating: [Int](repeating: 0, count: classes.count), count: classes.count)
        for (truth, given) in zip(truth, given) {
            guard let bad = [truth, given].first(where: { !classes.indices.contains($0) }) else {
                counts[truth][given] += 1
                continue
            }
            throw EvaluationError.argument(
                "class", expected: "0 to \(classes.count - 1)", found: "\(bad)")
        }
        self.classes = classes
        self.counts = counts
    }

    /// How many answers.
    public var total: Int { counts.joined().reduce(0, +) }

    /// The share of right answers.
    public var accuracy: Double {
        Double(classes.indices.reduce(0) { $0 + counts[$1][$1] }) / Double(total)
    }

    /// The share of right answers for each true class; NaN for a class that never was true.
    public var recalls: [Double] {
        classes.indices.map { Double(counts[$0][$0]) / Double(counts[$0].reduce(0, +)) }
    }

    /// The mean of ``recalls`` over classes that occurred: a rare class counts as much as a common
    /// one, so always giving the common answer scores 1 / classes.
    public var balancedAccuracy: Double { mean(recalls.filter { !$0.isNaN }) }

    /// Truths in rows, answers in columns.
    ///
    /// - Parameter title: what was asked.
    /// - Returns: counts and each row's share of right answers.
    public func table(title: String) -> Table {
        Table(
            title: title,
            columns: [.init("truth")] + classes.map { .init("answered \($0)") }
                + [.init("right", unit: "%", digits: 1)],
            rows: classes.indices.map { row in
                [.text(classes[row])] + counts[row].map(Table.Cell.count)
                    + [.number(100 * recalls[row])]
            })
    }
}
