import Diffusion
import TestSupport
import Testing
import Torch

@Suite struct SchedulersParityTests {
    let runs: RecordedRuns

    init() throws { runs = try RecordedRuns() }

    @Test func thereAreRunsOfEverySchedulerAndPrediction() {
        #expect(RecordedRuns.all.count > 360)
        for kind in SchedulerKind.allCases {
            let own = RecordedRuns.all.values.map(\.configuration)
                .filter { $0.className == kind.className }
            let types = Set(own.map { $0.predictionType ?? .epsilon })
            let some = [.pndm, .eulerAncestral, .dpmppSDE].contains(kind)
            #expect(types.count == (some ? 2 : 3), "\(kind)")
        }
    }

    @Test(arguments: RecordedRuns.names) func matchesDiffusersAtEveryStep(_ name: String) throws {
        let run = try #require(RecordedRuns.all[name])
        var scheduler = try run.scheduler()
        let timesteps: [Double] = try runs.fixture["\(name).timesteps"].toArray()
        try expectTimesteps(scheduler.timesteps, timesteps, run)
        let scale = try runs.fixture["\(name).scale"].item()
        #expect(abs(scheduler.initialNoiseScale - scale) <= 1e-6 * scale)

        let expected = try runs.fixture["\(name).samples"]
        let start = try runs.fixture["start"].to(expected.dtype)
        let first: Tensor
        if let strength = run.strength {
            #expect(scheduler.startIndex(strength: strength) == run.first)
            let image = try runs.fixture["image"].to(expected.dtype)
            first = try scheduler.noised(image, noise: start, at: run.first)
        } else {
            first = try runs.fixture["start"] * scheduler.initialNoiseScale
        }
        // A signal of almost zero is divided by.
        let tolerance = name.contains("zero-snr") ? 3e-5 : tolerance(expected.dtype)
        try expectClose(first, expected[0].unsqueezed(0), within: tolerance, "start")
        let samples = try runs.samples(
            &scheduler, from: first.to(expected.dtype), run.first..<timesteps.count)
        #expect(samples.count + 1 == expected.shape[0])
        for (step, sample) in samples.enumerated() {
            #expect(sample.dtype == expected.dtype)
            try expectClose(
                sample, expected[step + 1].unsqueezed(0), within: tolerance, "step \(step)")
        }
    }

    /// Whole timesteps exactly. Fractions, which chosen noise levels give some samplers, rest on NumPy's
    /// `float32` logarithm, whose last bits differ from machine to machine.
    private func expectTimesteps(_ found: [Double], _ expected: [Double], _ run: RecordedRun) throws
    {
        let kind = SchedulerKind(className: run.configuration.className)
        let spread = try run.settings().spread
        let isFractional =
            kind == .dpmppSDE || spread != .timesteps && (kind == .euler || kind == .heun)
        if isFractional {
            #expect(found.count == expected.count)
            #expect(zip(found, expected).allSatisfy { abs($0 - $1) <= 1e-4 })
        } else {
            #expect(found == expected)
        }
    }

    private func tolerance(_ dtype: DType) -> Double {
        switch dtype {
        case .bfloat16: 2.5e-2
        case .float16: 3e-3
        default: 1e-5
        }
    }

    /// Negative control: another prediction type is another picture.
    @Test(arguments: RecordedRuns.names.filter { $0.contains("-leading") && !$0.contains("zero") })
    func noticesAWrongPredictionType(_ name: String) throws {
        let run = try #require(RecordedRuns.all[name])
        var configuration = run.configuration
        configuration.predictionType =
            configuration.predictionType == .velocity ? .epsilon : .velocity
        var scheduler = try makeScheduler(configuration, steps: run.steps, eta: run.eta)
        let start = try runs.fixture["start"] * scheduler.initialNoiseScale
        let samples = try runs.samples(&scheduler, from: start, 0..<scheduler.timesteps.count)
        let last = try #require(samples.last)
        let expected = try runs.fixture["\(name).samples"]
        try expectFar(last, expected[expected.shape[0] - 1].unsqueezed(0), beyond: 1e-2)
    }

    @Test(arguments: SchedulerKind.allCases)
    func predictsTheCleanSampleFromTheTrueNoise(_ kind: SchedulerKind) throws {
        let image = try runs.fixture["image"]
        let noise = try runs.fixture["start"]
        for prediction in [PredictionType.epsilon, .velocity] {
            var configuration = SchedulerConfiguration()
            configuration.predictionType = prediction
            var scheduler = try makeScheduler(configuration, kind: kind, steps: 10)
            let sample = try scheduler.noised(image, noise: noise, at: 4)
            let schedule = try NoiseSchedule(configuration)
            let timestep = try Tensor([Int(scheduler.timesteps[4])])
            let output = try schedule.target(image, noise: noise, at: timestep)
            let step = try scheduler.step(
                output, at: 4, sample: sample, noise: try runs.noise(0))
            try expectClose(step.predictedOriginal, image, within: 1e-5, "\(prediction)")
        }
    }
}
