import ArgumentParser
import Checkpoints
import Foundation
import Miniature
import Torch
import Training

/// `likeness train miniature`: the small models of the synthetic world, from nothing.
struct TrainMiniature: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "miniature",
        abstract: "Make the miniature models from nothing: render, train, write.",
        discussion: """
            Stages: \(MiniatureStage.allCases.map(\.rawValue).joined(separator: ", ")). Each goes \
            on where it was stopped, by Ctrl-C or by kill -9; a stage that is done costs nothing. \
            Every training stage is a run folder with metrics, plots, samples and an index.html.
            """)

    @Option(name: .shortAndLong, help: "The folder of the whole run; a started one is continued.")
    var output = "runs/miniature"

    @Option(help: "Only this stage; repeat for more. All in order unless given.")
    var stage: [MiniatureStage] = []

    @Option(
        help: ArgumentHelp(
            "Stages that this run has not begun take up the models of this bundle.",
            discussion: "Done if they have had their steps, trained further if not.",
            valueName: "folder"))
    var from: String?

    @OptionGroup var training: TrainingOptions

    @OptionGroup var reporting: Reporting

    struct Report: Encodable {
        let run: String
        let complete: Bool
        let seconds: [String: Double]
    }

    func run() throws {
        try reporting.run {
            let settings = try training.assigned(training.overridden(MiniatureSettings()))
            if training.printSettings {
                print(try Reporting.encode(settings))
                return
            }
            try training.applyThreads()
            let interrupt = Interrupt()
            let line = ProgressLine(reporting)
            var talk = MiniatureRun.Reporting()
            talk.shouldStop = { interrupt.isRequested }
            talk.remark = { reporting.remark("likeness: \($0)") }
            talk.training = { stage, progress in
                line.show("\(stage.summary): \(progress.line)", isLast: progress.isLast)
            }
            talk.counting = { stage, done, total in
                line.show("\(stage.summary): \(done)/\(total)", isLast: done == total)
            }
            let work = try MiniatureRun(output, settings, device: training.device, reporting: talk)
            if let from { try work.takeUp(from) }
            var seconds: [String: Double] = [:]
            for stage in MiniatureStage.allCases
            where self.stage.isEmpty || self.stage.contains(stage) {
                let clock = ContinuousClock.now
                guard try work.run(stage) else { throw CancellationError() }
                seconds[stage.rawValue] = (ContinuousClock.now - clock).seconds
            }
            try reporting.result(
                Report(run: output, complete: true, seconds: seconds),
                text: seconds.sorted { $0.key < $1.key }
                    .map { "\($0.key): \(TrainingProgress.duration($0.value))" }
                    .joined(separator: "\n"))
        }
    }
}

extension MiniatureStage: ExpressibleByArgument {}
