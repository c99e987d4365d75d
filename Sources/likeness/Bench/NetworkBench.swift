import ArgumentParser
import Foundation
import Layers
import Torch

/// What the benchmarks of networks take.
struct NetworkBenchOptions: ParsableArguments {
    @Option(help: "Numbers to compute in: fp32, bf16 or fp16.")
    var dtype: ComputeType = .bf16

    @Option(help: "Pictures at once.")
    var batch = 1

    @Option(help: "Runs to time, after two that warm up.")
    var rounds = 5

    @Option(help: "Threads.")
    var threads = ProcessInfo.processInfo.activeProcessorCount

    @Option(help: "cpu, cuda, cuda:1 or mps.")
    var device = "cpu"

    @Flag(help: "Without our own kernels, layouts and kept memory: libtorch's operators only.")
    var plain = false

    @OptionGroup var reporting: Reporting

    func validate() throws {
        guard batch > 0, rounds > 0, threads > 0 else {
            throw ValidationError("Expected positive numbers of pictures, runs and threads.")
        }
    }
}

/// What a timed network and its inputs are drawn from.
struct BenchDraw {
    let dtype: DType
    let device: Device
    private let generator: Generator
    /// The network's parameters, by their initialisers.
    let store: ParameterStore

    init(_ dtype: DType, _ device: Device) throws {
        (self.dtype, self.device) = (dtype, device)
        generator = try Generator(seed: 0)
        store = try ParameterStore(generator: generator, dtype: dtype, device: device)
    }

    func noise(_ shape: [Int]) throws -> Tensor {
        try Tensor.randn(shape, generator: generator).to(dtype).to(device)
    }

    func integers(_ range: Range<Int>, _ shape: [Int]) throws -> Tensor {
        try Tensor.randint(range, shape, generator: generator).to(device)
    }
}

/// Times a network's forward pass.
enum NetworkBench {
    struct Report: Encodable {
        let network: String
        let like: String
        /// Pixels, height and width.
        let size: [Int]
        let batch: Int
        let dtype: String
        let device: String
        let threads: Int
        /// `fused` or `plain`.
        let kernels: String
        let rounds: Int
        let medianSeconds, fastestSeconds, slowestSeconds: Double
        let gigaflops: Double
        /// A square matrix product of the same numbers, measured before and after; the larger.
        let peakGigaflops: Double
        let peakShare: Double
        let peakMemoryBytes: Int
        /// Between this result and the plain operators'; nil for `--plain`.
        let cosineWithPlain: Double?

        enum CodingKeys: String, CodingKey {
            case network, like, size, batch, dtype, device, threads, kernels, rounds
            case medianSeconds = "median_s"
            case fastestSeconds = "fastest_s"
            case slowestSeconds = "slowest_s"
            case gigaflops = "gflops"
            case peakGigaflops = "peak_gflops"
            case peakShare = "peak_share"
            case peakMemoryBytes = "peak_memory_bytes"
            case cosineWithPlain = "cosine_with_plain"
        }

        var text: String {
            String(
                format: "%@ of %@, %d x %d x %d, %@: %.3f s (%.3f to %.3f of %d), %.0f GFLOP/s, "
                    + "%.0f %% of the %.0f of a matrix product; at most %.2f GB%@",
                network, like, batch, size[0], size[1], dtype, medianSeconds, fastestSeconds,
                slowestSeconds, rounds, gigaflops, 100 * peakShare, peakGigaflops,
                Double(peakMemoryBytes) / 1e9,
                cosineWithPlain.map { String(format: "; cosine with plain operators %.6f", $0) }
                    ?? "")
        }
    }

    /// How near the result is to that of libtorch's own operators.
    private static func cosineWithPlain(_ forward: () throws -> Tensor) throws -> Double {
        func numbers() throws -> Tensor { try forward().to(.cpu).to(.float64).flattened() }
        let ours = try numbers()
        let wereEnabled = FusedKernels.areEnabled
        FusedKernels.setEnabled(false)
        defer { FusedKernels.setEnabled(wereEnabled) }
        let plain = try numbers()
        let cosine: Double = try (ours * plain).sum().item() / (ours.norm() * plain.norm()).item()
        guard cosine.isFinite else {
            throw CommandError(
                "expected numbers from the network, found NaN; that is a fault of this program, "
                    + "please report the command", code: Failure.failed)
        }
        return cosine
    }

    /// Prepares the machine, then times what `make` gives: networks that a portrait runs again and again
    /// (`reuses`) or once.
    static func run(
        _ network: String, like: String, size: [Int], _ options: NetworkBenchOptions,
        reuses: Bool = false,
        make: (BenchDraw) throws -> () throws -> Tensor
    ) throws {
        try options.reporting.run {
            try LibTorch.setThreadCount(options.threads)
            if options.plain { FusedKernels.setEnabled(false) }
            let dtype = options.dtype.dtype
            let device = try Device(parsing: options.device)
            try noGrad {
                let draw = try BenchDraw(dtype, device)
                let forward = try make(draw)
                try draw.store.finish()
                if !options.plain {
                    try draw.store.prepareForInference(reuses: reuses)
                    LibTorch.keepFreedMemory()
                }
                let before = try MatrixPeak.measure(dtype: dtype, device: device)
                var flops = 0.0
                for _ in 0..<2 { flops = try FlopCount.measure { _ = try forward() }.flops }
                var seconds: [Double] = []
                for round in 0..<options.rounds {
                    seconds.append(
                        try ContinuousClock().measure {
                            _ = try forward()
                            try device.synchronize()
                        }.seconds)
                    options.reporting.progress(round + 1, of: options.rounds, "timed")
                }
                let peak = max(before, try MatrixPeak.measure(dtype: dtype, device: device))
                let middle = median(seconds)
                let report = Report(
                    network: network, like: like, size: size, batch: options.batch,
                    dtype: options.dtype.rawValue, device: device.description,
                    threads: options.threads, kernels: FusedKernels.areEnabled ? "fused" : "plain",
                    rounds: options.rounds, medianSeconds: middle,
                    fastestSeconds: seconds.min() ?? middle,
                    slowestSeconds: seconds.max() ?? middle, gigaflops: flops / middle / 1e9,
                    peakGigaflops: peak / 1e9, peakShare: flops / middle / peak,
                    peakMemoryBytes: ProcessMemory.peak,
                    cosineWithPlain: try options.plain ? nil : cosineWithPlain(forward))
                try options.reporting.result(report, text: report.text)
            }
        }
    }
}
