import Diffusion
import Foundation
import TestSupport
import Torch

// Fixture and its recipe: Reference/schedulers/write_fixtures.py

/// One recorded run of diffusers: what was asked for.
struct RecordedRun: Decodable, Sendable {
    let configuration: SchedulerConfiguration
    let steps: Int
    let eta: Double
    let first: Int
    let strength: Double?
    /// Whose steps are aligned, `sd15` or `sdxl`; nil for other levels.
    let aligned: String?
    /// The kind, where two share a class.
    var kind: SchedulerKind? {
        configuration.algorithmType == "sde-dpmsolver++" ? .dpmpp2MSDE : nil
    }

    func settings() throws -> SchedulerConfiguration {
        guard let aligned else { return configuration }
        return try configuration.spreading(.alignYourSteps, kind: nil, isXL: aligned == "sdxl")
    }

    func scheduler() throws -> any Scheduler {
        try makeScheduler(settings(), kind: kind, steps: steps, eta: eta)
    }
}

/// The recorded runs and the tiny denoiser they were made with.
struct RecordedRuns {
    /// Name to run, read once.
    static let all: [String: RecordedRun] = {
        guard let fixture = try? Fixture("schedulers/schedulers"),
            let json = fixture.metadata["runs"]
        else { return [:] }
        return (try? JSONDecoder().decode([String: RecordedRun].self, from: Data(json.utf8))) ?? [:]
    }()
    static var names: [String] { all.keys.sorted() }

    let fixture: Fixture
    private let weights, phase: Tensor

    init() throws {
        fixture = try Fixture("schedulers/schedulers")
        weights = try fixture["W"]
        phase = try fixture["phase"]
    }

    /// W x + 0.3 sin(t / 100 + phase) over channels, in `float32`.
    func denoiser(_ x: Tensor, _ timestep: Double) throws -> Tensor {
        let y = try weights.matmul(x.to(.float32).reshaped([4, -1])).reshaped(x.shape)
        let wave = try ((phase.to(.float64) + timestep / 100).sin().to(.float32) * 0.3)
            .reshaped([1, 4, 1, 1])
        return try (y + wave).to(x.dtype)
    }

    /// The noise of a step `[1, 4, 3, 3]`.
    func noise(_ index: Int, _ dtype: DType = .float32) throws -> Tensor {
        try fixture["noises"][index].unsqueezed(0).to(dtype)
    }

    /// Runs steps `range`, giving the sample after each.
    func samples(
        _ scheduler: inout any Scheduler, from start: Tensor, _ range: Range<Int>
    ) throws -> [Tensor] {
        var sample = start
        return try range.map { index in
            let input = try scheduler.scaledInput(sample, at: index)
            let output = try denoiser(input, scheduler.timesteps[index])
            let noise = try scheduler.needsNoise(at: index) ? noise(index, sample.dtype) : nil
            sample = try scheduler.step(output, at: index, sample: sample, noise: noise).previous
            return sample
        }
    }
}
