import Evaluation
import Images
import TestSupport
import Testing
import Torch

@Suite struct DetectionScoresTests {
    private func box(_ x: Double, _ y: Double, _ side: Double = 10) -> Box {
        Box(left: x, top: y, right: x + side, bottom: y + side)
    }

    @Test func matchesTheAllPointRule() throws {
        let fixture = try oracle()
        func rows(_ name: String) throws -> [[Double]] {
            try fixture[name].unbound().map { try $0.toArray(Double.self) }
        }
        var truths = [[TruthBox]](repeating: [], count: 12)
        var found = [[ScoredBox]](repeating: [], count: 12)
        for row in try rows("detection.truths") {
            truths[Int(row[0])].append(
                TruthBox(Box(left: row[1], top: row[2], right: row[3], bottom: row[4])))
        }
        for row in try rows("detection.found") {
            found[Int(row[0])].append(
                ScoredBox(
                    Box(left: row[1], top: row[2], right: row[3], bottom: row[4]), score: row[5]))
        }
        let scores = try DetectionScores(found: found, truths: truths)
        let expected = try fixture.doubles("detection.average_precision")
        #expect(agree([scores.averagePrecision], expected))
        #expect(try Double(scores.matches.count) == fixture["detection.matches"].item())
        // The check can fail.
        let stricter = try DetectionScores(found: found, truths: truths, overlap: 0.6)
        #expect(!agree([stricter.averagePrecision], expected, within: 0.01))
    }

    @Test func aSecondFindIsWrong() throws {
        let truths = [[TruthBox(box(0, 0)), TruthBox(box(50, 0))]]
        let found = [
            [
                ScoredBox(box(0, 0), score: 0.9), ScoredBox(box(1, 0), score: 0.8),
                ScoredBox(box(50, 1), score: 0.7),
            ]
        ]
        let scores = try DetectionScores(found: found, truths: truths)
        let (third, area) = (2.0 / 3, 5.0 / 6)
        #expect(scores.steps.map(\.precision) == [1, 0.5, third])
        #expect(abs(scores.averagePrecision - area) < 1e-12)
        #expect(scores.step(atScore: 0.75).recall == 0.5)
        #expect(scores.step(atScore: 0.95).recall == 0)
    }

    @Test func ignoredTruthsCountNeitherWay() throws {
        let truths = [[TruthBox(box(0, 0)), TruthBox(box(50, 0), isIgnored: true)]]
        let found = [
            [
                ScoredBox(box(50, 0), score: 0.9), ScoredBox(box(0, 0), score: 0.5),
            ]
        ]
        let scores = try DetectionScores(found: found, truths: truths)
        #expect(scores.averagePrecision == 1 && scores.truths == 1)
    }

    @Test func landmarksAreMeasuredInFaceSizes() throws {
        let points = [Point(1, 1), Point(5, 5)]
        let truths = [
            [TruthBox(box(0, 0), landmarks: points)], [TruthBox(box(0, 0), landmarks: points)],
        ]
        func shifted(_ by: Double) -> [ScoredBox] {
            [ScoredBox(box(0, 0), score: 1, landmarks: points.map { Point($0.x + by, $0.y) })]
        }
        let scores = try DetectionScores(found: [shifted(1), shifted(3)], truths: truths)
        #expect(scores.landmarkErrors == [0.1, 0.3])
        #expect(abs(scores.landmarkSummary.median - 0.2) < 1e-12)
        #expect(abs(scores.landmarkSummary.percentile90 - 0.28) < 1e-12)
    }

    @Test func refusesNothingToFind() throws {
        #expect(throws: EvaluationError.tooFew("truths", needed: 1, found: 0)) {
            try DetectionScores(found: [[]], truths: [[]])
        }
        #expect(throws: EvaluationError.self) { try DetectionScores(found: [], truths: [[]]) }
        #expect(throws: EvaluationError.self) {
            try DetectionScores(
                found: [[ScoredBox(box(0, 0), score: .nan)]], truths: [[TruthBox(box(0, 0))]])
        }
        #expect(Box(left: 5, top: 0, right: 0, bottom: 5).overlap(with: box(0, 0)) == 0)
    }
}

@Suite struct MatchingScoresTests {
    @Test func countsVisiblePointsWithinAShareOfTheSize() throws {
        let truth = try Tensor.zeros([2, 3, 2])
        let points = try Tensor(
            [3, 4, 0, 1, 9, 9, 0, 0, 6, 8, 1, 0] as [Float], shape: [2, 3, 2])
        let visible = try Tensor([1, 1, 0, 1, 1, 0] as [Float], shape: [2, 3])
        let scores = try MatchingScores(
            points: points, truth: truth, visible: visible, sizes: [50, 20])
        #expect(scores.errors == [[5, 1], [0, 10]])
        #expect(scores.meanError == 4 && scores.medianError == 3)
        #expect(scores.pck(at: 0.1) == 0.75)
        #expect(scores.pck(at: 0.01) == 0.25)
        #expect(scores.pckPerPicture(at: 0.1) == 0.75)
        let all = try MatchingScores(points: points, truth: truth, sizes: [50, 20])
        #expect(all.errors[1] == [0, 10, 1])
        let share = 4.0 / 6
        #expect(all.pck(at: 0.1) == share)
    }

    @Test func measuresAFlow() throws {
        let truth = try Tensor.zeros([1, 2, 2, 4])
        let flow = try Tensor.cat(
            [Tensor.full([1, 1, 2, 4], 0.3), .full([1, 1, 2, 4], 0.4)], along: 1)
        let scores = try MatchingScores(flow: flow, truth: truth)
        #expect(abs(scores.meanError - 0.5) < 1e-7)
        #expect(scores.sizes == [4] && scores.pck(at: 0.1) == 0 && scores.pck(at: 0.126) == 1)
        let visible = try Tensor(
            [true, false, false, false, false, false, false, true], shape: [1, 2, 4])
        #expect(try MatchingScores(flow: flow, truth: truth, visible: visible).errors[0].count == 2)
    }

    @Test func refusesWhatDoesNotFit() throws {
        let points = try Tensor.zeros([1, 3, 2])
        #expect(throws: EvaluationError.lengths("sizes", expected: 1, found: 2)) {
            try MatchingScores(points: points, truth: points, sizes: [1, 2])
        }
        #expect(throws: EvaluationError.self) {
            try MatchingScores(points: points, truth: points, sizes: [0])
        }
        let hidden = try Tensor.zeros([1, 3])
        #expect(throws: EvaluationError.tooFew("visible points", needed: 1, found: 0)) {
            try MatchingScores(points: points, truth: points, visible: hidden, sizes: [1])
        }
        #expect(throws: EvaluationError.self) {
            try MatchingScores(
                flow: Tensor.zeros([1, 3, 2, 2]), truth: Tensor.zeros([1, 3, 2, 2]))
        }
    }
}
