import Figures

/// How well a detector finds what is there, over several pictures.
///
/// The rules of Pascal VOC (Everingham et al. 2015): detections of all pictures are taken from the
/// surest down; each belongs to the truth of its picture that it overlaps most. It is right if the
/// overlap reaches the limit and that truth was not found before; a second find is wrong.
/// Truths to be ignored count neither way.
public struct DetectionScores: Hashable, Sendable {
    /// One step down the list of detections.
    public struct Step: Hashable, Sendable {
        /// The detection's score.
        public let score: Double
        /// Share of right ones among detections so far.
        public let precision: Double
        /// Share of truths found so far.
        public let recall: Double
    }

    /// A detection that found a truth.
    public struct Match: Hashable, Sendable {
        /// Its picture's place.
        public let picture: Int
        /// What was reported.
        public let found: ScoredBox
        /// What is there.
        public let truth: TruthBox
    }

    /// From the surest detection to the least sure.
    public let steps: [Step]
    /// Right detections, the surest first.
    public let matches: [Match]
    /// Truths that should be found.
    public let truths: Int

    /// Scores detections.
    ///
    /// - Parameters:
    ///   - found: for each picture its detections, in any order.
    ///   - truths: for each picture what is there.
    ///   - overlap: the intersection over union that makes a find, 0...1.
    /// - Throws: ``EvaluationError`` for lists of different length, no truths at all, or a score
    ///   that is no number.
    public init(found: [[ScoredBox]], truths: [[TruthBox]], overlap: Double = 0.5) throws {
        guard found.count == truths.count else {
            throw EvaluationError.lengths(
                "pictures' detections", expected: truths.count, found: found.count)
        }
        let wanted = truths.joined().count { !$0.isIgnored }
        guard wanted > 0 else { throw EvaluationError.tooFew("truths", needed: 1, found: 0) }
        let all = found.enumerated().flatMap { picture, boxes in
            boxes.map { (picture: picture, box: $0) }
        }
        guard all.allSatisfy({ !$0.box.score.isNaN }) else {
            throw EvaluationError.argument("score", expected: "a number", found: "NaN")
        }
        // Equal scores keep their order, so the result does not depend on the sort.
        let order = all.indices.sorted {
            (all[$1].box.score, $0) < (all[$0].box.score, $1)
        }
        var taken = truths.map { [Bool](repeating: false, count: $0.count) }
        var steps: [Step] = []
        var matches: [Match] = []
        for index in order {
            let (picture, box) = all[index]
            let overlaps = truths[picture].map { $0.box.overlap(with: box.box) }
            if let best = overlaps.indices.max(by: { overlaps[$0] < overlaps[$1] }),
                overlaps[best] >= overlap
            {
                let truth = truths[picture][best]
                if truth.isIgnored { continue }
                if !taken[picture][best] {
                    taken[picture][best] = true
                    matches.append(Match(picture: picture, found: box, truth: truth))
                }
            }
            let right = Double(matches.count)
            steps.append(
                Step(
                    score: box.score, precision: right / Double(steps.count + 1),
                    recall: right / Double(wanted)))
        }
        self.steps = steps
        self.matches = matches
        self.truths = wanted
    }

    /// The area under the curve of precision over recall, where each precision is raised to the best
    /// at any greater recall: VOC's all-point rule since 2010.
    public var averagePrecision: Double {
        var (area, best) = (0.0, 0.0)
        for index in steps.indices.reversed() {
            best = max(best, steps[index].precision)
            let before = index > 0 ? steps[index - 1].recall : 0
            area += best * (steps[index].recall - before)
        }
        return area
    }

    /// Precision and recall if only detections with at least this score are kept.
    public func step(atScore score: Double) -> Step {
        steps.last { $0.score >= score } ?? Step(score: score, precision: 1, recall: 0)
    }

    /// The step that finds most of those where this share of the detections so far is right; nil if
    /// there is none.
    public func step(atPrecision precision: Double) -> Step? {
        steps.last { $0.precision >= precision }
    }

    /// For each right detection with landmarks, the mean distance of its points from the true ones
    /// as a share of the face's size (``Box/size`` of the true box).
    public var landmarkErrors: [Double] {
        matches.compactMap { match in
            let pairs = Array(zip(match.found.landmarks, match.truth.landmarks))
            guard !pairs.isEmpty, match.truth.box.size > 0 else { return nil }
            let distances = pairs.map { a, b in
                ((a.x - b.x) * (a.x - b.x) + (a.y - b.y) * (a.y - b.y)).squareRoot()
            }
            return mean(distances) / match.truth.box.size
        }
    }

    /// Landmark errors in the median and at the 90th percentile; NaN without any.
    public var landmarkSummary: (median: Double, percentile90: Double) {
        let sorted = landmarkErrors.sorted()
        return (quantile(sorted, 0.5), quantile(sorted, 0.9))
    }

    /// Precision over recall.
    ///
    /// - Parameter title: shown above.
    /// - Returns: one series.
    public func plot(title: String) -> LinePlot {
        LinePlot(
            title: title, x: Axis("recall", range: 0...1), y: Axis("precision", range: 0...1),
            series: [Series(name: "", points: steps.map { ($0.recall, $0.precision) })])
    }
}
