import ArgumentParser
import Checkpoints
import Images
import World

/// `likeness world statistics`: who lives in the world.
struct WorldStatistics: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "statistics",
        abstract: "Count who lives in the world and how they are photographed.")

    @Option(help: "People to count.")
    var persons = 5000

    @Option(help: "Pictures of each.")
    var views = 1

    @Option(help: "Which world.")
    var seed: UInt64 = 1

    @Option(name: .shortAndLong, help: "Also draw the histograms: .png, .jpg or .webp.")
    var output: String?

    @Flag(help: "Replace an existing output file.")
    var force = false

    @OptionGroup var reporting: Reporting

    struct Report: Encodable {
        let statistics: PopulationStatistics
        /// Histograms in which nobody is found at one end of the range.
        let emptyEnds: [String]
    }

    func run() throws {
        try reporting.run {
            guard persons > 0, views > 0 else {
                throw ValidationError("Expected positive numbers of persons and views.")
            }
            if let output { try Output.check(output, force: force) }
            let statistics = PopulationStatistics(seed: seed, persons: persons, views: views)
            if let output {
                let format = try OutputFormat(path: output)
                let bytes = try VipsCodec().encode(statistics.chart(), as: format)
                try AtomicFile.write(bytes, to: output)
            }
            let report = Report(statistics: statistics, emptyEnds: statistics.emptyEnds)
            try reporting.result(report, text: statistics.markdown)
        }
    }
}
