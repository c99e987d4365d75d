import Evaluation
import Faces
import Figures
import Torch
import World

extension MiniatureEvaluation {
    /// Verification of all pairs of pictures, by both recognisers, together and by group.
    func recognisers() throws -> PartScores {
        let data = try run.heldOutData()
        let people = min(counts.people, data.people)
        let indices = Array(0..<people * data.views)
        let identities = indices.map { $0 / data.views }
        let persons = (0..<people).map { data.person($0 * data.views) }
        var scores = PartScores()
        var curves: [(name: String, scores: VerificationScores)] = []
        for (name, folder) in try presentRecognisers() {
            let recogniser = try recogniser(folder)
            let size = recogniser.network.configuration.inputSize
            func embedded(by recogniser: FaceRecogniser) throws -> Tensor {
                try .cat(
                    batches(of: indices.count, size: 256) { part in
                        try recogniser(alignedFaces(data, Array(indices[part]), size: size))
                    })
            }
            let embeddings = try embedded(by: recogniser)
            let all = try VerificationScores(allPairsOf: embeddings, identities: identities)
            curves.append(("recogniser \(name)", all))
            let point = all.point(atFalseAcceptRate: 1e-3)
            scores.figures["\(folder)_true_accepts"] = point.trueAcceptRate
            scores.figures["\(folder)_equal_error"] = all.equalErrorRate
            var mirroring = recogniser
            mirroring.mirrors = true
            let mirrored = try VerificationScores(
                allPairsOf: embedded(by: mirroring), identities: identities)
            curves.append(("recogniser \(name), with mirror images", mirrored))
            scores.figures["\(folder)_true_accepts_mirrored"] =
                mirrored.point(atFalseAcceptRate: 1e-3).trueAcceptRate
            scores.plots.append(
                ("histogram-\(folder)", all.histogramPlot(title: "Recogniser \(name)")))
            for (attribute, values) in [
                ("skin tone", persons.map(Self.tone)), ("sex", persons.map(\.sex.rawValue)),
            ] {
                let sizes = values.reduce(into: [:]) { $0[$1, default: 0] += 1 }
                guard data.views > 1, sizes.values.allSatisfy({ $0 > 1 }) else { continue }
                let groups = try VerificationGroups(
                    embeddings: embeddings, identities: identities,
                    attributes: identities.map { values[$0] })
                scores.tables.append(groups.table(title: "Recogniser \(name) by \(attribute)"))
            }
        }
        scores.tables.insert(
            summary(curves, people: people, pictures: indices.count), at: 0)
        scores.plots.append(
            ("roc", VerificationScores.rocPlot(title: "Verification of unseen people", curves)))
        return scores
    }

    /// Those that the models hold.
    private func presentRecognisers() throws -> [(name: String, folder: String)] {
        let present = [("A", "a"), ("B", "b")].filter { has("recogniser_\($0.1)") }
        if present.isEmpty { _ = try folder("recogniser_a") }
        return present
    }

    private func summary(
        _ curves: [(name: String, scores: VerificationScores)], people: Int, pictures: Int
    ) -> Table {
        Table(
            title: "Verification",
            columns: [
                .init("recogniser"),
                .init("true accepts at 0.1 % false (95 % of 1,000 draws of people)", unit: "%"),
                .init("at 1 %", unit: "%"), .init("equal error", unit: "%"),
            ],
            rows: curves.map { name, scores in
                let interval = scores.trueAcceptInterval(atFalseAcceptRate: 1e-3)
                return [
                    .text(name),
                    .interval(
                        100 * scores.point(atFalseAcceptRate: 1e-3).trueAcceptRate,
                        100 * interval.lowerBound...100 * interval.upperBound),
                    .number(100 * scores.point(atFalseAcceptRate: 1e-2).trueAcceptRate),
                    .number(100 * scores.equalErrorRate),
                ]
            },
            notes: [
                "All pairs of \(pictures) pictures of \(people) people: yaw and pitch as in "
                    + "training, every light, expression, glasses and make-up."
            ])
    }

    private static func tone(_ person: Person) -> String {
        switch person.skin.tone {
        case ...3: "tone 01-03"
        case ...7: "tone 04-07"
        default: "tone 08-10"
        }
    }
}
