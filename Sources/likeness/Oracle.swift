import ArgumentParser
import Checkpoints
import Foundation

/// `likeness oracle`: lets the Python scripts in `Reference/` compare this program with the
/// reference libraries. Not for users; `make parity` speaks it.
struct Oracle: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Answers comparison scripts.", shouldDisplay: false)

    @Argument(
        help: "images, tokenizer, detokenizer, training, or what Reference/checkpoints/ asks for.")
    var mode: String

    @Argument(help: "The folder of jobs, or of the tokenizer.")
    var folder: String?

    @Option var model: String?
    @Option var data: String?
    @Option var settings: String?
    @Option(name: .shortAndLong) var output: String?

    func run() throws {
        if mode == "training", let model, let data, let settings, let output {
            return try TrainingOracle.run(
                model: model, data: data, settings: settings, output: output)
        }
        if mode == "images", let folder {
            return try ImageOracle.run(folder: URL(fileURLWithPath: folder))
        }
        if mode.hasSuffix("tokenizer"), let folder {
            return try TokenizerOracle.run(folder: folder, decoding: mode == "detokenizer")
        }
        try CheckpointOracle.run(
            mode: mode, input: FileHandle.standardInput.fileDescriptor,
            output: FileHandle.standardOutput.fileDescriptor)
    }
}
