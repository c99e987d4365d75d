import Diffusion
import TestSupport
import Testing
import Torch

@Suite struct SigmaSpreadTests {
    static let able = SchedulerKind.allCases.filter { kind in
        [.euler, .heun, .dpmpp2M, .dpmpp2MSDE, .dpmppSDE, .uniPC].contains(kind)
    }

    private func timesteps(
        _ kind: SchedulerKind, _ spread: SigmaSpread, steps: Int, isXL: Bool = false
    ) throws -> [Double] {
        var configuration = SchedulerConfiguration()
        configuration.useKarrasSigmas = true
        configuration = try configuration.spreading(spread, kind: kind, isXL: isXL)
        #expect(configuration.spread == spread)
        let scheduler = try makeScheduler(configuration, kind: kind, steps: steps)
        return stride(from: 0, to: scheduler.timesteps.count, by: scheduler.evaluationsPerStep)
            .map { scheduler.timesteps[$0] }
    }

    @Test(arguments: able) func everySpreadFallsAndIsAnother(_ kind: SchedulerKind) throws {
        let all = try SigmaSpread.allCases.map { try timesteps(kind, $0, steps: 12) }
        #expect(Set(all).count == SigmaSpread.allCases.count)
        for own in all {
            #expect(own.count == 12)
            #expect(zip(own, own.dropFirst()).allSatisfy(>))
        }
    }

    /// The paper's ten steps for both models, in whole timesteps.
    @Test(arguments: [
        (false, [999.0, 850, 736, 645, 545, 455, 343, 233, 124, 24]),
        (true, [999, 845, 730, 587, 443, 310, 193, 116, 53, 13]),
    ]) func alignedStepsFallOnThePublishedTimesteps(_ isXL: Bool, _ published: [Double]) throws {
        let found = try timesteps(.dpmpp2M, .alignYourSteps, steps: 10, isXL: isXL)
        for (own, theirs) in zip(found, published) {
            #expect(abs(own - theirs) <= 2, "\(own) for \(theirs)")
        }
    }

    @Test func twiceTheStepsHaveTheTenAmongThem() throws {
        let ten = try timesteps(.euler, .alignYourSteps, steps: 10)
        let twenty = try timesteps(.euler, .alignYourSteps, steps: 20)
        for index in ten.indices { #expect(abs(twenty[2 * index] - ten[index]) < 1e-3) }
    }

    @Test(arguments: [SchedulerKind.ddim, .eulerAncestral, .lcm])
    func samplersWithoutFreeLevelsSayWhichHaveThem(_ kind: SchedulerKind) {
        #expect {
            try SchedulerConfiguration().spreading(.karras, kind: kind, isXL: false)
        } throws: {
            "\($0)".contains("one of euler, heun, dpm++2m") && "\($0)".contains("\(kind.rawValue)")
        }
    }

    @Test func twoSpreadsAtOnceAreRefused() {
        var configuration = SchedulerConfiguration()
        (configuration.useKarrasSigmas, configuration.useExponentialSigmas) = (true, true)
        #expect {
            try makeScheduler(configuration, kind: .euler, steps: 10)
        } throws: { "\($0)".contains("exclude each other") }
    }

    @Test func consistencyModelsTakeNoMoreStepsThanTheyWereDistilledOn() {
        for kind in [SchedulerKind.lcm, .tcd] {
            #expect { try makeScheduler(SchedulerConfiguration(), kind: kind, steps: 51) } throws: {
                "\($0)".contains("expected at most 50 steps")
            }
        }
    }

    /// Their published classes have no other end.
    @Test(arguments: [SchedulerKind.heun, .dpmppSDE])
    func secondOrderMethodsEndWithoutNoise(_ kind: SchedulerKind) throws {
        var configuration = SchedulerConfiguration()
        configuration.timestepSpacing = .linspace
        configuration.finalSigma = .smallest
        var scheduler = try makeScheduler(configuration, kind: kind, steps: 10)
        let sample = try Tensor.randn([1, 4, 2, 2], generator: Generator(seed: 1))
        let last = try scheduler.step(sample * 0.3, at: 18, sample: sample, noise: nil)
        try expectClose(last.previous, last.predictedOriginal, within: 1e-5)
    }

    /// Steps that ask twice count as one: half the strength is half the steps.
    @Test func strengthCountsStepsNotEvaluations() throws {
        let heun = try makeScheduler(SchedulerConfiguration(), kind: .heun, steps: 20)
        #expect(heun.timesteps.count == 39)
        #expect(heun.startIndex(strength: 0.5) == 20)
        #expect(heun.timesteps[20] == heun.timesteps[19])
        let ddim = try makeScheduler(SchedulerConfiguration(), kind: .ddim, steps: 20)
        #expect(ddim.startIndex(strength: 0.5) == 10)
    }
}
