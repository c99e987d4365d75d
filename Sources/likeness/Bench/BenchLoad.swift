import ArgumentParser
import Diffusion
import Foundation
import Layers
import Torch

/// `likeness bench load`.
struct BenchLoad: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "load",
        abstract: "From a UNet's file to its first step, in a process that has just started.",
        discussion: """
            Without a folder, SD1.5's UNet is written with random weights in fp16, 1.7 GB, and removed \
            after. The files have just been written or read: the system still has them in memory.
            """)

    @Argument(help: "A UNet's folder of SD1.5's kind, with config.json and weights.")
    var model: String?

    @Option(help: "Processes to time, after one that warms up.")
    var rounds = 3

    @Option(help: ComputeType.help)
    var dtype: ComputeType?

    @Option(help: "Threads.")
    var threads = ProcessInfo.processInfo.activeProcessorCount

    @Flag(help: .hidden)
    var once = false

    @OptionGroup var reporting: Reporting

    /// What one process took.
    struct Load: Codable {
        let loadSeconds, firstStepSeconds, secondStepSeconds: Double
        let peakMemoryBytes: Int

        enum CodingKeys: String, CodingKey {
            case loadSeconds = "load_s"
            case firstStepSeconds = "first_step_s"
            case secondStepSeconds = "second_step_s"
            case peakMemoryBytes = "peak_memory_bytes"
        }
    }

    struct Report: Encodable {
        let fileBytes: Int
        let dtype: String
        let loads: [Load]
        let medianSeconds: Double
        let peakMemoryBytes: Int

        enum CodingKeys: String, CodingKey {
            case dtype, loads
            case fileBytes = "file_bytes"
            case medianSeconds = "median_s"
            case peakMemoryBytes = "peak_memory_bytes"
        }
    }

    private var computeType: ComputeType { dtype ?? .usual(on: .cpu) }

    func validate() throws {
        guard rounds > 0, threads > 0 else {
            throw ValidationError("Expected positive numbers of processes and threads.")
        }
    }

    func run() throws {
        try reporting.run {
            if let model, once { return try print(JSONEncoder().encode(load(model)).text) }
            if let model { return try report(model) }
            let folder = FileManager.default.temporaryDirectory
                .appendingPathComponent("likeness-bench-\(UUID().uuidString)").path
            defer { try? FileManager.default.removeItem(atPath: folder) }
            var writing = PublishedModel.Writing()
            (writing.dtype, writing.only) = (.float16, ["unet"])
            try PublishedModel.sd15.write(to: folder, writing) { done, total in
                reporting.progress(done, of: total, "written")
            }
            try report("\(folder)/unet")
        }
    }

    private func load(_ model: String) throws -> Load {
        try LibTorch.setThreadCount(threads)
        return try noGrad {
            let clock = ContinuousClock()
            let start = clock.now
            let unet = try ModelFolder(model).unet(dtype: computeType.dtype).network
            let loaded = (clock.now - start).seconds
            let draw = try BenchDraw(computeType.dtype, .cpu)
            let side = unet.configuration.sampleSize ?? 64
            let sample = try draw.noise([1, unet.configuration.inChannels, side, side])
            let context = try draw.noise([1, 77, unet.configuration.crossAttentionDim])
            let time = try Tensor([Float(500)])
            let steps = try (0..<2).map { _ in
                try clock.measure {
                    _ = try unet(sample, timestep: time, context: context)
                }.seconds
            }
            return Load(
                loadSeconds: loaded, firstStepSeconds: steps[0], secondStepSeconds: steps[1],
                peakMemoryBytes: ProcessMemory.peak)
        }
    }

    /// Each load in a process of its own, as users have it.
    private func report(_ model: String) throws {
        let loads = try (-1..<rounds).map { round in
            let load = try child(model)
            reporting.progress(round + 2, of: rounds + 1, "loaded")
            return load
        }.dropFirst()
        let files = try FileManager.default.contentsOfDirectory(atPath: model)
        let bytes = try files.reduce(0) { sum, name in
            let own = try FileManager.default.attributesOfItem(atPath: "\(model)/\(name)")[.size]
            return sum + ((own as? NSNumber)?.intValue ?? 0)
        }
        let report = Report(
            fileBytes: bytes, dtype: computeType.rawValue, loads: Array(loads),
            medianSeconds: median(loads.map(\.loadSeconds)),
            peakMemoryBytes: loads.map(\.peakMemoryBytes).max() ?? 0)
        try reporting.result(
            report,
            text: String(
                format:
                    "%@ in %@: ready after %.2f s, first step %.2f s, second %.2f s; at most %.2f GB",
                Format.bytes(bytes), report.dtype, report.medianSeconds,
                median(loads.map(\.firstStepSeconds)), median(loads.map(\.secondStepSeconds)),
                Double(report.peakMemoryBytes) / 1e9))
    }

    private func child(_ model: String) throws -> Load {
        let process = Process(), pipe = Pipe()
        process.executableURL = Bundle.main.executableURL
        process.standardOutput = pipe
        process.arguments = [
            "bench", "load", model, "--once", "--dtype", computeType.rawValue, "--threads",
            "\(threads)",
        ]
        try process.run()
        let said = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw ExitCode(process.terminationStatus) }
        return try JSONDecoder().decode(Load.self, from: said)
    }
}

extension Data {
    fileprivate var text: String { String(decoding: self, as: UTF8.self) }
}
