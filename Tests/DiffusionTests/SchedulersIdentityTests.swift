import Diffusion
import TestSupport
import Testing
import Torch

@Suite struct SchedulersIdentityTests {
    let runs: RecordedRuns

    init() throws { runs = try RecordedRuns() }

    /// The last sample of a run whose first one has unit power.
    private func last(_ kind: SchedulerKind, scale: Double, setAlphaToOne: Bool) throws -> Tensor {
        var configuration = SchedulerConfiguration()
        configuration.setAlphaToOne = setAlphaToOne
        var scheduler = try makeScheduler(configuration, kind: kind, steps: 20)
        let start = try runs.fixture["start"] * scale
        return try #require(runs.samples(&scheduler, from: start, 0..<20).last)
    }

    /// In sigma's terms DDIM is Euler's method (Song et al. 2021, eq. 14), if it ends at no noise.
    @Test func eulerIsDDIMThatEndsAtNoNoise() throws {
        let configuration = SchedulerConfiguration()
        let scale = try makeScheduler(configuration, kind: .euler, steps: 20).initialNoiseScale
        let euler = try last(.euler, scale: scale, setAlphaToOne: true)
        // x_euler = x_ddim sqrt(sigma^2 + 1), and leading spacing's scale is just that root for the
        // greatest sigma of the run.
        try expectClose(last(.ddim, scale: 1, setAlphaToOne: true), euler, within: 1e-5)
        try expectFar(last(.ddim, scale: 1, setAlphaToOne: false), euler, beyond: 1e-3)
    }

    @Test func firstOrderSolversAreDDIM() throws {
        var configuration = SchedulerConfiguration()
        configuration.solverOrder = 1
        configuration.setAlphaToOne = true
        configuration.timestepSpacing = .trailing
        configuration.disableCorrector = Array(0..<20)
        var samples: [Tensor] = []
        for kind in [SchedulerKind.ddim, .dpmpp2M, .uniPC] {
            var scheduler = try makeScheduler(configuration, kind: kind, steps: 20)
            let start = try runs.fixture["start"]
            try samples.append(#require(runs.samples(&scheduler, from: start, 0..<20).last))
        }
        try expectClose(samples[1], samples[0], within: 1e-5)
        try expectClose(samples[2], samples[0], within: 1e-5)
    }

    @Test func trailingEulerHasThePublishedSigmas() throws {
        var configuration = SchedulerConfiguration()
        configuration.timestepSpacing = .trailing
        let scheduler = try makeScheduler(configuration, kind: .euler, steps: 8)
        #expect(scheduler.timesteps == [999, 874, 749, 624, 499, 374, 249, 124])
        #expect(abs(scheduler.initialNoiseScale - 14.614647) < 1e-5)
        let published = [
            14.614647, 7.297354, 4.081731, 2.492532, 1.612887, 1.068952, 0.693205, 0.397746,
        ]
        let zero = try Tensor.zeros([1, 4, 3, 3])
        for (index, sigma) in published.enumerated() {
            let noised = try scheduler.noised(zero, noise: zero.onesLike(), at: index)
            try #expect(abs(noised.max().item() - sigma) < 1e-5)
        }
    }

    @Test(arguments: [(0, 50), (0.3, 35), (0.5, 25), (0.6, 20), (1, 0), (2, 0), (-1, 50)])
    func startsFromAPictureAtItsStrength(_ strength: Double, _ index: Int) throws {
        for kind in SchedulerKind.allCases {
            let scheduler = try makeScheduler(SchedulerConfiguration(), kind: kind, steps: 50)
            let looks = scheduler.evaluationsPerStep
            #expect(scheduler.startIndex(strength: strength) == index * looks)
            #expect(scheduler.startIndex(strength: .nan) == 50 * looks)
        }
    }

    @Test func onlyStochasticStepsDrawNoise() throws {
        var configuration = SchedulerConfiguration()
        configuration.stepsOffset = 0
        func draws(_ kind: SchedulerKind, eta: Double = 0) throws -> [Bool] {
            let scheduler = try makeScheduler(configuration, kind: kind, steps: 4, eta: eta)
            return scheduler.timesteps.indices.map { scheduler.needsNoise(at: $0) }
        }
        #expect(try draws(.ddpm) == [true, true, true, false])
        #expect(try draws(.ddim) == [false, false, false, false])
        #expect(try draws(.ddim, eta: 0.1) == [true, true, true, true])
        #expect(try draws(.pndm) == Array(repeating: false, count: 5))
        #expect(try draws(.eulerAncestral) == [true, true, true, true])
        #expect(try draws(.uniPC) == [false, false, false, false])
        #expect(try draws(.dpmpp2M) == [false, false, false, false])
        configuration.algorithmType = "sde-dpmsolver++"
        #expect(try draws(.dpmpp2M) == [true, true, true, true])
        #expect(try draws(.dpmpp2MSDE) == [true, true, true, true])
        #expect(try draws(.dpmppSDE) == Array(repeating: true, count: 6) + [false])
        #expect(try draws(.heun) == Array(repeating: false, count: 7))
        #expect(try draws(.lcm) == [true, true, true, false])
        #expect(try draws(.tcd) == [false, false, false, false])
        #expect(try draws(.tcd, eta: 0.3) == [true, true, true, false])
    }
}
