import ArgumentParser
import Foundation
import Torch

/// `likeness bench`: measurements of this program on this machine.
struct Bench: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure this program on this machine.",
        subcommands: [
            BenchUNet.self, BenchVAE.self, BenchControlNet.self, BenchCLIP.self,
            BenchICPortrait.self, BenchTrain.self, BenchLoad.self, BenchScaling.self,
            BenchDispatch.self, BenchMemory.self,
            BenchCheckpoint.self,
            BenchWorld.self,
        ])
}

/// `likeness bench dispatch`.
struct BenchDispatch: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dispatch",
        abstract: "What one small operator costs from Swift, against the same call in a C++ loop.")

    @Option(help: "Pairs of measurements, one after the other.")
    var rounds = 15

    @Option(help: "Calls in each.")
    var calls = 100_000

    @OptionGroup var reporting: Reporting

    struct Report: Encodable {
        let rounds: Int
        let calls: Int
        let swiftNanoseconds: Double
        let cxxNanoseconds: Double
        /// Of the two medians.
        let ratio: Double
        let ratios: [Double]
    }

    func validate() throws {
        guard rounds > 0, calls > 0 else {
            throw ValidationError("Expected positive numbers of rounds and calls.")
        }
    }

    func run() throws {
        try reporting.run {
            let generator = try Generator(seed: 0)
            let a = try Tensor.randn([4], generator: generator)
            let b = try Tensor.randn([4], generator: generator)
            var swift: [Double] = []
            var cxx: [Double] = []
            for round in -1..<rounds {
                let theirs = try secondsOfAddInCxx(a, b, rounds: calls)
                let ours = try ContinuousClock().measure {
                    for _ in 0..<calls { _ = try a + b }
                }.seconds
                guard round >= 0 else { continue }  // the first pair warms up
                swift.append(ours / Double(calls) * 1e9)
                cxx.append(theirs / Double(calls) * 1e9)
            }
            let ratios = zip(swift, cxx).map { $0 / $1 }
            let report = Report(
                rounds: rounds, calls: calls, swiftNanoseconds: median(swift),
                cxxNanoseconds: median(cxx), ratio: median(swift) / median(cxx), ratios: ratios)
            try reporting.result(
                report,
                text: String(
                    format:
                        "add of [4]: Swift %.0f ns, C++ %.0f ns, ratio %.2f (medians; pairs %.2f "
                        + "to %.2f)", report.swiftNanoseconds, report.cxxNanoseconds, report.ratio,
                    ratios.min() ?? 0, ratios.max() ?? 0))
        }
    }
}

/// `likeness bench memory`.
struct BenchMemory: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "memory",
        abstract: "Whether tensors made and dropped leave anything behind.")

    @Option(help: "Tensors to make and drop.")
    var tensors = 1_000_000

    @OptionGroup var reporting: Reporting

    struct Report: Encodable {
        let tensors: Int
        let residentGrowthBytes: Int
        let tensorBytesLeft: Int
    }

    func run() throws {
        try reporting.run {
            let a = try Tensor.ones([16])
            for _ in 0..<10_000 { _ = try a + a }
            let resident = ProcessMemory.resident, left = try MemoryStatistics.now().current
            for _ in 0..<tensors { _ = try a + a }
            let report = Report(
                tensors: tensors, residentGrowthBytes: ProcessMemory.resident - resident,
                tensorBytesLeft: try MemoryStatistics.now().current - left)
            try reporting.result(
                report,
                text: "\(Format.count(tensors)) tensors made and dropped: resident memory grew by "
                    + "\(report.residentGrowthBytes / 1024) KiB, \(report.tensorBytesLeft) bytes of "
                    + "tensors are left")
        }
    }
}

/// The middle value; the mean of the two middle ones of an even number.
func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    guard let last = sorted.last else { return .nan }
    let middle = sorted.count / 2
    return sorted.count % 2 == 1
        ? sorted[middle] : (sorted[middle - 1] + min(sorted[middle], last)) / 2
}
