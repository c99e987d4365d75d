import ArgumentParser
import Miniature
import Torch
import Training

/// `likeness evaluate miniature`: the figures of Docs/miniature.md.
struct EvaluateMiniature: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "miniature",
        abstract: "Measure the miniature models on people that none of them was trained on.",
        discussion: """
            Parts: \(MiniaturePart.allCases.map(\.rawValue).joined(separator: ", ")). Each writes \
            tables (Markdown, JSON), plots (SVG) and sheets (JPEG), and all of them an index.html. \
            Pictures of those people come from the run's folder, and are rendered if they are not \
            there.
            """)

    @Option(help: "The models' folder; the shipped one if not given.")
    var models = "miniature"

    @Option(name: .customLong("run"), help: "The run's folder with the pictures.")
    var source = "runs/miniature"

    @Option(name: .shortAndLong, help: "Where the figures are written.")
    var output = "runs/miniature/figures"

    @Option(help: "Only this part; repeat for more.")
    var part: [MiniaturePart] = []

    @Option(help: "One setting of the run, such as sizes.side=64; repeat for more.")
    var set: [String] = []

    @Option(help: "Samples and reconstructions to measure on.")
    var pictures = 500

    @Option(help: "Denoising steps of a sample.")
    var steps = 30

    @Option(help: "cpu, cuda, cuda:N or mps.", transform: Device.init(parsing:))
    var device: Device = .cpu

    @OptionGroup var reporting: Reporting

    struct Report: Encodable {
        let output: String
        let figures: [String: [String: Double]]
    }

    func validate() throws {
        guard pictures >= 2, (1...1000).contains(steps) else {
            throw ValidationError(
                "expected 2 or more --pictures and 1 to 1000 --steps, found \(pictures) and "
                    + "\(steps).")
        }
    }

    func run() throws {
        try reporting.run {
            var settings = try MiniatureRun.settings(in: source)
            for assignment in set { settings = try settings.setting(assignment) }
            let interrupt = Interrupt()
            let line = ProgressLine(reporting)
            var talk = MiniatureRun.Reporting()
            talk.shouldStop = { interrupt.isRequested }
            talk.counting = { stage, done, total in
                line.show("\(stage.summary): \(done)/\(total)", isLast: done == total)
            }
            var counts = MiniatureEvaluation.Counts()
            (counts.pictures, counts.steps) = (pictures, steps)
            let evaluation = MiniatureEvaluation(
                models: try ShippedModel.folder(models),
                run: try MiniatureRun(source, settings, device: device, reporting: talk),
                counts: counts)
            let parts = MiniaturePart.allCases.filter { part.isEmpty || part.contains($0) }
            let figures = try evaluation.write(parts, to: output) {
                reporting.remark("likeness: measuring \($0.rawValue)")
            }
            let lines = figures.sorted { $0.key < $1.key }.flatMap { part, values in
                values.sorted { $0.key < $1.key }.map { "\(part) \($0): \(rounded($1))" }
            }
            try reporting.result(
                Report(output: output, figures: figures), text: lines.joined(separator: "\n"))
        }
    }

    private func rounded(_ value: Double) -> Double { (value * 1e4).rounded() / 1e4 }
}

extension MiniaturePart: ExpressibleByArgument {}
