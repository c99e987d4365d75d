import Miniature
import Testing
import World

@Suite struct ClipQuestionTests {
    static let people = 60

    @Test(arguments: ClipQuestion.all.indices) func anAnswerMadeTrueIsTheTruth(_ index: Int) {
        let question = ClipQuestion.all[index]
        for (number, way) in question.ways.enumerated() {
            var told = 0
            for index in 0..<Self.people {
                var person = Person(seed: 5, index: index)
                var look = Look(of: person, view: 0)
                way.become(&person, &look)
                let truth = question.truth(person, look)
                // A picture may not tell: sunglasses hide the eyes, a child has no beard.
                #expect(truth == nil || truth == way.answer, "\(question.name): \(number)")
                if truth == way.answer { told += 1 }
            }
            #expect(told > Self.people / 3, "\(question.name): \(number), \(told)")
        }
    }

    @Test(arguments: ClipQuestion.all.indices) func captionsTellAnswersApart(_ index: Int) {
        let question = ClipQuestion.all[index]
        let captions = question.ways.indices.map {
            question.captions($0, people: Self.people, seed: 5)
        }
        for first in captions.indices {
            for second in captions.indices where second > first {
                let different = zip(captions[first], captions[second]).count { $0 != $1 }
                #expect(
                    different > captions[first].count / 2,
                    "\(question.name): \(different) of \(captions[first].count)")
            }
        }
    }
}
