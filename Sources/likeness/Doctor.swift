import ArgumentParser
import Foundation
import Images
import Torch

/// `likeness doctor`: what this machine has, how fast it is, and what is missing.
struct Doctor: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "What this machine has, how fast it is, what is missing and how to mend it.")

    @Flag(help: "Leave out the measurement of matrix products (a few seconds).")
    var noPeak = false

    @OptionGroup var reporting: Reporting

    struct Report: Encodable {
        struct Peak: Encodable {
            let device: String
            let dtype: String
            let size: Int
            let gigaflops: Double
        }
        struct Problem: Encodable {
            let problem: String
            let mend: String
        }
        let likeness: String
        let libtorch: String
        let libvips: String
        let system: String
        let devices: [String]
        let instructions: String
        let matrixTiles: Bool
        /// Whether our own kernels run here, in bf16.
        let kernels: Bool
        let threads: Int
        let memoryBytes: UInt64
        let freeDiskBytes: Int64
        let peaks: [Peak]
        let problems: [Problem]
    }

    func run() throws {
        try reporting.run {
            let report = try examine()
            try reporting.result(report, text: text(report))
            if !report.problems.isEmpty { throw ExitCode(Failure.unavailable) }
        }
    }

    private func examine() throws -> Report {
        var problems: [Report.Problem] = []
        do { _ = try VipsCodec() } catch {
            problems.append(.init(problem: "\(error)", mend: Self.reinstall("libvips-dev", "vips")))
        }
        if ((try? TextRenderer().mask("A")) ?? nil) == nil {
            problems.append(
                .init(
                    problem: "no font for the labels of contact sheets",
                    mend: Self.reinstall("fontconfig fonts-dejavu-core", "font-dejavu")))
        }
        let devices = try availableDevices()
        let here = FileManager.default.currentDirectoryPath
        let attributes = try? FileManager.default.attributesOfFileSystem(forPath: here)
        let free = (attributes?[.systemFreeSize] as? NSNumber)?.int64Value ?? 0
        if free < 4 << 30 {
            problems.append(
                .init(
                    problem: "\(Format.bytes(Int(free))) of disk are free here",
                    mend: "make room: full-size checkpoints take 2 to 7 GB each"))
        }
        return Report(
            likeness: Version.number, libtorch: LibTorch.version, libvips: VipsCodec.version,
            system: ProcessInfo.processInfo.operatingSystemVersionString,
            devices: devices.map(\.description), instructions: LibTorch.cpuCapability,
            matrixTiles: LibTorch.hasMatrixTiles, kernels: FusedKernels.areEnabled,
            threads: LibTorch.threadCount,
            memoryBytes: ProcessInfo.processInfo.physicalMemory, freeDiskBytes: free,
            peaks: noPeak ? [] : try devices.flatMap(peaks), problems: problems)
    }

    private func availableDevices() throws -> [Device] {
        var devices: [Device] = [.cpu]
        for index in 0..<(try Device.count(of: .cuda)) { devices.append(.cuda(index)) }
        if try Device.count(of: .mps) > 0 { devices.append(.mps) }
        return devices
    }

    /// The best of several square products: what a perfect program could reach here.
    private func peaks(_ device: Device) throws -> [Report.Peak] {
        try [DType.float32, .bfloat16].map { dtype in
            let size = device.kind == .cpu ? 2048 : 8192
            let a = try Tensor.ones([size, size], dtype: dtype, device: device)
            let clock = ContinuousClock()
            var best = Double.infinity
            let start = clock.now
            for round in 0..<20 where round < 3 || clock.now - start < .seconds(1.5) {
                let elapsed = try clock.measure {
                    _ = try a.matmul(a)
                    try device.synchronize()
                }
                best = min(best, elapsed.seconds)
            }
            let operations = 2 * pow(Double(size), 3)
            return .init(
                device: device.description, dtype: dtype.description, size: size,
                gigaflops: operations / best / 1e9)
        }
    }

    private static func reinstall(_ debian: String, _ brew: String) -> String {
        #if os(macOS)
            "brew install \(brew)"
        #else
            "apt-get install --no-install-recommends \(debian)"
        #endif
    }

    private var kernelsAbsence: String {
        FusedKernels.areAvailable
            ? "turned off by LIKENESS_KERNELS" : "none for this processor; libtorch's are used"
    }

    private func text(_ report: Report) -> String {
        var lines = [
            "likeness      \(report.likeness)",
            "libtorch      \(report.libtorch)",
            "libvips       \(report.libvips)",
            "system        \(report.system)",
            "devices       \(report.devices.joined(separator: ", "))",
            "instructions  \(report.instructions)"
                + (report.matrixTiles ? ", matrix tiles (AMX)" : ", no matrix tiles (AMX)"),
            "own kernels   \(report.kernels ? "in bf16" : kernelsAbsence)",
            "threads       \(report.threads)",
            "memory        \(Format.bytes(Int(report.memoryBytes)))",
            "free disk     \(Format.bytes(Int(report.freeDiskBytes)))",
        ]
        for peak in report.peaks {
            lines.append(
                "matrix peak   \(String(format: "%.0f", peak.gigaflops)) GFLOP/s, \(peak.dtype) on "
                    + "\(peak.device), \(peak.size) x \(peak.size)")
        }
        for problem in report.problems {
            lines.append("missing       \(problem.problem)\n  mend it with: \(problem.mend)")
        }
        if report.problems.isEmpty { lines.append("nothing is missing") }
        return lines.joined(separator: "\n")
    }
}

extension Duration {
    /// The duration in seconds.
    var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }
}
