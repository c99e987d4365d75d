import Diffusion
import TestSupport
import Testing
import Torch

// Fixture and its recipe: Reference/schedulers/write_fixtures.py, "The forward process."

@Suite struct SchedulersTrainingTests {
    let fixture: Fixture

    init() throws { fixture = try Fixture("schedulers/schedulers") }

    private func configuration(_ name: String) -> SchedulerConfiguration {
        var configuration = SchedulerConfiguration()
        configuration.predictionType = .velocity
        if name == "linear" { configuration.betaSchedule = .linear }
        if name == "cosine" { configuration.betaSchedule = .cosine }
        if name == "zero" { configuration.rescaleBetasZeroSNR = true }
        return configuration
    }

    @Test(arguments: ["plain", "linear", "cosine", "zero"])
    func matchesDiffusersForwardProcess(_ name: String) throws {
        let schedule = try NoiseSchedule(configuration(name))
        let prefix = "training.\(name)"
        // Shifted roots lose digits, which the processor's vectors round in one way or another.
        let isShifted = name == "zero"
        try expectClose(
            Tensor(schedule.betas), fixture["\(prefix).betas"], within: isShifted ? 5e-6 : 2e-7)
        let alphas = try Tensor(schedule.alphasCumprod)
        try expectClose(
            alphas, fixture["\(prefix).alphas_cumprod"], within: isShifted ? 1e-6 : 2e-7)
        let x0 = try fixture["training.x0"]
        let noise = try fixture["training.noise"]
        let timesteps = try fixture["training.timesteps"]
        let noisy = try schedule.addNoise(x0, noise: noise, at: timesteps)
        try expectClose(noisy, fixture["\(prefix).noisy"], within: 5e-7)
        let half = try schedule.addNoise(x0.to(.float16), noise: noise.to(.float16), at: timesteps)
        #expect(half.dtype == .float16)
        try expectClose(half, fixture["\(prefix).noisy_half"], within: 1e-3)
        let velocity = try schedule.target(x0, noise: noise, at: timesteps)
        try expectClose(velocity, fixture["\(prefix).velocity"], within: 5e-7)
        let snr = try schedule.snr(at: timesteps)
        try expectClose(snr, fixture["\(prefix).snr"], within: 5e-6)
        try expectFar(velocity, noisy)
    }

    @Test func theTargetIsWhatTheNetworkPredicts() throws {
        let x0 = try fixture["training.x0"]
        let noise = try fixture["training.noise"]
        let timesteps = try fixture["training.timesteps"]
        for (type, expected) in [(PredictionType.epsilon, noise), (.sample, x0)] {
            var configuration = SchedulerConfiguration()
            configuration.predictionType = type
            let schedule = try NoiseSchedule(configuration)
            try #expect(schedule.target(x0, noise: noise, at: timesteps).isEqual(to: expected))
        }
    }

    @Test(arguments: [PredictionType.epsilon, .sample, .velocity])
    func aMovedPredictionMeansMovedCleanSamples(_ type: PredictionType) throws {
        var configuration = SchedulerConfiguration()
        configuration.predictionType = type
        let schedule = try NoiseSchedule(configuration)
        let generator = try Generator(seed: 4)
        func draw() throws -> Tensor { try .randn([3, 2, 4], generator: generator) }
        let (said, noisy, shift) = try (draw(), draw(), draw())
        let timesteps = try Tensor([Int64(20), 400, 900])
        let moved = try schedule.prediction(said, movedBy: shift, at: timesteps)
        let gap =
            try schedule.clean(moved, from: noisy, at: timesteps)
            - schedule.clean(said, from: noisy, at: timesteps)
        try expectClose(gap, shift, within: 1e-4)
        try expectFar(gap, noisy)
    }

    /// 1 - alphaBar is 0.0009 there, and bf16 would tell none of it.
    @Test(arguments: [DType.bfloat16, .float16])
    func narrowNumbersMoveAtTheFirstTimestepToo(_ dtype: DType) throws {
        let schedule = try NoiseSchedule(SchedulerConfiguration())
        let generator = try Generator(seed: 4)
        func draw() throws -> Tensor { try .randn([1, 2, 4], generator: generator).to(dtype) }
        let (said, noisy, shift) = try (draw(), draw(), draw())
        let first = try Tensor([Int64(0)])
        let moved = try schedule.prediction(said, movedBy: shift, at: first)
        let clean = try schedule.clean(moved, from: noisy, at: first)
        #expect(moved.dtype == dtype && clean.dtype == dtype)
        let gap = try clean - schedule.clean(said, from: noisy, at: first)
        try expectClose(gap.to(.float32), shift.to(.float32), within: 0.05)
    }

    @Test func hasThePublishedAlphas() throws {
        let schedule = try NoiseSchedule(SchedulerConfiguration())
        let published: [(Int, Float)] = [
            (0, 0.999150), (261, 0.65567), (301, 0.58882), (501, 0.27500), (981, 0.00578),
            (999, 0.004660),
        ]
        for (timestep, alphaBar) in published {
            #expect(abs(schedule.alphasCumprod[timestep] - alphaBar) < 1e-5)
        }
    }

    @Test func refusesTimestepsThatAreNotOfTheSchedule() throws {
        let schedule = try NoiseSchedule(SchedulerConfiguration())
        let x = try Tensor.zeros([2, 4, 3, 3])
        func add(_ timesteps: Tensor) throws {
            _ = try schedule.addNoise(x, noise: x, at: timesteps)
        }
        #expect(throws: DiffusionError("Expected timesteps in 0..<1000, found -1.")) {
            try add(Tensor([3, -1]))
        }
        #expect(throws: DiffusionError("Expected timesteps in 0..<1000, found 1000.")) {
            try add(Tensor([1000, 3]))
        }
        let count = DiffusionError("Expected one timestep a sample of [2, 4, 3, 3], found 3.")
        #expect(throws: count) {
            try add(Tensor([1, 2, 3]))
        }
        #expect(throws: DiffusionError("Expected integer timesteps, found float32.")) {
            try add(Tensor([1, 2] as [Float]))
        }
    }
}
