import ArgumentParser
import Checkpoints
import Foundation
import Layers
import Torch

/// `likeness bench checkpoint`.
struct BenchCheckpoint: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "checkpoint",
        abstract: "How long a weight file takes to load, and how much memory.",
        discussion: """
            Loads every tensor, then reads every element once (a sum), because tensors are views \
            into the file until something touches them. Without a file, one of 1.7 GB of fp16 is \
            made and removed.
            """)

    @Argument(help: "A weight file.")
    var file: String?

    @Option(help: "Convert while loading: fp32, fp16 or bf16.")
    var dtype: ComputeType?

    @OptionGroup var reporting: Reporting

    struct Report: Encodable {
        let fileBytes: Int
        let loadSeconds: Double
        let readSeconds: Double
        let peakGrowthBytes: Int
        /// What the loaded tensors take.
        let tensorBytes: Int
    }

    func run() throws {
        try reporting.run {
            if let file { return try measure(file) }
            let path = FileManager.default.temporaryDirectory
                .appendingPathComponent("likeness-bench-\(UUID().uuidString).safetensors").path
            defer { try? FileManager.default.removeItem(atPath: path) }
            try BenchCheckpoint.make(path)
            try measureElsewhere(path)
        }
    }

    /// Measures in a process of its own: making the file has raised this one's peak memory.
    private func measureElsewhere(_ path: String) throws {
        let child = Process()
        child.executableURL = Bundle.main.executableURL
        child.arguments =
            ["bench", "checkpoint", path] + (dtype.map { ["--dtype", $0.rawValue] } ?? [])
            + (reporting.json ? ["--json"] : [])
        try child.run()
        child.waitUntilExit()
        guard child.terminationStatus == 0 else { throw ExitCode(child.terminationStatus) }
    }

    private func measure(_ path: String) throws {
        _ = try Tensor.ones([8], dtype: .float16).sum()  // libtorch's own first-use memory
        let before = ProcessMemory.peak
        let clock = ContinuousClock()
        var tensors: [String: Tensor] = [:]
        let load = try clock.measure {
            tensors = try openCheckpoint(path).tensors(dtype: dtype?.dtype)
        }
        let read = try clock.measure {
            for tensor in tensors.values where tensor.count > 0 { _ = try tensor.sum() }
        }
        let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? NSNumber
        let report = Report(
            fileBytes: size?.intValue ?? 0, loadSeconds: load.seconds, readSeconds: read.seconds,
            peakGrowthBytes: ProcessMemory.peak - before,
            tensorBytes: tensors.values.reduce(0) { $0 + $1.byteCount })
        try reporting.result(
            report,
            text: String(
                format: "loaded %@ in %.3f s, read every element in %.3f s, peak memory grew by %@",
                Format.bytes(report.fileBytes), report.loadSeconds, report.readSeconds,
                Format.bytes(report.peakGrowthBytes)))
    }

    /// 850 million fp16 values in 40 tensors of mixed size: about what an SD1.5 UNet weighs.
    static func make(_ path: String) throws {
        let sources = (0..<40).map { index in
            let rows = index % 4 == 0 ? 16_384 : 4_096 + 40
            return TensorSource(
                name: "layer.\(index).weight", dtype: .float16, shape: [rows, 2_960]
            ) { sink in
                let generator = try Generator(seed: UInt64(index))
                try Tensor.randn([rows, 2_960], generator: generator).to(.float16)
                    .withBytes { try sink($0) }
            }
        }
        try SafetensorsWriter.write(sources, metadata: ["format": "pt"], to: path)
    }
}
