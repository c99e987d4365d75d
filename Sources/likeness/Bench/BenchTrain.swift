import ArgumentParser
import Diffusion
import Foundation
import ICPortrait
import Layers
import Torch
import Training

/// `likeness bench train`.
struct BenchTrain: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "A training step: forward, backward, clipping and AdamW.",
        discussion: """
            Random weights and latents. `controlnet` trains a copy of the base's down path, as \
            IC-Portrait's nets are, through the frozen base; `unet` the base itself. With --dtype bf16 \
            (the default) trained weights are float32 and computed with in bf16, and the frozen base is \
            bf16.
            """)

    /// What is trained.
    enum Part: String, CaseIterable, ExpressibleByArgument {
        case controlnet, unet
    }

    @Option(help: "\(Part.allCases.map(\.rawValue).joined(separator: " or ")).")
    var network = Part.controlnet

    @OptionGroup var size: BenchSize
    @OptionGroup var options: NetworkBenchOptions

    func validate() throws {
        guard options.dtype != .fp16 else {
            throw ValidationError(
                "--dtype: expected fp32 or bf16, found fp16, which needs a scale.")
        }
    }

    func run() throws {
        try options.reporting.run {
            try LibTorch.setThreadCount(options.threads)
            if options.plain { FusedKernels.setEnabled(false) }
            let dtype = options.dtype.dtype
            let device = try Device(parsing: options.device)
            let step = try BenchTrainingStep(self, dtype, device)
            if !options.plain { LibTorch.keepFreedMemory() }
            let before = try MatrixPeak.measure(dtype: dtype, device: device)
            var flops = 0.0
            for _ in 0..<2 { flops = try step() }
            let seconds = try (0..<options.rounds).map { round in
                let own = try ContinuousClock().measure {
                    _ = try step()
                    try device.synchronize()
                }.seconds
                options.reporting.progress(round + 1, of: options.rounds, "timed")
                return own
            }
            let peak = max(before, try MatrixPeak.measure(dtype: dtype, device: device))
            let middle = median(seconds)
            let report = NetworkBench.Report(
                network: "training step of \(network.rawValue)", like: size.like.rawValue,
                size: size.pixels, batch: options.batch, dtype: options.dtype.rawValue,
                device: device.description, threads: options.threads,
                kernels: FusedKernels.areEnabled ? "fused" : "plain", rounds: options.rounds,
                medianSeconds: middle, fastestSeconds: seconds.min() ?? middle,
                slowestSeconds: seconds.max() ?? middle, gigaflops: flops / middle / 1e9,
                peakGigaflops: peak / 1e9, peakShare: flops / middle / peak,
                peakMemoryBytes: ProcessMemory.peak, cosineWithPlain: nil)
            try options.reporting.result(report, text: report.text)
        }
    }
}

/// One network that trains, with a batch to train on.
private struct BenchTrainingStep {
    private let base: UNet2DCondition
    private let copy: LatentControlNet?
    private let store: ParameterStore
    private let optimizer: Optimizer
    private let precision: MixedPrecision
    private let sample, context, condition, noise, timestep: Tensor

    init(_ bench: BenchTrain, _ dtype: DType, _ device: Device) throws {
        let configuration = try UNet2DConditionConfiguration(
            bench.size.like.configuration("unet"))
        let trained = try BenchDraw(.float32, device)
        switch bench.network {
        case .unet:
            base = UNet2DCondition(trained.store.root, configuration)
            copy = nil
        case .controlnet:
            let frozen = try BenchDraw(dtype, device)
            base = UNet2DCondition(frozen.store.root, configuration)
            try frozen.store.finish()
            try frozen.store.freeze()
            try frozen.store.layOut(.channelsLast)
            copy = LatentControlNet(trained.store.root, configuration)
        }
        store = trained.store
        try store.finish()
        try store.train()
        try store.layOut(.channelsLast)
        optimizer = try Optimizer(store, OptimizerSettings())
        precision =
            dtype == .bfloat16 ? MixedPrecision(.bfloat16, device: device.kind) : .disabled
        let shape = try bench.size.latents(
            bench.options.batch, channels: configuration.inChannels)
        (sample, condition, noise) = try (
            trained.noise(shape), trained.noise(shape), trained.noise(shape)
        )
        context = try trained.noise(
            [bench.options.batch, 77, configuration.crossAttentionDim])
        timestep = try Tensor([Float(500)], device: device)
    }

    /// One step.
    ///
    /// - Returns: its floating-point operations. A backward pass is twice its forward pass; what lies
    ///   before the copy's residuals in a frozen base has none, and is as much as the copy.
    func callAsFunction() throws -> Double {
        try store.clearGradients()
        var (own, all) = (0.0, 0.0)
        let loss = try precision {
            var residuals: ControlResiduals?
            if let copy {
                let (made, flops) = try FlopCount.measure {
                    try copy(
                        sample, timestep: timestep, context: context, condition: condition
                    ).residuals
                }
                (residuals, own) = (made, flops)
            }
            let (said, flops) = try FlopCount.measure {
                try base(sample, timestep: timestep, context: context, residuals: residuals)
            }
            all = flops
            return try (said.to(.float32) - noise).square().mean()
        }
        try loss.backward()
        _ = try optimizer.clipGradients(to: 1)
        try optimizer.step(rate: 1e-5)
        return copy == nil ? 3 * all : 3 * own + all + (all - own)
    }
}
