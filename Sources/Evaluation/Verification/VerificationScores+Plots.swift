import Figures

extension VerificationScores {
    /// Histograms of both kinds of pairs, with the threshold of a false accept rate.
    ///
    /// - Parameters:
    ///   - title: shown above.
    ///   - rate: the false accept rate whose threshold is drawn; nil draws none.
    ///   - bins: between the least and the greatest similarity.
    /// - Returns: shares of each kind of pair over similarity.
    public func histogramPlot(
        title: String, falseAcceptRate rate: Double? = 0.001, bins: Int = 60
    ) -> LinePlot {
        let low = Double(min(same[0], different[0]))
        let high = Double(max(same[same.count - 1], different[different.count - 1]))
        let range = low...max(high, low + 1e-6)
        let guides = rate.map { rate in
            let threshold = Double(point(atFalseAcceptRate: rate).threshold)
            return [Guide(.x, at: threshold, label: "FAR \(percent(rate))")]
        }
        return LinePlot(
            title: title, x: Axis("cosine similarity"), y: Axis("share of pairs"),
            series: [
                .histogram(
                    name: "different people", values: different.map(Double.init), range: range,
                    bins: bins),
                .histogram(
                    name: "same person", values: same.map(Double.init), range: range, bins: bins),
            ], guides: guides ?? [])
    }

    /// ROC curves of several recognisers over a logarithmic false accept rate.
    ///
    /// - Parameters:
    ///   - title: shown above.
    ///   - scores: names for the legend, and scores.
    ///   - rate: a false accept rate to mark; nil marks none.
    /// - Returns: true accept rate over false accept rate.
    public static func rocPlot(
        title: String, _ scores: [(name: String, scores: VerificationScores)],
        falseAcceptRate rate: Double? = 0.001
    ) -> LinePlot {
        LinePlot(
            title: title, x: Axis("false accept rate", scale: .logarithmic),
            y: Axis("true accept rate"),
            series: scores.map { name, scores in
                // The first point accepts nobody, which this axis cannot show.
                let points = scores.rocCurve().filter { $0.falseAcceptRate > 0 }
                return Series(
                    name: name, points: points.map { ($0.falseAcceptRate, $0.trueAcceptRate) })
            }, guides: rate.map { [Guide(.x, at: $0, label: percent($0))] } ?? [])
    }
}

/// `0.1 %`: as few decimals as say it.
private func percent(_ rate: Double) -> String {
    let value = 100 * rate
    let digits = (0...6).first { digits in
        let scaled = value * power10(Double(digits))
        return abs(scaled - scaled.rounded()) < 1e-6
    }
    return fixed(value, digits: digits ?? 6) + " %"
}
