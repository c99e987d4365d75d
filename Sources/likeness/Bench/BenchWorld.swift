import ArgumentParser
import Foundation
import Torch
import World

/// `likeness bench world`.
struct BenchWorld: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "world",
        abstract: "Pictures of the world a second, with the full truth, and where the time goes.")

    @Option(help: "Pixels of a side.")
    var size = 128

    @Option(help: "Pictures to make.")
    var pictures = 64

    @Option(help: "Pictures of each person.")
    var views = 4

    @Option(help: "Threads.")
    var threads = ProcessInfo.processInfo.activeProcessorCount

    @OptionGroup var reporting: Reporting

    struct Report: Encodable {
        let size: Int
        let pictures: Int
        let threads: Int
        let secondsOfAll: Double
        /// With encoding and the full truth.
        let picturesPerSecond: Double
        /// Of one picture on one thread, milliseconds.
        let renderMilliseconds: Double
        /// Of a render, the share in building Embree's tree, and in casting rays.
        let buildingShare: Double
        let castingShare: Double
        let peakMemoryBytes: Int
    }

    func validate() throws {
        guard pictures > 0, views > 0, threads > 0 else {
            throw ValidationError("Expected positive numbers of pictures, views and threads.")
        }
    }

    func run() throws {
        try reporting.run {
            try LibTorch.setThreadCount(1)
            let options = WorldSource.Options(
                identities: (pictures + views - 1) / views, views: views, size: size)
            let source = try WorldSource(options, seed: 1)
            _ = try source.sample(at: 0)  // the head is sculpted once a process
            var (building, casting, total) = (0.0, 0.0, 0.0)
            for i in 0..<min(8, source.count) {
                let times = try source.portrait(at: i).times
                building += times.building.seconds
                casting += times.casting.seconds
                total += times.total.seconds
            }
            let failure = Failures()
            let seconds = ContinuousClock().measure {
                DispatchQueue.concurrentPerform(iterations: threads) { worker in
                    do {
                        for i in stride(from: worker, to: pictures, by: threads) {
                            _ = try source.sample(at: i)
                        }
                    } catch { failure.add(error) }
                }
            }.seconds
            try failure.check()
            let report = Report(
                size: size, pictures: pictures, threads: threads, secondsOfAll: seconds,
                picturesPerSecond: Double(pictures) / seconds,
                renderMilliseconds: 1000 * total / Double(min(8, source.count)),
                buildingShare: building / total, castingShare: casting / total,
                peakMemoryBytes: ProcessMemory.peak)
            try reporting.result(report, text: text(report))
        }
    }

    private func text(_ report: Report) -> String {
        String(
            format: "%.1f pictures of %d pixels a second on %d threads, with the full truth; one "
                + "render takes %.0f ms, of which the tree %.0f %% and rays %.0f %%; peak memory ",
            report.picturesPerSecond, report.size, report.threads, report.renderMilliseconds,
            100 * report.buildingShare, 100 * report.castingShare)
            + Format.bytes(report.peakMemoryBytes)
    }
}

/// The first error of several threads.
private final class Failures: @unchecked Sendable {
    private let lock = NSLock()
    private var first: (any Error)?

    func add(_ error: any Error) { lock.withLock { first = first ?? error } }

    func check() throws { if let first { throw first } }
}
