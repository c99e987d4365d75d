/// Similarities of pairs of pictures, by whether they show one person or two.
///
/// A pair is accepted as one person when its similarity is greater than a threshold.
public struct VerificationScores: Sendable {
    /// Similarities of pairs of one person, rising.
    public let same: [Float]
    /// Similarities of pairs of two people, rising.
    public let different: [Float]
    /// Pairs of two people that there were: more than in ``different`` if only a share was kept.
    public let differentCount: Int
    /// For each person with two pictures or more, the similarities of their pairs, rising.
    let samePeople: [[Float]]

    /// Scores of given pairs, in any order.
    ///
    /// - Parameters:
    ///   - same: similarities of pairs of one person.
    ///   - different: similarities of pairs of two people.
    /// - Throws: ``EvaluationError`` if either is empty or holds NaN.
    public init(same: [Float], different: [Float]) throws {
        try self.init(
            samePeople: same.map { [$0] }, different: different.sorted(),
            differentCount: different.count)
    }

    /// As above, by person; `different` is rising.
    init(samePeople: [[Float]], different: [Float], differentCount: Int) throws {
        let same = samePeople.flatMap { $0 }
        guard !same.isEmpty, !different.isEmpty else {
            throw EvaluationError.tooFew(
                same.isEmpty ? "pairs of one person" : "pairs of two people", needed: 1, found: 0)
        }
        guard !same.contains(where: \.isNaN), !different.contains(where: \.isNaN) else {
            throw EvaluationError.argument("similarities", expected: "numbers", found: "NaN")
        }
        self.same = same.sorted()
        self.different = different
        self.differentCount = differentCount
        self.samePeople = samePeople.map { $0.sorted() }
    }

    /// One way to accept: what a threshold does.
    public struct OperatingPoint: Hashable, Sendable {
        /// Pairs with a greater similarity are accepted.
        public let threshold: Float
        /// Share of accepted pairs among those of two people, 0...1.
        public let falseAcceptRate: Double
        /// Share of accepted pairs among those of one person, 0...1.
        public let trueAcceptRate: Double
    }

    /// What a threshold does.
    public func point(at threshold: Float) -> OperatingPoint {
        OperatingPoint(
            threshold: threshold, falseAcceptRate: different.share(above: threshold),
            trueAcceptRate: same.share(above: threshold))
    }

    /// The lowest threshold that accepts no more than a share of the pairs of two people.
    ///
    /// The threshold is one of their similarities, so the rate that is reached is exact: equal
    /// similarities are accepted or refused together, and the reached rate may lie below the one
    /// asked for. With fewer than 1 / rate such pairs nothing but the greatest of them is left.
    ///
    /// - Parameter rate: 0...1; 0.001 is 0.1 %.
    /// - Returns: the threshold, and what it does.
    public func point(atFalseAcceptRate rate: Double) -> OperatingPoint {
        // 0.001 * 3000 falls a little below 3 without the allowance.
        let allowed = Int(max(rate, 0) * Double(different.count) * (1 + 1e-12) + 1e-9)
        guard allowed < different.count else { return point(at: -.infinity) }
        return point(at: different[different.count - 1 - allowed])
    }

    /// The chance that a pair of one person is more similar than a pair of two; ties count half.
    /// This is the area under the ROC curve.
    public var areaUnderCurve: Double {
        let wins = same.reduce(0.0) { sum, score in
            let below = different.count(below: score)
            let tied = different.count - below - different.count(above: score)
            return sum + Double(below) + 0.5 * Double(tied)
        }
        return wins / (Double(same.count) * Double(different.count))
    }

    /// The rate at which as many pairs of two people are accepted as pairs of one are refused.
    ///
    /// Interpolated between the two neighbouring thresholds where no threshold makes them equal.
    public var equalErrorRate: Double {
        func errors(_ threshold: Float) -> (accepted: Double, refused: Double) {
            let point = point(at: threshold)
            return (point.falseAcceptRate, 1 - point.trueAcceptRate)
        }
        /// The first score whose threshold refuses at least as much as it accepts.
        func crossing(_ scores: [Float]) -> Float {
            let index = scores.partition(where: { score in
                let (accepted, refused) = errors(score)
                return refused < accepted
            })
            return index < scores.count ? scores[index] : .infinity
        }
        let threshold = min(crossing(same), crossing(different))
        let after = errors(threshold)
        // The next lower score of either list, or a threshold below all of them.
        let lower = max(same.last(below: threshold), different.last(below: threshold))
        let before = errors(lower)
        let (gapBefore, gapAfter) = (
            before.accepted - before.refused, after.refused - after.accepted
        )
        let part = gapBefore + gapAfter > 0 ? gapBefore / (gapBefore + gapAfter) : 1
        return before.accepted + part * (after.accepted - before.accepted)
    }

    /// The ROC curve: exact points whose false accept rates are evenly spaced on a logarithmic axis
    /// from one pair to all of them.
    ///
    /// - Parameter count: how many rates to ask for, at least 2; equal results are left out.
    /// - Returns: points from the lowest rate to everything accepted.
    public func rocCurve(points count: Int = 200) -> [OperatingPoint] {
        let count = max(count, 2)
        let low = logarithm(1 / Double(different.count))
        var curve = [point(atFalseAcceptRate: 0)]
        for index in 0..<count {
            let share = Double(index) / Double(count - 1)
            let next = point(atFalseAcceptRate: power10(low * (1 - share)))
            if next.threshold < curve[curve.count - 1].threshold { curve.append(next) }
        }
        return curve
    }
}
