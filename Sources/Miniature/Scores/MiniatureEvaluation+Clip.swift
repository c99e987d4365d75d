import Diffusion
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
        let people = min(data.people, 500)
        // One picture a person: a caption must find its own among strangers.
        let own = (0..<people).map { $0 * data.views }
        let captions = own.map { data.caption($0, .long, variant: 1000) }
        let found = try RetrievalScores(
            queries: model.embed(captions), targets: model.embed(data, own))
        var scores = PartScores()
        scores.figures = [
            "recall_1": found.forwardRecall(at: 1), "recall_10": found.forwardRecall(at: 10),
            "backward_recall_1": found.backwardRecall(at: 1),
            "backward_recall_10": found.backwardRecall(at: 10),
        ]
        scores.tables = [retrieval(found, people), try questions(model, data, &scores.figures)]
        return scores
    }

    private func retrieval(_ found: RetrievalScores, _ people: Int) -> Table {
        Table(
            title: "Retrieval among \(people) pairs",
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
            let texts = try question.answers.indices.map { answer in
                let captions = question.captions(
                    answer, people: counts.askedPeople, seed: run.settings.world.seed)
                return try unitRows(model.embed(captions)).mean([0])
            }
            let scored = try AttributeQuestion(
                name: question.name, answers: question.answers.map(\.name), texts: .stack(texts)
            ).score(
                pictures.indexSelected(0, Tensor(asked.map(Int64.init))),
                truth: asked.compactMap { truths[$0] })
            figures["right_\(question.name.replacing(" ", with: "_"))"] = scored.accuracy
            figures["balanced_\(question.name.replacing(" ", with: "_"))"] =
                scored.balancedAccuracy
            rows.append([
                .text(question.name),
                .text(question.answers.map(\.name).joined(separator: ", ")),
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
                "An answer is the mean embedding of \(2 * counts.askedPeople) captions of people "
                    + "of the training world that differ in that answer alone."
            ])
    }
}

/// CLIP's two encoders, ready to compare pictures and sentences.
struct ContrastiveModel {
    let text: CLIPText
    let vision: CLIPVision
    let tokenizer: CLIPTokenizer
    let device: Device

    /// Embeddings of sentences `[K, D]`, on the CPU.
    func embed(_ sentences: [String]) throws -> Tensor {
        let length = text.configuration.maxPositionEmbeddings
        return try .cat(
            Swift.stride(from: 0, to: sentences.count, by: 64).map { start in
                let part = Array(sentences[start..<min(start + 64, sentences.count)])
                let ids = try tokenizer.encode(part, length: length).ids.to(device)
                return try text(ids).textEmbeds.orThrow().to(.cpu)
            })
    }

    /// Embeddings of pictures of a set `[K, D]`, on the CPU.
    func embed(_ data: PortraitData, _ indices: [Int]) throws -> Tensor {
        try .cat(
            Swift.stride(from: 0, to: indices.count, by: 64).map { start in
                let part = Array(indices[start..<min(start + 64, indices.count)])
                return try embed(PictureBatch(data, part).tensor(on: device))
            })
    }

    /// Embeddings of pictures `[K, 3, S, S]` in -1...1, on the CPU.
    func embed(_ pictures: Tensor) throws -> Tensor {
        try vision(CLIPPixels.normalised(pictures.to(device))).imageEmbeds.to(.cpu)
    }
}
