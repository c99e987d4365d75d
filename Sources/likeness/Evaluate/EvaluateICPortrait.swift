import ArgumentParser
import Foundation
import Miniature
import Torch
import Training

/// `likeness evaluate ic-portrait`: the paper's tables and figures, in the world.
struct EvaluateICPortrait: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ic-portrait",
        abstract: "Measure IC-Portrait on unseen people of the world, against the answer key.",
        discussion: """
            Table 1's protocol: 11 people in 40 pictures of others each, likeness to all photos of \
            the person, judged by a recogniser that had no part in making them; and the distance \
            from the picture that the world renders as the answer. Tables (Markdown, JSON), sheets \
            (JPEG) and a page of all. Learned baselines are trained first, in the run's folder, with \
            the appearance net's settings. figure-4 trains the matching net anew by both losses; figure-7 \
            (share of the reference that is seen), figure-9 (extreme light), strengths, guidance and \
            identity change one setting; figure-10 puts people into groups.
            """)

    @Option(help: "The models' folder; the shipped one if not given.")
    var models = "miniature"

    @Option(help: "A folder with other nets, matching and appearance, on the models' base.")
    var nets: String?

    @Option(name: .customLong("run"), help: "The run's folder with the pictures.")
    var source = "runs/miniature"

    @Option(name: .shortAndLong, help: "Where the figures are written.")
    var output = "runs/miniature/ic-portrait"

    @Option(help: "What is measured.")
    var part = Part.table1

    @Option(help: "People whose portraits are made.")
    var people = 11

    @Option(help: "Pictures that each is put into.")
    var references = 40

    @Option(help: "Seeds of each portrait.")
    var seeds = 1

    @Option(help: "Pictures of groups of figure-10.")
    var scenes = 100

    @Option(
        parsing: .upToNextOption,
        help: "Rows of table-1: \(PortraitMethod.allCases.map(\.rawValue).joined(separator: ", "))."
    )
    var method: [PortraitMethod] = PortraitMethod.allCases

    @Option(help: "A setting of the method, such as steps=20; repeat for more.")
    var set: [String] = []

    @Option(
        help: """
            A setting of token, face-id and dreambooth, which edit the reference in rounds of their \
            own; the ones given are what is most like the person of those that were tried.
            """)
    var editSet = ["guidance=7", "strengths=[0.8,0.6]"]

    @Option(
        help: "A setting of what is trained here, such as appearance.training.steps=500; repeat.")
    var runSet: [String] = []

    @Option(help: "cpu, cuda, cuda:N or mps.", transform: Device.init(parsing:))
    var device: Device = .cpu

    @Option(help: ComputeType.help)
    var dtype: ComputeType?

    @Option(help: "Threads of the networks; one a core unless given.")
    var threads: Int?

    @OptionGroup var reporting: Reporting

    /// What is measured.
    enum Part: String, ExpressibleByArgument, CaseIterable {
        case table1 = "table-1"
        case figure4 = "figure-4"
        case figure7 = "figure-7"
        case figure9 = "figure-9"
        case figure10 = "figure-10"
        case strengths, guidance, identity
    }

    struct Result: Encodable {
        let output: String
        let figures: [String: Double]
        let seconds: Double
    }

    func validate() throws {
        for (name, count) in [
            ("people", people), ("references", references), ("seeds", seeds), ("scenes", scenes),
        ] where !(1...100_000).contains(count) {
            throw ValidationError("--\(name): expected 1 to 100000, found \(count)")
        }
        guard !method.isEmpty else {
            throw ValidationError("--method: expected one or more, found none")
        }
    }

    func run() throws {
        try reporting.run {
            if let threads { try LibTorch.setThreadCount(threads) }
            let start = ContinuousClock.now
            let interrupt = Interrupt()
            var talk = MiniatureRun.Reporting()
            let line = ProgressLine(reporting)
            talk.shouldStop = { interrupt.isRequested }
            talk.remark = { reporting.remark("likeness: \($0)") }
            talk.counting = { stage, done, total in
                line.show("\(stage.summary): \(done)/\(total)", isLast: done == total)
            }
            var settings = try MiniatureRun.settings(in: source)
            settings = try runSet.reduce(settings) {
                try $0.setting($1)
            }
            settings.portrait = try set.reduce(settings.portrait) { try $0.setting($1) }
            try settings.portrait.check()
            let work = try MiniatureRun(source, settings, device: device, reporting: talk)
            try Output.makeFolder(output)
            guard let scores = try measured(work, interrupt) else {
                throw CommandError(
                    "interrupted; nothing was written", code: Failure.interrupted)
            }
            try scores.write(
                page: "IC-Portrait in the world", named: part.rawValue, to: output)
            let seconds = (ContinuousClock.now - start).seconds
            try reporting.result(
                Result(output: output, figures: scores.figures, seconds: seconds),
                text: scores.figures.sorted { $0.key < $1.key }
                    .map { String(format: "%@: %.4g", $0.key, $0.value) }.joined(separator: "\n")
                    + "\n\(output)/\(part.rawValue).html: \(TrainingProgress.duration(seconds))")
        }
    }

    /// The part's scores; nil after a stop.
    private func measured(_ work: MiniatureRun, _ interrupt: Interrupt) throws -> PartScores? {
        let stops = { interrupt.isRequested }
        let portrait = { (done: Int, total: Int) in
            reporting.progress(done, of: total, "portrait")
        }
        switch part {
        case .figure4:
            return try MatchingStudy(work).scores(progress: training)
        case .table1:
            return try study(work).table(method, progress: portrait, shouldStop: stops)
        case .figure10:
            return try GroupStudy(study(work), scenes: scenes, work).scores(
                progress: { reporting.progress($0, of: $1, "scene") }, shouldStop: stops)
        case .figure7, .figure9, .strengths, .guidance, .identity:
            guard let sweep = PortraitSweep(rawValue: part.rawValue) else { return nil }
            return try study(work).sweep(sweep, progress: portrait, shouldStop: stops)
        }
    }

    private var training: (String, TrainingProgress) -> Void {
        let line = ProgressLine(reporting)
        return { line.show("\($0): \($1.line)", isLast: $1.isLast) }
    }

    private func study(_ work: MiniatureRun) throws -> PortraitStudy {
        var counts = PortraitStudy.Counts()
        (counts.people, counts.references, counts.seeds) = (people, references, seeds)
        let study = try PortraitStudy(
            models: ShippedModel.folder(models), nets: nets, run: work, counts: counts,
            dtype: (dtype ?? .usual(on: device)).dtype,
            progress: training)
        study.model.settings = try set.reduce(study.model.settings) { try $0.setting($1) }
        try study.model.settings.check()
        study.editSettings = try editSet.reduce(study.model.settings) { try $0.setting($1) }
        try study.editSettings.check()
        return study
    }
}

extension PortraitMethod: ExpressibleByArgument {}
