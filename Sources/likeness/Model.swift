import ArgumentParser
import Checkpoints
import Torch

/// `likeness model`: weight files and model folders.
struct Model: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "List models, look into weight files, check and convert them; make and export folders.",
        subcommands: [
            ModelList.self, ModelInfo.self, ModelVerify.self, ModelConvert.self,
            ModelConvertFLAME.self,
            ModelInit.self, ModelExport.self,
        ])
}

/// `likeness model info FILE`.
struct ModelInfo: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "info",
        abstract:
            "Names, shapes and types of a file's tensors, and what kind of model it looks like.")

    @Argument(
        help: "A safetensors file, a sharded set's *.index.json, or a .pth, .pt, .bin, .ckpt.")
    var file: String

    @Flag(name: .shortAndLong, help: "List every tensor.")
    var tensors = false

    @OptionGroup var reporting: Reporting

    /// What is printed; with --json, all of it.
    struct Summary: Encodable {
        struct Row: Encodable {
            let name: String
            let dtype: String
            let shape: [Int]
        }
        let file: String
        let kind: String?
        let tensorCount: Int
        let elementCount: Int
        let byteCount: Int
        let dtypes: [String: Int]
        let metadata: [String: String]
        let warnings: [String]
        let tensors: [Row]

        init(_ reader: any CheckpointReader) {
            file = reader.path
            kind = CheckpointKind.guess(reader)?.description
            tensorCount = reader.entries.count
            elementCount = reader.entries.reduce(0) { $0 + $1.elementCount }
            byteCount = reader.entries.reduce(0) { $0 + $1.byteCount }
            dtypes = reader.entries.reduce(into: [:]) { $0["\($1.dtype)", default: 0] += 1 }
            metadata = reader.metadata
            warnings = reader.warnings
            tensors = reader.entries.map {
                Row(name: $0.name, dtype: "\($0.dtype)", shape: $0.shape)
            }
        }
    }

    func run() throws {
        try reporting.run {
            let reader = try openCheckpoint(file)
            let summary = Summary(reader)
            try reporting.result(summary, text: text(summary))
            for warning in summary.warnings { reporting.remark("likeness: \(warning)") }
        }
    }

    private func text(_ summary: Summary) -> String {
        var lines = [
            "file        \(summary.file)",
            "looks like  \(summary.kind ?? "nothing that Likeness knows")",
            "tensors     \(summary.tensorCount), \(Format.count(summary.elementCount)) elements, "
                + Format.bytes(summary.byteCount),
            "types       "
                + summary.dtypes.sorted { $0.value > $1.value }.map { "\($0.key) \($0.value)" }
                .joined(separator: ", "),
        ]
        for (key, value) in summary.metadata.sorted(by: { $0.key < $1.key }) {
            lines.append("metadata    \(key): \(value.prefix(200))")
        }
        if tensors {
            let width = summary.tensors.map(\.name.count).max() ?? 0
            for row in summary.tensors {
                lines.append(
                    row.name.padding(toLength: width + 2, withPad: " ", startingAt: 0)
                        + row.dtype.padding(toLength: 10, withPad: " ", startingAt: 0)
                        + "\(row.shape)")
            }
        }
        return lines.joined(separator: "\n")
    }
}

/// `likeness model verify FILE`.
struct ModelVerify: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Read a whole weight file; exit 0 only if it is sound.",
        discussion: """
            Checks the header or archive, every offset and checksum, reads every tensor, and looks \
            for values that are no numbers (NaN), which no sound weight has.
            """)

    @Argument(
        help: "A safetensors file, a sharded set's *.index.json, or a .pth, .pt, .bin, .ckpt.")
    var file: String

    @OptionGroup var reporting: Reporting

    struct Report: Encodable {
        let file: String
        let sound: Bool
        let tensorCount: Int
        let notNumbers: [String]
        let infinite: [String]
    }

    func run() throws {
        try reporting.run {
            let reader = try openCheckpoint(file)
            if let archive = reader as? TorchArchive { try archive.verify() }
            let checkpoint = Checkpoint(reader)
            var notNumbers: [String] = []
            var infinite: [String] = []
            for (index, entry) in reader.entries.enumerated() {
                let tensor = try checkpoint.tensor(named: entry.name)
                if entry.dtype.isFloatingPoint, entry.elementCount > 0, entry.dtype.isComparable {
                    // A sum is finite unless something in it is not, and reads every byte once.
                    let sum = try tensor.to(.float32).sum().item()
                    if !sum.isFinite {
                        let values = try tensor.to(.float32)
                        if try Operator("aten::isnan")(values).any() {
                            notNumbers.append(entry.name)
                        } else if try Operator("aten::isinf")(values).any() {
                            infinite.append(entry.name)
                        }
                    }
                }
                reporting.progress(index + 1, of: reader.entries.count, "verified")
            }
            let report = Report(
                file: file, sound: notNumbers.isEmpty, tensorCount: reader.entries.count,
                notNumbers: notNumbers, infinite: infinite)
            guard report.sound else {
                throw CommandError(
                    "\(file): expected numbers, found NaN in \(notNumbers.count) tensor(s), first "
                        + "\(notNumbers[0]); the file was saved from a broken run, get it again",
                    code: Failure.badInput)
            }
            try reporting.result(report, text: "\(file): sound, \(report.tensorCount) tensors")
            for name in infinite { reporting.remark("likeness: \(name) holds infinite values") }
        }
    }
}

extension DType {
    /// Whether libtorch's CPU kernels convert the type to float32.
    var isComparable: Bool {
        switch self {
        case .float8e8m0fnu, .float4e2m1fnx2: false
        default: true
        }
    }
}
