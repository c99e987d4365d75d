import ArgumentParser
import Checkpoints
import Foundation

/// `likeness oracle`: lets the Python scripts in `Reference/` compare this program with the
/// reference libraries. Not for users; `make parity` speaks it.
struct Oracle: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Answers comparison scripts.", shouldDisplay: false)

    @Argument(help: "verdicts, rewrite or convert: see Reference/checkpoints/parity.py.")
    var mode: String

    func run() throws {
        try CheckpointOracle.run(
            mode: mode, input: FileHandle.standardInput.fileDescriptor,
            output: FileHandle.standardOutput.fileDescriptor)
    }
}
