import ArgumentParser
import Checkpoints
import Torch
import Training

/// What every `likeness train` command takes: settings, and where networks compute.
struct TrainingOptions: ParsableArguments {
    @Option(help: "A JSON file of settings; what it leaves out keeps its default.")
    var config: String?

    @Option(
        help: """
            One setting, such as training.steps=400, or of a stage base.training.steps=400; repeat \
            for more.
            """)
    var set: [String] = []

    @Option(help: "cpu, cuda, cuda:N or mps.", transform: Device.init(parsing:))
    var device: Device = .cpu

    @Option(help: "Threads of the networks; one a core unless given.")
    var threads: Int?

    @Flag(help: "Print the settings and do nothing.")
    var printSettings = false

    /// Settings with those of the file in their place.
    func overridden<Chosen: Settings>(_ settings: Chosen) throws -> Chosen {
        guard let config else { return settings }
        let file = try InputFile(config)
        return try settings.overridden(by: file.bytes(at: 0, count: file.size), from: config)
    }

    /// Settings with each `--set` in its place.
    func assigned<Chosen: Settings>(_ settings: Chosen) throws -> Chosen {
        try set.reduce(settings) { try $0.setting($1) }
    }

    /// The threads asked for.
    func applyThreads() throws {
        if let threads { try LibTorch.setThreadCount(threads) }
    }
}
