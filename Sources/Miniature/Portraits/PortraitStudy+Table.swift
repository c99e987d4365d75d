import Evaluation
import Figures
import Images
import Torch

extension PortraitStudy {
    /// What one arm made of all cases.
    struct Row {
        let arm: PortraitArm
        /// For each seed, of each case.
        var figures: [[PortraitFigures]] = []
    }

    /// Makes and measures all portraits by some methods.
    ///
    /// - Parameters:
    ///   - methods: rows of the table.
    ///   - progress: called with portraits made and in all.
    ///   - shouldStop: asked after every portrait.
    /// - Returns: tables, a sheet and figures; nil after a stop.
    /// - Throws: what the methods and networks throw.
    public func table(
        _ methods: [PortraitMethod] = PortraitMethod.allCases,
        progress: (Int, Int) -> Void = { _, _ in }, shouldStop: () -> Bool = { false }
    ) throws -> PartScores? {
        guard try baselines.prepare(methods) else { return nil }
        return try scores(
            methods.map(PortraitArm.init), sheet: "Portraits of unseen people, uncurated",
            progress: progress, shouldStop: shouldStop)
    }

    /// Makes and measures all portraits with one setting changed.
    ///
    /// - Parameters:
    ///   - sweep: the setting.
    ///   - progress: called with portraits made and in all.
    ///   - shouldStop: asked after every portrait.
    /// - Returns: tables, a sheet, plots and figures; nil after a stop.
    /// - Throws: what the method and networks throw.
    public func sweep(
        _ sweep: PortraitSweep, progress: (Int, Int) -> Void = { _, _ in },
        shouldStop: () -> Bool = { false }
    ) throws -> PartScores? {
        let arms = sweep.arms
        guard
            var scores = try scores(
                arms, sheet: sweep.title, progress: progress, shouldStop: shouldStop)
        else { return nil }
        guard let axis = sweep.axis else { return scores }
        for (figure, title) in [
            ("similarity", "likeness to the person's photos, by recogniser B"),
            ("shading", "shading error"),
            ("pattern", "error of the light's pattern"),
            ("reference_shading", "shading error against the style reference"),
            ("features", "recogniser B's distance from the key"),
        ] {
            let points = arms.compactMap { arm -> (x: Double, y: Double)? in
                guard let x = arm.value, let y = scores.figures["\(figure)_\(arm.id)"] else {
                    return nil
                }
                return (x, y)
            }
            scores.plots.append(
                (
                    figure,
                    LinePlot(
                        title: sweep.title, x: Axis(axis), y: Axis(title),
                        series: [Series(name: title, points: points, style: .line)])
                ))
        }
        return scores
    }

    private func scores(
        _ arms: [PortraitArm], sheet title: String, progress: (Int, Int) -> Void,
        shouldStop: () -> Bool
    ) throws -> PartScores? {
        let total = caseCount * arms.reduce(0) { $0 + ($1.isDrawn ? counts.seeds : 1) }
        var done = 0
        var rows = arms.map { arm in
            Row(
                arm: arm,
                figures: Array(repeating: [], count: arm.isDrawn ? counts.seeds : 1))
        }
        // Where every arm has a light of its own, reference and key belong to it.
        let isLit = arms.contains { $0.light != nil }
        // The key is in the sheet, whether or not it has a row in the tables.
        func isShown(_ arm: PortraitArm) -> Bool { arm.id != PortraitMethod.key.rawValue }
        var sheet = ContactSheet(
            title: title,
            columns: ["profile"]
                + (isLit
                    ? arms.flatMap { ["reference", "answer key", $0.title] }
                    : ["reference", "answer key"] + arms.filter(isShown).map(\.title)))
        for number in 0..<caseCount {
            var shown: [Image] = []
            var own: PortraitCase?
            for (place, arm) in arms.enumerated() {
                let item = try arm.light == nil && own != nil ? own : item(number, in: arm.light)
                guard let item else { continue }
                own = item
                if place == 0 { shown.append(item.profile.image) }
                if place == 0 || isLit { shown += [item.target.image, item.key.image] }
                for seed in rows[place].figures.indices {
                    let image = try noGrad {
                        try arm.image(item, model, baselines, UInt64(1000 * number + seed))
                    }
                    rows[place].figures[seed].append(try figures(image, item))
                    if seed == 0, isShown(arm) { shown.append(image) }
                    done += 1
                    progress(done, total)
                    if shouldStop() { return nil }
                }
            }
            if number % counts.references < 12 / max(counts.people, 1) + 1 { sheet.addRow(shown) }
        }
        return try scores(rows, sheet)
    }

    private func scores(_ rows: [Row], _ sheet: ContactSheet) throws -> PartScores {
        var scores = PartScores()
        for (name, recogniser, embedding) in [
            ("B, which only judges", recogniserB, \PortraitFigures.embeddingB),
            ("A, which may choose", recogniserA, \PortraitFigures.embeddingA),
        ] {
            let profiles = try (0..<counts.people).map { try self.profiles($0, by: recogniser) }
            let bound = try ProfileSimilarity.amongProfiles(profiles)
            var cells = bound.rows("upper bound: their photos among themselves")
            for row in rows {
                let all = row.figures.map { figures in
                    (0..<counts.people).map { person in
                        figures[person * counts.references..<(person + 1) * counts.references]
                            .map { $0[keyPath: embedding] }
                    }
                }
                let found = try all.map { try ProfileSimilarity(results: $0, profiles: profiles) }
                // A row is of all seeds' portraits.
                let joined = (0..<counts.people).map { person in all.flatMap { $0[person] } }
                cells += try ProfileSimilarity(results: joined, profiles: profiles)
                    .rows(row.arm.title)
                guard name.hasPrefix("B") else { continue }
                let means = found.map(\.perResult.mean)
                let id = row.arm.id
                scores.figures["similarity_\(id)"] = means.reduce(0, +) / Double(means.count)
                scores.figures["similarity_spread_\(id)"] =
                    (means.max() ?? 0) - (means.min() ?? 0)
            }
            if name.hasPrefix("B") { scores.figures["similarity_bound"] = bound.perResult.mean }
            scores.tables.append(
                Table(
                    title: "Likeness to all photos of the person, by recogniser \(name)",
                    columns: ProfileSimilarity.columns, rows: cells))
        }
        scores.tables.append(answerTable(rows, &scores))
        scores.pictures.append(
            ("sheet", "The first portraits, none left out.", try sheet.rendered()))
        return scores
    }

    private func answerTable(_ rows: [Row], _ scores: inout PartScores) -> Table {
        func mean(_ values: [Double]) -> Double {
            let known = values.filter(\.isFinite)
            return known.isEmpty ? .nan : known.reduce(0, +) / Double(known.count)
        }
        let cells = rows.map { row -> [Table.Cell] in
            let all = row.figures.joined()
            let numbers = [
                ("psnr", mean(all.map(\.psnr))), ("ssim", mean(all.map(\.ssim))),
                ("features", mean(all.map(\.features))), ("clip", mean(all.map(\.clip))),
                ("shading", mean(all.map(\.shading))), ("pattern", mean(all.map(\.pattern))),
                ("reference_shading", mean(all.map(\.referenceShading))),
                // A lost face is as far off as the face is large.
                ("landmarks", 100 * mean(all.map { min($0.landmarks ?? 1, 1) })),
            ]
            for (name, value) in numbers where value.isFinite {
                scores.figures["\(name)_\(row.arm.id)"] = value
            }
            return [.text(row.arm.title)]
                + numbers.map { $0.1.isFinite ? .number($0.1) : .missing }
        }
        return Table(
            title: "Against the answer key",
            columns: [
                .init("method"), .init("PSNR", unit: "dB", digits: 2), .init("SSIM", digits: 3),
                .init("recogniser B's distance", digits: 3), .init("CLIP's cosine", digits: 3),
                .init("shading error", digits: 3), .init("of its pattern", digits: 3),
                .init("against the reference", digits: 3),
                .init("five points", unit: "% of the face", digits: 2),
            ], rows: cells,
            notes: [
                "The key is the person rendered in the reference's pose, expression, light and "
                    + "dress. Shading: root mean square of the log of brightness on skin, in 16 x 16 "
                    + "cells; its pattern: the same less its mean, whatever the skin's tone; "
                    + "against the reference: the same of portrait and reference, a stranger."
            ])
    }
}
