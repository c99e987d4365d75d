import ArgumentParser
import Checkpoints
import Torch

/// `likeness model convert FILE -o OUT`.
struct ModelConvert: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "convert",
        abstract: "Write a weight file's tensors as safetensors.",
        discussion: """
            The safe first step with a .pth, .pt, .bin or .ckpt from elsewhere: it is read by an \
            allowlist that can rebuild tensors and nothing else.
            """)

    @Argument(
        help: "A safetensors file, a sharded set's *.index.json, or a .pth, .pt, .bin, .ckpt.")
    var file: String

    @Option(name: .shortAndLong, help: "The safetensors file to write.")
    var output: String

    @Option(help: "Convert floating-point tensors: fp32, fp16 or bf16.")
    var dtype: ComputeType?

    @Flag(help: "Replace an existing output file.")
    var force = false

    @OptionGroup var reporting: Reporting

    struct Report: Encodable {
        let input: String
        let output: String
        let tensorCount: Int
        let byteCount: Int
    }

    func run() throws {
        try reporting.run {
            try Output.check(output, force: force)
            let reader = try openCheckpoint(file)
            let checkpoint = Checkpoint(reader)
            let total = reader.entries.count
            var done = 0
            let sources = reader.entries.map { entry in
                let target =
                    entry.dtype.isFloatingPoint ? dtype?.dtype ?? entry.dtype : entry.dtype
                return TensorSource(name: entry.name, dtype: target, shape: entry.shape) { sink in
                    let tensor = try checkpoint.tensor(named: entry.name, dtype: target)
                    try tensor.withBytes { try sink($0) }
                    done += 1
                    reporting.progress(done, of: total, "converted")
                }
            }
            var metadata = reader.metadata
            metadata["format"] = metadata["format"] ?? "pt"
            try SafetensorsWriter.write(sources, metadata: metadata, to: output)
            let report = Report(
                input: file, output: output, tensorCount: total,
                byteCount: try openCheckpoint(output).entries.reduce(0) { $0 + $1.byteCount })
            try reporting.result(
                report,
                text: "\(output): \(total) tensors, \(Format.bytes(report.byteCount))")
        }
    }
}
