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

    @Option(help: "A JSON file of settings; what it leaves out keeps its default.")
    var config: String?

    @Option(help: "One setting, such as base.training.steps=100; repeat for more.")
    var set: [String] = []

    @Option(help: "cpu, cuda, cuda:N or mps.", transform: Device.init(parsing:))
    var device: Device = .cpu

    @Option(help: "Threads of the networks; one a core unless given.")
    var threads: Int?

    @Flag(help: "Print the settings and do nothing.")
    var printSettings = false

    @OptionGroup var reporting: Reporting

    struct Report: Encodable {
        let run: String
        let complete: Bool
        let seconds: [String: Double]
    }

    func run() throws {
        try reporting.run {
            let settings = try resolved()
            if printSettings {
                print(try Reporting.encode(settings))
                return
            }
            if let threads { try LibTorch.setThreadCount(threads) }
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
            let work = try MiniatureRun(output, settings, device: device, reporting: talk)
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

    private func resolved() throws -> MiniatureSettings {
        var bytes: [UInt8] = []
        if let config {
            let file = try InputFile(config)
            bytes = try file.bytes(at: 0, count: file.size)
        }
        var settings = try MiniatureSettings(json: bytes, from: config ?? "settings")
        for assignment in set { settings = try settings.setting(assignment) }
        return settings
    }
}

extension MiniatureStage: ExpressibleByArgument {}
