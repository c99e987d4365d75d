import Miniature
import Testing
import Training
import World

@Suite struct AskedQuestionTests {
    @Test func everyWayIsToldByAsManyCaptionsAndEveryPictureHasItsTruth() throws {
        try withMiniatureWorld { data in
            var random = StepRandom(seed: 8)
            var seen: Set<Int> = []
            for _ in 0..<40 {
                let asked = AskedQuestion(Array(0..<data.count), data, people: 3, &random)
                let question = ClipQuestion.all[asked.question]
                seen.insert(asked.question)
                #expect(asked.captions.count == 3 * question.ways.count)
                #expect(Set(asked.captions).count > question.answers.count)
                for index in 0..<data.count {
                    #expect(
                        asked.truths[index]
                            == question.truth(data.person(index), data.look(index)))
                }
            }
            #expect(seen.count > ClipQuestion.all.count / 2)
        }
    }

    @Test func anAnswersWaysWeighTheSame() throws {
        try withMiniatureWorld { data in
            var random = StepRandom(seed: 9)
            let asked = AskedQuestion([0, 1], data, people: 2, &random)
            let question = ClipQuestion.all[asked.question]
            let answers = question.answers.count
            for answer in 0..<answers {
                let column = question.ways.indices.map { asked.means[$0 * answers + answer] }
                #expect(abs(column.reduce(0, +) - 1) < 1e-6)
                for (way, weight) in zip(question.ways, column) {
                    #expect((weight > 0) == (way.answer == answer))
                }
            }
        }
    }

    @Test func rareAnswersWeighMoreAndPicturesOneOnAverage() throws {
        try withMiniatureWorld { data in
            var random = StepRandom(seed: 3)
            for _ in 0..<20 {
                let asked = AskedQuestion(Array(0..<data.count), data, people: 1, &random)
                let told = asked.truths.compactMap { $0 }
                guard !told.isEmpty else { continue }
                let mean = told.map { asked.weights[$0] }.reduce(0, +) / Float(told.count)
                #expect(abs(mean - 1) < 1e-5)
                let counts = asked.weights.indices.map { answer in told.count { $0 == answer } }
                for (a, b) in zip(counts.indices, counts.indices.dropFirst())
                where counts[a] > counts[b] && counts[b] > 0 {
                    #expect(asked.weights[a] < asked.weights[b])
                }
            }
        }
    }

    @Test func oneSeedAsksTheSame() throws {
        try withMiniatureWorld { data in
            var (first, second, third) = (
                StepRandom(seed: 5), StepRandom(seed: 5), StepRandom(seed: 6)
            )
            let asked = [0, 1, 2].map { AskedQuestion([$0], data, people: 4, &first).captions }
            let again = [0, 1, 2].map { AskedQuestion([$0], data, people: 4, &second).captions }
            let other = [0, 1, 2].map { AskedQuestion([$0], data, people: 4, &third).captions }
            #expect(asked == again && asked != other)
        }
    }
}
