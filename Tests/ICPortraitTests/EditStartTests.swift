import Diffusion
import ICPortrait
import TestSupport
import Testing
import Torch

@Suite struct EditStartTests {
    private let schedule: NoiseSchedule
    private let clean, reference, noise: Tensor

    init() throws {
        schedule = try NoiseSchedule(SchedulerConfiguration())
        let generator = try Generator(seed: 1)
        clean = try Tensor.randn([1, 4, 6, 6], generator: generator)
        reference = try Tensor.randn([1, 4, 6, 6], generator: generator)
        noise = try Tensor.randn([1, 4, 6, 6], generator: generator)
    }

    private func noisy(_ noise: Tensor, _ time: Int) throws -> Tensor {
        try schedule.addNoise(clean, noise: noise, at: Tensor([Int64(time)]))
    }

    /// DDIM from the noised reference, by a network that knows the answer: the noise that is learned
    /// from makes its every sample.
    @Test func aSolverThatKnowsTheAnswerKeepsThisNoise() throws {
        var scheduler = try makeScheduler(SchedulerConfiguration(), kind: .ddim, steps: 20)
        let first = try #require(scheduler.timesteps.firstIndex { $0 <= 650 })
        let times = scheduler.timesteps.map { Int($0) }
        var x = try scheduler.noised(reference, noise: noise, at: first)
        let left = try EditStart(from: 0.4, schedule: schedule).noise(
            noise, clean: clean, reference: reference, startedAt: [times[first]])
        try expectFar(left, noise, beyond: 0.1)
        for index in first..<times.count {
            try expectClose(x, noisy(left, times[index]), within: 1e-4)
            let bar = Double(schedule.alphasCumprod[times[index]])
            let said = try (x - clean * bar.squareRoot()) / (1 - bar).squareRoot()
            x = try scheduler.step(said, at: index, sample: x, noise: nil).previous
        }
    }

    @Test func noStrangerLeavesTheNoiseAsItIs() throws {
        let left = try EditStart(from: 0.4, schedule: schedule).noise(
            noise, clean: clean, reference: clean, startedAt: [500])
        #expect(try left.isEqual(to: noise))
    }

    @Test func roundsBeginBeforeWhereTheyAre() throws {
        let times = Array(stride(from: 0, to: 1000, by: 3))
        let generator = try Generator(seed: 2)
        let edit = EditStart(from: 0.4, schedule: schedule)
        let starts = try #require(try edit.starts(at: times, generator: generator))
        for (time, start) in zip(times, starts) {
            #expect(max(time, 400) <= start && start < 1000)
        }
        #expect(Set(starts).count > 100)
        let none = EditStart(from: 1, schedule: schedule)
        #expect(try none.starts(at: times, generator: generator) == nil)
    }
}
