import Evaluation
import Figures
import Torch
import World

extension MiniatureEvaluation {
    /// How well pictures and captions find each other, and questions answered by nearest sentence.
    func clip() throws -> PartScores {
        let data = try run.heldOutData()
        let model = try ContrastiveModel(
            text: textEncoder(), vision: vision(), tokenizer: tokenizer(), device: device)
        let found = try model.retrieval(data)
        var scores = PartScores()
        scores.figures = [
            "recall_1": found.forwardRecall(at: 1), "recall_10": found.forwardRecall(at: 10),
            "backward_recall_1": found.backwardRecall(at: 1),
            "backward_recall_10": found.backwardRecall(at: 10),
        ]
        scores.tables = [table(found), try questions(model, data, &scores.figures)]
        return scores
    }

    private func table(_ found: RetrievalScores) -> Table {
        Table(
            title: "Retrieval among \(found.forward.count) pairs",
            columns: [
                .init("from"), .init("recall@1", unit: "%", digits: 1),
                .init("recall@10", unit: "%", digits: 1),
            ],
            rows: [
                [
                    "caption to picture", .number(100 * found.forwardRecall(at: 1)),
                    .number(100 * found.forwardRecall(at: 10)),
                ],
                [
                    "picture to caption", .number(100 * found.backwardRecall(at: 1)),
                    .number(100 * found.backwardRecall(at: 10)),
                ],
            ],
            notes: [
                "Long captions; mean cosine of right pairs "
                    + "\((found.rightSimilarity * 1000).rounded() / 1000), of wrong ones "
                    + "\((found.wrongSimilarity * 1000).rounded() / 1000)."
            ])
    }

    private func questions(
        _ model: ContrastiveModel, _ data: PortraitData, _ figures: inout [String: Double]
    ) throws -> Table {
        let indices = spread(data.count, over: data)
        let pictures = try model.embed(data, indices)
        var rows: [[Table.Cell]] = []
        for question in ClipQuestion.all {
            let truths = indices.map { question.truth(data.person($0), data.look($0)) }
            let asked = truths.indices.filter { truths[$0] != nil }
            guard !asked.isEmpty else { continue }
            let texts = try question.ways.indices.map { way in
                let captions = question.captions(
                    way, people: counts.askedPeople, seed: run.settings.world.seed)
                return try model.embed(captions)
            }
            let scored = try AttributeQuestion(
                name: question.name, answers: question.answers, texts: .stack(texts),
                ways: question.ways.map(\.answer)
            ).score(
                pictures.indexSelected(0, Tensor(asked.map(Int64.init))),
                truth: asked.compactMap { truths[$0] })
            figures["right_\(question.name.replacing(" ", with: "_"))"] = scored.accuracy
            figures["balanced_\(question.name.replacing(" ", with: "_"))"] =
                scored.balancedAccuracy
            rows.append([
                .text(question.name),
                .text(question.answers.joined(separator: ", ")),
                .count(asked.count), .number(100 * scored.accuracy),
                .number(100 * scored.balancedAccuracy),
            ])
        }
        return Table(
            title: "Questions answered by the nearer captions",
            columns: [
                .init("question"), .init("answers"), .init("pictures"),
                .init("right", unit: "%", digits: 1),
                .init("right, each answer weighing the same", unit: "%", digits: 1),
            ], rows: rows,
            notes: [
                "An answer is the mean cosine over the ways in which the world's captions say it, each "
                    + "with \(2 * counts.askedPeople) captions of people of the training world that "
                    + "differ from the other ways' in that alone."
            ])
    }
}
