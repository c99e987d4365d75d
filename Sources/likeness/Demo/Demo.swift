import ArgumentParser
import Checkpoints
import Figures
import Foundation
import ICPortrait
import Images
import Miniature

/// `likeness demo`: the main job on the shipped models, with the truth beside it.
struct Demo: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Put three people of the synthetic world into pictures of others.",
        discussion: """
            What `likeness generate` does with photographs, done with rendered people that no model \
            was trained on: two portraits and a picture of two people, each from one profile photo. \
            As the world can render anybody in any pose and light, the answer key stands beside \
            every result. OUTPUT holds the pictures, sheet.png of all, and index.html.
            """)

    @Option(name: .shortAndLong, help: "The folder for the results; made if need be.")
    var output = "likeness-demo"

    @Option(help: "Where noise and mask start: same seed, same bytes.")
    var seed: UInt64 = 1

    @OptionGroup var reporting: Reporting

    struct Report: Encodable {
        struct Face: Encodable {
            let picture, profile: String
            /// To the profile photo, by recogniser B, which has no part in making portraits.
            let likeness: Double
            /// The answer key's, and what was in that place before.
            let likenessOfKey, likenessBefore: Double
            /// Of the whole picture against the answer key.
            let structuralSimilarity: Double
        }
        let page: String
        let sheet: String
        let faces: [Face]
        let seconds: Double
    }

    func run() throws {
        try reporting.run {
            let start = ContinuousClock.now
            guard let path = MiniatureBundle.shipped() else {
                throw CommandError(
                    "demo: expected the miniature models in Models/miniature or under "
                        + "$LIKENESS_MODELS, found none; `likeness train miniature` makes them",
                    code: Failure.unavailable)
            }
            let tools = try PortraitTools(
                model: path, nets: nil, detector: nil, recogniser: nil,
                dtype: ComputeType.usual(on: .cpu).dtype, device: .cpu)
            let judge = try DemoJudge("\(path)/recogniser_b", finding: tools.detector)
            try Output.makeFolder(output)
            let cast = try DemoCast(in: output, side: tools.model.encoder.side)
            var sheet = ContactSheet(
                title: "Likeness \(Version.number): three people in others' pictures",
                columns: ["profile photo", "reference", "match", "portrait", "answer key"])
            var faces: [Report.Face] = []
            for (number, scene) in cast.scenes.enumerated() {
                let made = try portrait(scene, tools) { done, total in
                    reporting.progress(
                        number * total + done, of: cast.scenes.count * total, "step")
                }
                faces += try rows(of: scene, made, judge, in: &sheet)
            }
            let sheetPath = "\(output)/sheet.png"
            try AtomicFile.write(VipsCodec().encode(sheet.rendered(), as: .png()), to: sheetPath)
            let report = Report(
                page: "\(output)/index.html", sheet: sheetPath, faces: faces,
                seconds: (ContinuousClock.now - start).seconds)
            try page(report, cast).write(to: report.page)
            try reporting.result(report, text: text(report))
        }
    }

    /// What was made of one reference.
    private struct Made {
        let plan: PortraitPlan
        let outcome: PortraitWork.Outcome
    }

    /// Plans, makes and writes as `likeness generate` does.
    private func portrait(
        _ scene: DemoCast.Scene, _ tools: PortraitTools, progress: (Int, Int) -> Void
    ) throws -> Made {
        let plan = try PortraitPlan(
            reference: "\(output)/\(scene.reference)",
            people: scene.places.map { place in
                (
                    choice: scene.places.count > 1 ? .number(place.face) : .any,
                    paths: ["\(output)/\(place.profile)"]
                )
            },
            profileFace: .any, advice: FaceAdvice(), tools)
        for line in plan.lines { reporting.remark(line) }
        let interrupt = Interrupt()
        let work = PortraitWork(plan: plan, tools: tools, kind: .ddim)
        guard
            let outcome = try work.run(
                seed: seed, shouldStop: { interrupt.isRequested }, progress: progress)
        else { throw CommandError("interrupted", code: Failure.interrupted) }
        let record = plan.record(
            tools, seed: seed, scheduler: "ddim", dtype: ComputeType.usual(on: .cpu).rawValue)
        try AtomicFile.write(
            tools.encoded(outcome.picture, record, as: .png()), to: "\(output)/\(scene.portrait)")
        return Made(plan: plan, outcome: outcome)
    }

    /// A row of the sheet for every face, with its scores.
    private func rows(
        of scene: DemoCast.Scene, _ made: Made, _ judge: DemoJudge, in sheet: inout ContactSheet
    ) throws -> [Report.Face] {
        let (before, after) = (made.plan.reference.image, made.outcome.picture)
        let similarity = try judge.structure(after, scene.key)
        if scene.places.count > 1 {
            sheet.addRow([nil, before, nil, after, scene.key], label: "both")
        }
        return try zip(scene.places, zip(made.plan.places, made.outcome.results)).map {
            place, item in
            let (planned, result) = item
            let likeness = try [after, scene.key, before].map {
                try judge.likeness(of: $0, near: planned.reference, to: planned.profile)
            }
            sheet.addRow(
                [
                    planned.profile.picture, planned.reference.image,
                    try result.match.map { try MatchPicture($0, planned.profile.image).flow },
                    result.portrait, try planned.reference.moved(to: scene.key).image,
                ],
                label: scene.places.count > 1 ? "face \(place.face)" : "",
                captions: [place.profile, "", ""]
                    + likeness.prefix(2).map { String(format: "likeness %.2f", $0) })
            return Report.Face(
                picture: scene.portrait, profile: place.profile, likeness: likeness[0],
                likenessOfKey: likeness[1], likenessBefore: likeness[2],
                structuralSimilarity: similarity)
        }
    }

    private func page(_ report: Report, _ cast: DemoCast) throws -> Figures.Report {
        var page = Figures.Report(
            title: "Likeness: three people in others' pictures",
            summary: "Rendered people that no model was trained on; every portrait from one photo. "
                + "The answer key is the very person, rendered in the reference's pose, expression "
                + "and light.")
        page.add([.picture("sheet.png")])
        let rows = report.faces.map { face -> [Table.Cell] in
            [
                .text(face.picture), .text(face.profile), .number(face.likeness),
                .number(face.likenessOfKey), .number(face.likenessBefore),
                .number(face.structuralSimilarity),
            ]
        }
        page.add([
            .table(
                Table(
                    title: "Likeness to the profile photo, by recogniser B",
                    columns: [
                        .init("picture"), .init("profile photo"), .init("portrait"),
                        .init("answer key"), .init("before"), .init("SSIM with the key"),
                    ], rows: rows,
                    notes: ["Recogniser B has no part in making portraits; 1 is the same picture."])
            )
        ])
        page.add(
            heading: "The same by hand",
            [.code(cast.scenes.map { $0.command(seed: seed) }.joined(separator: "\n"))])
        return page
    }

    private func text(_ report: Report) -> String {
        report.faces.map {
            String(
                format: "%@: %@, likeness %.2f (answer key %.2f, before %.2f)", $0.picture,
                $0.profile, $0.likeness, $0.likenessOfKey, $0.likenessBefore)
        }.joined(separator: "\n")
            + String(format: "\nLook at %@ (%.0f s in all).", report.page, report.seconds)
    }
}
