import Evaluation
import TestSupport
import Testing
import Torch

@Suite struct RetrievalScoresTests {
    @Test func matchesNumPy() throws {
        let fixture = try oracle()
        let scores = try RetrievalScores(
            queries: fixture["retrieval.texts"], targets: fixture["retrieval.images"])
        for count in [1, 5] {
            let expected = try fixture.doubles("retrieval.recall\(count)")
            #expect(
                [scores.forwardRecall(at: count), scores.backwardRecall(at: count)] == expected)
        }
        let means = try fixture.doubles("retrieval.means")
        #expect(
            agree([scores.rightSimilarity, scores.wrongSimilarity], means, within: 1e-5))
        #expect(scores.forwardRecall(at: 40) == 1)
    }

    @Test func embeddingsThatAreAllAlikeFindNothing() throws {
        let ones = try Tensor.ones([6, 4])
        let scores = try RetrievalScores(queries: ones, targets: ones)
        #expect(scores.forward == [5, 5, 5, 5, 5, 5])
        #expect(scores.forwardRecall(at: 5) == 0 && scores.backwardRecall(at: 6) == 1)
    }

    @Test func rowsOfOneLabelAreRightForOneAnother() throws {
        let queries = try Tensor([1, 0, 0, 1, 1, 0] as [Float], shape: [3, 2])
        let targets = try Tensor([0, 1, 1, 0, 1, 0.1] as [Float], shape: [3, 2])
        #expect(try RetrievalScores(queries: queries, targets: targets).forward == [2, 2, 1])
        let labelled = try RetrievalScores(queries: queries, targets: targets, labels: [7, 7, 8])
        #expect(labelled.forward == [0, 0, 1])
        #expect(throws: EvaluationError.self) {
            try RetrievalScores(queries: queries, targets: targets, labels: [1])
        }
        #expect(throws: EvaluationError.self) {
            try RetrievalScores(queries: queries, targets: Tensor.ones([2, 2]))
        }
    }
}

@Suite struct AttributeQuestionTests {
    private let pictures: [Float] = [1, 0.2, 0.1, 1, 0.9, 0.1, 1, 0.9]

    @Test func answersWithTheNearestText() throws {
        let texts = try Tensor([2, 0, 0, 1] as [Float], shape: [2, 2])
        let question = try AttributeQuestion(
            name: "glasses", answers: ["yes", "no"], texts: texts)
        let images = try Tensor(pictures, shape: [4, 2])
        #expect(try question.answer(images) == [0, 1, 0, 0])
        let counts = try question.score(images, truth: [0, 1, 1, 1])
        #expect(counts.counts == [[1, 0], [2, 1]])
        #expect(counts.accuracy == 0.5)
        let balanced = 2.0 / 3
        #expect(abs(counts.balancedAccuracy - balanced) < 1e-12)
        #expect(counts.table(title: "glasses").rows[1][1] == 2)
    }

    @Test func averagesSeveralTextsOfAnAnswer() throws {
        // Lengths of single texts do not count.
        let texts = try Tensor([1, 0, 0, 100, 0, -1, 0, -1] as [Float], shape: [2, 2, 2])
        let question = try AttributeQuestion(name: "tone", answers: ["a", "b"], texts: texts)
        #expect(
            try question.answer(Tensor([1, -0.4, 0, -1] as [Float], shape: [2, 2])) == [0, 1])
    }

    @Test func whatPairedTextsShareCancelsInTheMeanOfCosines() throws {
        // The n-th texts of both answers differ along the third axis alone.
        let first: [Float] = [0.6, 0, 0.8, 0, 0.6, 0.8]
        let second: [Float] = [0.6, 0, -0.8, 0, 0.6, -0.8]
        let texts = try Tensor(first + second, shape: [2, 2, 3])
        let question = try AttributeQuestion(
            name: "side", answers: ["up", "down"], texts: texts, averaging: .cosines)
        let images = try Tensor([0.9, 0.1, 0.01, 0.1, 0.9, -0.01] as [Float], shape: [2, 3])
        #expect(try question.answer(images) == [0, 1])

        // Where an answer's texts lie further apart, one length for its mean favours it.
        let spread: [Float] = [0, 1, 0, 0, -0.8, 0.6]
        let narrow: [Float] = [0, 0.1, 0.995, 0, -0.1, 0.995]
        let both = try Tensor(spread + narrow, shape: [2, 2, 3])
        func answer(_ averaging: AttributeQuestion.Averaging) throws -> [Int] {
            try AttributeQuestion(
                name: "x", answers: ["a", "b"], texts: both, averaging: averaging
            ).answer(Tensor([0, 0.9, 0.2] as [Float], shape: [1, 3]))
        }
        #expect(try answer(.directions) == [0])
        #expect(try answer(.cosines) == [1])
    }

    @Test func moreWaysToSayAnAnswerAreNoAdvantage() throws {
        // One way of "a", two of "b": the second way of "b" is nearer than "a", their mean is not.
        let texts = try Tensor([1, 0, -1, 0, 0.8, 0.6] as [Float], shape: [3, 1, 2])
        let question = try AttributeQuestion(
            name: "x", answers: ["a", "b"], texts: texts, ways: [0, 1, 1])
        let images = try Tensor([0.8, 0.6, -1, 0.2] as [Float], shape: [2, 2])
        #expect(try question.answer(images) == [0, 1])
        #expect(throws: EvaluationError.self) {
            try AttributeQuestion(name: "x", answers: ["a", "b"], texts: texts, ways: [0, 0, 0])
        }
        // Ways in any order.
        let turned = try AttributeQuestion(
            name: "x", answers: ["b", "a"], texts: texts, ways: [1, 0, 0])
        #expect(try turned.answer(images) == [1, 0])
    }

    @Test func alwaysGivingTheCommonAnswerIsBalancedOut() throws {
        let counts = try ConfusionCounts(
            classes: ["no", "yes", "never"], truth: [0, 0, 0, 1], given: [0, 0, 0, 0])
        #expect(counts.accuracy == 0.75)
        #expect(counts.balancedAccuracy == 0.5)
        #expect(counts.recalls[2].isNaN)
        #expect(throws: EvaluationError.argument("class", expected: "0 to 1", found: "2")) {
            try ConfusionCounts(classes: ["a", "b"], truth: [0], given: [2])
        }
        #expect(throws: EvaluationError.self) {
            try AttributeQuestion(name: "x", answers: ["a"], texts: Tensor.ones([1, 2]))
        }
    }
}
