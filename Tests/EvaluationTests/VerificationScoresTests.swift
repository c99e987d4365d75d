import Evaluation
import TestSupport
import Testing
import Torch

@Suite struct VerificationScoresTests {
    private func scores(_ name: String) throws -> VerificationScores {
        let fixture = try oracle()
        return try VerificationScores(
            same: fixture.floats("verification.\(name).same"),
            different: fixture.floats("verification.\(name).different"))
    }

    @Test(arguments: ["plain", "tied"]) func matchesTryingEveryThreshold(_ name: String) throws {
        let fixture = try oracle()
        let scores = try scores(name)
        for rate in [0.001, 0.05] {
            let expected = try fixture.doubles("verification.\(name).at_\(rate)")
            let point = scores.point(atFalseAcceptRate: rate)
            let found = [
                point.trueAcceptRate, point.falseAcceptRate, Double(point.threshold),
                scores.areaUnderCurve, scores.equalErrorRate,
            ]
            #expect(agree(found, expected), "\(found) \(expected)")
        }
    }

    @Test func equalScoresAreAcceptedOrRefusedTogether() throws {
        // One false accept in four is allowed; the two at 0.5 cannot be parted.
        let scores = try VerificationScores(
            same: [0.5, 0.6, 0.9], different: [0.1, 0.2, 0.5, 0.5])
        let point = scores.point(atFalseAcceptRate: 0.25)
        #expect(point.threshold == 0.5)
        #expect(point.falseAcceptRate == 0)
        let third = 2.0 / 3
        #expect(point.trueAcceptRate == third)
        let half = scores.point(atFalseAcceptRate: 0.5)
        #expect(half.falseAcceptRate == 0.5 && half.trueAcceptRate == 1)
        #expect(scores.point(atFalseAcceptRate: 1).falseAcceptRate == 1)
    }

    @Test func perfectAndUselessScoresAreAtTheEnds() throws {
        let perfect = try VerificationScores(same: [0.8, 0.9], different: [0.1, 0.2, 0.3])
        #expect(perfect.areaUnderCurve == 1)
        #expect(perfect.equalErrorRate == 0)
        #expect(perfect.point(atFalseAcceptRate: 0).trueAcceptRate == 1)
        let useless = try VerificationScores(same: [0.5, 0.5], different: [0.5, 0.5, 0.5])
        #expect(useless.areaUnderCurve == 0.5)
        #expect(useless.equalErrorRate == 0.5)
        let reversed = try VerificationScores(same: [0.1], different: [0.9])
        #expect(reversed.areaUnderCurve == 0)
        #expect(reversed.equalErrorRate == 1)
    }

    @Test func theCurveIsExactAtEveryPoint() throws {
        let scores = try scores("tied")
        let curve = scores.rocCurve(points: 100)
        #expect(curve.count > 20)
        #expect(curve.first?.falseAcceptRate == 0)
        #expect(curve.last?.trueAcceptRate == 1 && curve.last?.falseAcceptRate == 1)
        for (point, next) in zip(curve, curve.dropFirst()) {
            #expect(point.falseAcceptRate < next.falseAcceptRate)
            #expect(point.trueAcceptRate <= next.trueAcceptRate)
            #expect(point == scores.point(at: point.threshold))
        }
    }

    @Test func scoresAllPairsOfEmbeddings() throws {
        let fixture = try oracle()
        let identities = try fixture["pairs.identities"].toArray(Int64.self).map(Int.init)
        let embeddings = try fixture["pairs.embeddings"]
        let scores = try VerificationScores(allPairsOf: embeddings, identities: identities)
        try expectClose(Tensor(scores.same), fixture["pairs.same"], within: 1e-6)
        try expectClose(Tensor(scores.different), fixture["pairs.different"], within: 1e-6)
        #expect(scores.differentCount == scores.different.count)
        // Lengths do not matter.
        let scaled = try VerificationScores(allPairsOf: embeddings * 3.0, identities: identities)
        try expectClose(Tensor(scaled.same), Tensor(scores.same), within: 1e-6)
    }

    @Test func keepsAFixedShareOfManyPairs() throws {
        let generator = try Generator(seed: 3)
        let embeddings = try Tensor.randn([600, 4], generator: generator)
        let identities = (0..<600).map { $0 / 2 }
        func some() throws -> VerificationScores {
            try VerificationScores(
                allPairsOf: embeddings, identities: identities, mostDifferent: 20_000)
        }
        let scores = try some()
        #expect(scores.same.count == 300)
        #expect(scores.differentCount == 179_400)
        #expect(abs(scores.different.count - 20_000) < 600)
        #expect(try some().different == scores.different)
        let all = try VerificationScores(allPairsOf: embeddings, identities: identities)
        #expect(all.different.count == all.differentCount)
        #expect(abs(all.areaUnderCurve - scores.areaUnderCurve) < 0.01)
    }

    @Test func intervalsCountPeopleNotPairs() throws {
        // Every person's pairs stand or fall together: half of 40 people, with 6 pairs each.
        let centres = try Tensor.randn([40, 32], generator: Generator(seed: 1))
        let noise = try Tensor.randn([160, 32], generator: Generator(seed: 2))
        let identities = (0..<160).map { $0 / 4 }
        let rows = try Tensor(identities.map(Int64.init))
        let spread = try Tensor(identities.map { $0 % 2 == 0 ? Float(0.01) : 3 }, shape: [160, 1])
        let scores = try VerificationScores(
            allPairsOf: centres.indexSelected(0, rows) + noise * spread, identities: identities)
        let rate = scores.point(atFalseAcceptRate: 0.001).trueAcceptRate
        let people = scores.trueAcceptInterval(atFalseAcceptRate: 0.001, seed: 5)
        let pairs = try VerificationScores(same: scores.same, different: scores.different)
            .trueAcceptInterval(atFalseAcceptRate: 0.001, seed: 5)
        #expect(people.contains(rate) && pairs.contains(rate))
        let (wide, narrow) = (
            people.upperBound - people.lowerBound, pairs.upperBound - pairs.lowerBound
        )
        #expect(wide > 1.8 * narrow, "\(wide) \(narrow)")
        // Twice 1.96 times sqrt(1/4 / 40) is 0.31.
        #expect((0.22...0.4).contains(wide), "\(wide)")
        #expect(scores.trueAcceptInterval(atFalseAcceptRate: 0.001, seed: 5) == people)
    }

    @Test func groupsAreJudgedAtOneThreshold() throws {
        let fixture = try oracle()
        let identities = try fixture["pairs.identities"].toArray(Int64.self).map(Int.init)
        let attributes = identities.map { $0 % 2 == 0 ? "light" : "dark" }
        let groups = try VerificationGroups(
            embeddings: fixture["pairs.embeddings"], identities: identities,
            attributes: attributes, falseAcceptRate: 0.01)
        #expect(groups.groups.map(\.name) == ["dark", "light"])
        #expect(groups.groups.map(\.people) == [4, 5])
        #expect(groups.groups.map(\.pictures).reduce(0, +) == 60)
        let threshold = groups.overall.point(atFalseAcceptRate: 0.01).threshold
        #expect(groups.groups.allSatisfy { $0.shared.threshold == threshold })
        // Pairs of one person are always within one group.
        #expect(
            groups.groups.map(\.scores.same.count).reduce(0, +) == groups.overall.same.count)
        let table = groups.table(title: "By tone")
        #expect(table.rows.count == 3 && table.rows[1][0] == "dark")
    }

    @Test func drawsItsPlots() throws {
        let scores = try scores("plain")
        let histogram = scores.histogramPlot(title: "A & B").svg()
        #expect(histogram.contains("FAR 0.1 %") && histogram.contains("A &amp; B"))
        let roc = VerificationScores.rocPlot(title: "ROC", [("A", scores), ("B", scores)])
        #expect(roc.series.count == 2)
        #expect(roc.series[0].points.allSatisfy { $0.x > 0 })
    }

    @Test func refusesWhatCannotBeScored() throws {
        #expect(throws: EvaluationError.tooFew("pairs of one person", needed: 1, found: 0)) {
            try VerificationScores(same: [], different: [1])
        }
        #expect(throws: EvaluationError.self) {
            try VerificationScores(same: [.nan], different: [1])
        }
        let embeddings = try Tensor.ones([3, 2])
        #expect(throws: EvaluationError.lengths("identities", expected: 3, found: 2)) {
            try VerificationScores(allPairsOf: embeddings, identities: [1, 2])
        }
        #expect(throws: EvaluationError.tooFew("pairs of two people", needed: 1, found: 0)) {
            try VerificationScores(allPairsOf: embeddings, identities: [1, 1, 1])
        }
    }
}

@Suite struct ProfileSimilarityTests {
    @Test func givesBothReadings() throws {
        let scores = try ProfileSimilarity([[0.2, 0.4, 0.9], [0.5, 0.7, 0.6]])
        #expect(abs(scores.perResult.min - 0.35) < 1e-12)
        #expect(abs(scores.perResult.max - 0.8) < 1e-12)
        #expect(abs(scores.perResult.median - 0.5) < 1e-12)
        #expect(abs(scores.perResult.mean - 0.55) < 1e-12)
        #expect(scores.pooled.min == 0.2 && scores.pooled.max == 0.9)
        #expect(abs(scores.pooled.median - 0.55) < 1e-12)
        #expect(scores.rows("ours").count == 2)
        #expect(throws: EvaluationError.self) { try ProfileSimilarity([]) }
        #expect(throws: EvaluationError.self) { try ProfileSimilarity([[1], []]) }
    }

    @Test func comparesEmbeddingsAndCountsMissingFaces() throws {
        let profiles = try Tensor([1, 0, 0, 2] as [Float], shape: [2, 2])
        let result = try Tensor([3, 3] as [Float])
        let scores = try ProfileSimilarity(results: [[result, nil]], profiles: [profiles])
        #expect(scores.results == 2 && scores.missing == 1)
        let cosine = 0.5.squareRoot()
        #expect(abs(scores.pooled.max - cosine) < 1e-6)
        #expect(scores.pooled.min == 0)
        #expect(abs(scores.perResult.mean - cosine / 2) < 1e-6)
        let bound = try ProfileSimilarity.amongProfiles([profiles, profiles[0..<1]])
        #expect(bound.results == 2 && bound.pooled.mean == 0)
    }
}
