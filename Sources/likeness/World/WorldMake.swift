import ArgumentParser
import Foundation
import Torch
import World

/// `likeness world make -o DIR`: a data set of portraits, or of groups, with their truth.
struct WorldMake: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "make",
        abstract: "Make a data set: WebDataset shards of pictures with all that is known of them.",
        discussion: """
            The same seed and options give the same bytes, whatever the number of workers. Stopped \
            at any moment, even by kill -9, the command goes on where it was when it is called \
            again. Every sample holds a PNG, a JSON with person, look, camera, landmarks and \
            captions, and a safetensors file with the maps.
            With --people the pictures show so many of the people together, in one scene, and the \
            JSON tells everything of each, from left to right:
              likeness world make --people 1...4 --pictures 20000 --identities 2000 -o DIR
            """)

    @Option(help: "How many people; groups are drawn from them.")
    var identities: Int

    @Option(help: "Pictures of each person; 4 unless given. For portraits.")
    var views: Int?

    @Option(
        help: ArgumentHelp(
            "Group pictures of so many people, as in 1...4 or 2; 0 shows nobody.",
            valueName: "count"))
    var people: PeopleCount?

    @Option(help: "How many group pictures.")
    var pictures: Int?

    @Option(help: "Pixels of a picture's side, of a group's height, 32...1024.")
    var size = 128

    @Option(
        help: "Pixels of a group's width, 32...2048; half as much again as its height unless given."
    )
    var width: Int?

    @Option(name: .shortAndLong, help: "The folder; a started one is continued.")
    var output: String

    @Option(help: "Which world: another seed, other people.")
    var seed: UInt64 = 1

    @Option(help: "Threads; one a core unless given.")
    var workers: Int?

    @Option(help: "Samples in a shard.")
    var shardSize = 1000

    @Option(
        help: ArgumentHelp(
            "The maps to store; all unless given, or none. Portraits have "
                + TruthMap.allCases.map(\.rawValue).joined(separator: ",") + "; groups "
                + GroupMap.allCases.map(\.rawValue).joined(separator: ",") + ".",
            valueName: "maps"))
    var maps: String?

    @Flag(
        help:
            "Cameras up to 60 degrees to the side and 25 up and down, not 35 and 15. For portraits."
    )
    var wide = false

    @OptionGroup var reporting: Reporting

    struct Report: Encodable {
        let folder: String
        let samples: Int
        let shards: Int
        let keptShards: Int
        let seconds: Double
        let samplesPerSecond: Double
        let peakMemoryBytes: Int
    }

    func run() throws {
        try reporting.run {
            let source = try self.source()
            // Each worker renders whole pictures; torch's own threads would only get in their way.
            try LibTorch.setThreadCount(1)
            let count = workers ?? ProcessInfo.processInfo.activeProcessorCount
            let writer = ShardWriter(.init(samplesPerShard: shardSize, workers: count))
            let interrupt = Interrupt()
            var made = 0
            var outcome: ShardWriter.Outcome?
            let seconds = try ContinuousClock().measure {
                outcome = try writer.write(
                    source, to: output,
                    progress: { step in
                        made += 1
                        reporting.progress(step.done, of: step.total, rate(step))
                    }, shouldStop: { interrupt.isRequested })
            }.seconds
            guard let outcome else { return }
            let report = Report(
                folder: output, samples: source.count, shards: outcome.manifest.shards.count,
                keptShards: outcome.kept, seconds: seconds,
                samplesPerSecond: Double(made) / max(seconds, 1e-9),
                peakMemoryBytes: ProcessMemory.peak)
            try reporting.result(report, text: text(report))
        }
    }

    private func rate(_ step: ShardProgress) -> String {
        let left = Int(min(step.secondsLeft, 1e7))
        return String(
            format: "%.1f pictures a second, %d:%02d:%02d left;", step.samplesPerSecond,
            left / 3600,
            left / 60 % 60, left % 60)
    }

    private func text(_ report: Report) -> String {
        "\(report.folder): \(report.samples) pictures in \(report.shards) shards, "
            + "\(report.keptShards) of them from before; "
            + String(format: "%.1f a second", report.samplesPerSecond)
    }
}
