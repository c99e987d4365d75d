import Diffusion
import TestSupport
import Testing
import Torch
import Training

@Suite struct DenoisingObjectiveTests {
    private func objective(
        _ type: PredictionType = .epsilon, _ change: (inout DenoisingSettings) -> Void = { _ in }
    ) throws -> DenoisingObjective {
        var configuration = SchedulerConfiguration()
        configuration.predictionType = type
        var settings = DenoisingSettings()
        change(&settings)
        return DenoisingObjective(try NoiseSchedule(configuration), settings)
    }

    private func clean() throws -> Tensor {
        try .randn([4, 2, 8, 8], generator: Generator(seed: 5))
    }

    @Test(arguments: PredictionType.allCases)
    func theTruthCostsNothing(_ type: PredictionType) throws {
        let objective = try objective(type)
        let draw = try objective.draw(clean(), generator: Generator(seed: 1))
        #expect(try objective.loss(draw.target, draw).item() == 0)
        #expect(try objective.loss(draw.target + 1, draw).item() - 1 < 1e-5)
    }

    @Test func velocityAndNoiseGiveTheSameSample() throws {
        // Salimans and Ho 2022: x0 = alpha x_t - sigma v.
        let objective = try objective(.velocity)
        let x0 = try clean()
        let draw = try objective.draw(x0, generator: Generator(seed: 1))
        let times: [Int] = try draw.timesteps.toArray()
        let alphas = times.map { objective.schedule.alphasCumprod[$0] }
        let a = try Tensor(alphas, shape: [4, 1, 1, 1]).sqrt()
        let b = try (1 - Tensor(alphas, shape: [4, 1, 1, 1])).sqrt()
        let back = try a * draw.xt - b * draw.target
        #expect(try (back - x0).abs().max().item() < 1e-4)
    }

    @Test func minSNRWeighsAsThePaperSays() throws {
        let times = try Tensor([0, 300, 900] as [Int64])
        for (type, weight) in [
            (PredictionType.epsilon, { (snr: Double) in min(snr, 5) / snr }),
            (.velocity, { min($0, 5) / ($0 + 1) }), (.sample, { min($0, 5) }),
        ] {
            let objective = try objective(type) { $0.snrGamma = 5 }
            let found: [Double] = try objective.weights(times).toArray()
            let snr: [Double] = try objective.schedule.snr(at: times).toArray()
            for (a, b) in zip(found, snr.map(weight)) { #expect(abs(a - b) < 1e-5 * max(1, b)) }
        }
    }

    @Test func aFloorMakesErrorsOfTheSampleCountWhereThereIsLittleSignal() throws {
        let times = try Tensor([0, 300, 900] as [Int64])
        let objective = try objective {
            $0.snrGamma = 5
            $0.snrFloor = 0.25
        }
        let found: [Double] = try objective.weights(times).toArray()
        let snr: [Double] = try objective.schedule.snr(at: times).toArray()
        #expect(snr[0] > 5 && snr[2] < 0.25)
        for (weight, snr) in zip(found, snr) {
            let expected = min(max(snr, 0.25), 5) / snr
            #expect(abs(weight - expected) < 1e-5 * max(1, expected))
        }
    }

    @Test func aRightPredictionIsTheCleanSample() throws {
        for type in [PredictionType.epsilon, .velocity, .sample] {
            let objective = try objective(type)
            let draw = try objective.draw(clean(), generator: Generator(seed: 1))
            let back = try objective.schedule.clean(draw.target, from: draw.xt, at: draw.timesteps)
            try #expect((back - draw.x0).abs().max().item() < 1e-4)
            let wrong = try objective.schedule.clean(
                draw.target + 0.1, from: draw.xt, at: draw.timesteps)
            try #expect((wrong - draw.x0).abs().max().item() > 1e-2)
        }
    }

    @Test func offsetNoiseMovesWholeChannels() throws {
        let plain = try objective().draw(clean(), generator: Generator(seed: 1))
        let offset = try objective { $0.noiseOffset = 0.5 }
            .draw(clean(), generator: Generator(seed: 1))
        let shift = try offset.noise - plain.noise
        #expect(try shift.standardDeviation([2, 3]).max().item() < 1e-6)
        #expect(try shift.abs().max().item() > 0.05)
    }

    @Test func timestepsStayInTheirRange() throws {
        let draw = try objective {
            $0.firstTimestep = 100
            $0.endTimestep = 103
        }.draw(.zeros([64, 1, 1, 1]), generator: Generator(seed: 1))
        let times: [Int] = try draw.timesteps.toArray()
        #expect(Set(times) == [100, 101, 102])
    }

    @Test func aMaskChoosesWhatCounts() throws {
        let objective = try objective()
        let draw = try objective.draw(clean(), generator: Generator(seed: 1))
        let wrong = try draw.target.cloned()
        try wrong[.all, .all, .all, 0..<4].fill(9)
        let mask = try Tensor.ones([1, 1, 8, 8])
        try mask[.all, .all, .all, 0..<4].fill(0)
        #expect(try objective.loss(wrong, draw, mask: mask).item() == 0)
        #expect(try objective.loss(wrong, draw).item() > 1)
    }

    @Test func dropoutHidesItsShare() throws {
        let condition = try Tensor.ones([1000, 3])
        let result = try ConditioningDropout(0.1)(
            condition, absent: .zeros([1, 3]), generator: Generator(seed: 2))
        let hidden = try 1 - result.mixed[.all, 0].mean().item()
        #expect((0.06...0.14).contains(hidden))
        #expect(try result.kept.to(.float32).mean().item() == 1 - hidden)
        let none = try ConditioningDropout(0)(
            condition, absent: .zeros([1, 3]), generator: Generator(seed: 2))
        #expect(try none.mixed.isEqual(to: condition))
    }
}
