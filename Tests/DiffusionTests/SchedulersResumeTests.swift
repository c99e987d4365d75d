import Diffusion
import TestSupport
import Testing
import Torch

@Suite struct SchedulersResumeTests {
    let runs: RecordedRuns

    init() throws { runs = try RecordedRuns() }

    static let names =
        SchedulerKind.allCases.map { "\($0.rawValue)-epsilon-leading" } + [
            "unipc-3-bh2-10", "dpm-3-midpoint-sde-dpmsolver++-10", "ddim-eta1",
            "euler-a-strength0.55",
            "pndm-strength0.55",
        ]

    @Test(arguments: names) func stoppedRunsGoOnWithTheSameBytes(_ name: String) throws {
        let run = try #require(RecordedRuns.all[name])
        var whole = try run.scheduler()
        let start = try runs.fixture["start"] * whole.initialNoiseScale
        let count = whole.timesteps.count
        let expected = try runs.samples(&whole, from: start, run.first..<count)
        for stop in run.first..<count {
            var before = try run.scheduler()
            let early = try runs.samples(&before, from: start, run.first..<stop)
            var after = try run.scheduler()
            try after.restore(before.state, at: stop)
            let late = try runs.samples(&after, from: early.last ?? start, stop..<count)
            for (found, expected) in zip(early + late, expected) {
                try #expect(found.isEqual(to: expected), "stopped at \(stop)")
            }
        }
    }

    @Test(arguments: [SchedulerKind.pndm, .dpmpp2M, .uniPC])
    func forgettingTheStateChangesTheRun(_ kind: SchedulerKind) throws {
        let configuration = SchedulerConfiguration()
        var whole = try makeScheduler(configuration, kind: kind, steps: 20)
        let start = try runs.fixture["start"] * whole.initialNoiseScale
        let expected = try runs.samples(&whole, from: start, 0..<20)
        var after = try makeScheduler(configuration, kind: kind, steps: 20)
        let late = try runs.samples(&after, from: expected[9], 10..<20)
        try expectFar(late[9], expected[19])
    }

    @Test(arguments: SchedulerKind.allCases) func refusesAForeignState(_ kind: SchedulerKind) throws
    {
        var scheduler = try makeScheduler(SchedulerConfiguration(), kind: kind, steps: 20)
        #expect {
            try scheduler.restore(["nonsense": runs.fixture["start"]], at: 3)
        } throws: { "\($0)".contains("cannot go on from a state of nonsense") }
        #expect(scheduler.state.isEmpty)
    }

    @Test(arguments: [SchedulerKind.pndm, .dpmpp2M, .uniPC])
    func multistepMethodsTakeTheirStepsInOrder(_ kind: SchedulerKind) throws {
        var scheduler = try makeScheduler(SchedulerConfiguration(), kind: kind, steps: 20)
        let sample = try runs.fixture["start"]
        _ = try scheduler.step(sample, at: 3, sample: sample, noise: nil)
        #expect { try scheduler.step(sample, at: 3, sample: sample, noise: nil) } throws: {
            "\($0)".hasPrefix("Expected step 4, found 3")
        }
    }
}
