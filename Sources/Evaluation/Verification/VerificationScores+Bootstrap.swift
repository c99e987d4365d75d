extension VerificationScores {
    /// How sure the true accept rate at a false accept rate is.
    ///
    /// People, not pairs, are drawn anew with replacement, because the pairs of one person stand or
    /// fall together; counting pairs as independent would make the interval too narrow. The
    /// threshold is that of all pairs of two people and stays, since there are far more of those.
    /// Scores given pair by pair are drawn pair by pair.
    ///
    /// - Parameters:
    ///   - rate: the false accept rate, 0...1.
    ///   - confidence: share of the draws inside the interval, 0 ..< 1.
    ///   - rounds: how often to draw, at least 1.
    ///   - seed: fixes the draws.
    /// - Returns: the interval of the percentile bootstrap. Efron 1979.
    public func trueAcceptInterval(
        atFalseAcceptRate rate: Double, confidence: Double = 0.95, rounds: Int = 1000,
        seed: UInt64 = 0
    ) -> ClosedRange<Double> {
        let threshold = point(atFalseAcceptRate: rate).threshold
        let people = samePeople.map { (accepted: $0.count(above: threshold), pairs: $0.count) }
        var numbers = SeededNumbers(seed: seed)
        let rates = (0..<max(rounds, 1)).map { _ in
            var (accepted, pairs) = (0, 0)
            for _ in people.indices {
                let person = people[numbers.below(people.count)]
                accepted += person.accepted
                pairs += person.pairs
            }
            return Double(accepted) / Double(pairs)
        }.sorted()
        let outside = (1 - min(max(confidence, 0), 1)) / 2
        return quantile(rates, outside)...quantile(rates, 1 - outside)
    }
}
