import ArgumentParser
import Diffusion
import Foundation

extension PublishedModel: ExpressibleByArgument {}

/// `likeness model init --like MODEL -o DIR`.
struct ModelInit: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Write a model folder of a published architecture with random weights.",
        discussion: """
            The folder is laid out as diffusers saves it and loads there and here; with what its \
            networks paint, nobody can be fooled. For trials, measurements, and as the start of \
            training. Every parameter is drawn by its name and the seed, so the same command gives \
            the same folder; tokenizers get a made-up vocabulary of the published size.
            """)

    @Option(help: "Which: \(PublishedModel.allCases.map(\.rawValue).joined(separator: ", ")).")
    var like: PublishedModel

    @Option(name: .shortAndLong, help: "The folder to write.")
    var output: String

    @Option(help: "Of the random weights.")
    var seed: UInt64 = 0

    @Option(help: "Store weights as fp32, fp16 or bf16.")
    var dtype: ComputeType = .fp32

    @Option(help: "Only these parts, such as unet,vae.")
    var only: String?

    @Flag(help: "A small model of the same family, a few megabytes.")
    var tiny = false

    @OptionGroup var sharding: Sharding

    @Flag(help: "Replace an existing model folder.")
    var force = false

    @OptionGroup var reporting: Reporting

    func run() throws {
        try reporting.run {
            try Output.checkFolder(output, force: force)
            var options = PublishedModel.Writing()
            options.seed = seed
            options.dtype = dtype.dtype
            options.only = only.map { $0.split(separator: ",").map(String.init) } ?? []
            options.tiny = tiny
            options.maximumShardByteCount = sharding.maxShardSize.byteCount
            options.replacing = force
            try like.write(to: output, options) { done, total in
                reporting.progress(done, of: total, "written")
            }
            let report = try FolderReport(output)
            try reporting.result(report, text: report.text)
        }
    }
}

/// How large files may grow.
struct Sharding: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Split weights into files of at most this size: bytes, or 500MB, 10GB, 4GiB.",
            valueName: "size"))
    var maxShardSize = ByteSize(byteCount: 10_000_000_000)
}

/// A size on the command line, with diffusers' units.
struct ByteSize: ExpressibleByArgument, CustomStringConvertible {
    let byteCount: Int

    init(byteCount: Int) { self.byteCount = byteCount }

    init?(argument: String) {
        let units = [
            ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("GB", 1_000_000_000),
            ("MB", 1_000_000), ("KB", 1000), ("", 1),
        ]
        guard
            let (unit, size) = units.first(where: {
                argument.uppercased().hasSuffix($0.0.uppercased())
            }), let value = Int(argument.dropLast(unit.count)), value > 0
        else { return nil }
        let (product, overflow) = value.multipliedReportingOverflow(by: size)
        guard !overflow else { return nil }
        byteCount = product
    }

    var description: String { byteCount == 10_000_000_000 ? "10GB" : "\(byteCount)" }
}

/// What a command that writes a model folder says at its end.
struct FolderReport: Encodable {
    let output: String
    let byteCount: Int
    /// Paths within the folder, with their sizes.
    let files: [String: Int]
    var notes: [String] = []

    init(_ folder: String) throws {
        output = folder
        var files: [String: Int] = [:]
        let all = try FileManager.default.subpathsOfDirectory(atPath: folder)
        for path in all {
            let attributes = try FileManager.default.attributesOfItem(atPath: "\(folder)/\(path)")
            guard attributes[.type] as? FileAttributeType == .typeRegular else { continue }
            files[path] = (attributes[.size] as? NSNumber)?.intValue ?? 0
        }
        self.files = files
        byteCount = files.values.reduce(0, +)
    }

    var text: String { "\(output): \(files.count) files, \(Format.bytes(byteCount))" }
}
