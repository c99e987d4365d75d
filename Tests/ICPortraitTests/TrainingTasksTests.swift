import Diffusion
import ICPortrait
import Layers
import Testing
import Torch
import Training

/// Pairs of random latents, the profile the target moved by whole cells: the truth is known.
private struct ShiftedPairs: BatchSource {
    let batchSize = 4
    var knowsTruth = true

    func batch(at step: Int) throws -> PairBatch {
        let generator = try Generator(seed: 100 + UInt64(step % 2))
        let side = 16
        let (right, down) = (4, 2)
        // Smooth enough to be seen on coarse grids.
        let coarse = try Tensor.randn([batchSize, 4, 10, 10], generator: generator)
        let wide = try interpolate(coarse, size: [24, 24], mode: .bilinear) * 1.5
        let target = try wide[.all, .all, down..<down + side, right..<right + side]
        let profile = try wide[.all, .all, 0..<side, 0..<side]
        let cells = 8
        let flow = try Tensor.cat(
            [
                Tensor.full([batchSize, 1, cells, cells], Double(right) / 2),
                Tensor.full([batchSize, 1, cells, cells], Double(down) / 2),
            ], along: 1)
        return try PairBatch(
            count: batchSize, shape: [4, side, side], targets: target.halfBits(),
            profiles: profile.halfBits(),
            tokens: Tensor.randn([batchSize, 24], generator: generator).toArray(),
            truth: knowsTruth
                ? .init(
                    cells: cells, flow: flow.halfBits(),
                    visible: Array(repeating: 1, count: batchSize * cells * cells)) : nil)
    }
}

extension Tensor {
    fileprivate func halfBits() throws -> [UInt16] {
        try to(.float16).contiguous().view(as: .uint16).toArray()
    }
}

@Suite(.serialized) struct TrainingTasksTests {
    private let base: FrozenBase
    private let schedule: NoiseSchedule

    init() throws {
        let configuration = try SmallBase().configuration
        let store = try ParameterStore(generator: Generator(seed: 3))
        let network = UNet2DCondition(store.root, configuration)
        try store.finish()
        base = try FrozenBase(network, store)
        schedule = try NoiseSchedule(SchedulerConfiguration())
    }

    private func place(_ step: Int) -> TrainingStep { TrainingStep(step, seed: 5, device: .cpu) }

    /// Losses of so many steps of plain Adam.
    private func train(_ task: some TrainingTask<PairBatch>, steps: Int) throws -> [Double] {
        let settings = OptimizerSettings()
        let optimizer = try Optimizer(task.store, settings)
        return try (0..<steps).map { step in
            let terms = try task.losses(task.batches.batch(at: step), place(step))
            try task.store.clearGradients()
            try terms.total().backward()
            try optimizer.step(rate: 1e-3)
            return try terms.numbers()["loss"] ?? .nan
        }
    }

    private func matching(_ kind: MatchingLossSettings.Kind, truth: Bool = true) throws
        -> MatchingTask
    {
        var losses = MatchingLossSettings()
        losses.kind = kind
        return try MatchingTask(
            base: base, schedule: schedule, pairs: ShiftedPairs(knowsTruth: truth),
            settings: ICPortraitSettings(), losses: losses, seed: 7)
    }

    @Test func correspondenceIsLearned() throws {
        let task = try matching(.correspondence)
        let losses = try train(task, steps: 30)
        let (first, last) = (losses[0..<4].reduce(0, +) / 4, losses[26..<30].reduce(0, +) / 4)
        #expect(last < first - 0.5, "\(first) to \(last)")
    }

    @Test func trueMatchesAreTheLeastSurprising() throws {
        let x = try Tensor.randn([1, 16, 8, 8], generator: Generator(seed: 1))
        let (target, source) = try (x[.all, .all, 2..<8, 1..<7], x[.all, .all, 0..<6, 0..<6])
        let seen = try Tensor.ones([1, 1, 6, 6])
        func loss(_ right: Double, _ down: Double) throws -> Double {
            let cells = try Tensor.cat(
                [Tensor.full([1, 1, 6, 6], right), Tensor.full([1, 1, 6, 6], down)], along: 1)
            return try CorrespondenceLoss()(
                target: target, source: source, flow: DenseFlow(cells: cells), visible: seen
            ).item()
        }
        let right = try loss(1, 2)
        #expect(right < 0.1, "\(right)")
        for (across, down) in [(0.0, 0.0), (1, 1), (2, 2), (-1, -2)] {
            #expect(try loss(across, down) > 3)
        }
    }

    @Test func nothingSeenCostsNothing() throws {
        let x = try Tensor.randn([1, 4, 4, 4], generator: Generator(seed: 1))
        let loss = try CorrespondenceLoss()(
            target: x, source: x, flow: DenseFlow(cells: .zeros([1, 2, 4, 4])),
            visible: .zeros([1, 1, 4, 4]))
        #expect(try loss.item() == 0)
    }

    @Test func bothLossesReachTheCondition() throws {
        for kind in MatchingLossSettings.Kind.allCases {
            let task = try matching(kind)
            // Residuals start at zero: one step later the condition has a say.
            _ = try train(task, steps: 2)
            let weight = try #require(task.store["latent_cond_in.weight"])
            let gradient = try #require(try weight.grad())
            #expect(try gradient.abs().max().item() > 0, "\(kind)")
        }
    }

    @Test func pairsWithoutTruthAreRefusedForCorrespondence() throws {
        let task = try matching(.correspondence, truth: false)
        let error = #expect(throws: ICPortraitError.self) {
            _ = try task.losses(task.batches.batch(at: 0), place(0))
        }
        #expect("\(try #require(error))".contains("choose denoising"))
        _ = try matching(.denoising, truth: false).losses(ShiftedPairs().batch(at: 0), place(0))
    }

    @Test func aStrangerIsSeenAndThePersonIsLearned() throws {
        var settings = AppearanceLossSettings()
        settings.editFrom = 1
        let task = try AppearanceTask(
            base: base, matching: matching(.correspondence).network, schedule: schedule,
            pairs: ShiftedPairs(), settings: ICPortraitSettings(), losses: settings, seed: 8)
        let plain = try ShiftedPairs().batch(at: 0)
        var strange = plain
        strange.standIns = plain.targets.map { $0 ^ 0x8000 }  // every sign turned
        func losses() throws -> [Double] {
            try noGrad {
                try [plain, strange].map { try task.losses($0, place(0)).numbers()["loss"] ?? .nan }
            }
        }
        // A net that says nothing yet leaves what is to be made, which is the person both times.
        let new = try losses()
        #expect(new[0] == new[1])
        _ = try train(task, steps: 3)
        let learned = try losses()
        #expect(learned[0] != learned[1])
    }

    @Test func whatAStrangersStartLeavesIsInTheNoise() throws {
        let task = try AppearanceTask(
            base: base, matching: matching(.correspondence).network, schedule: schedule,
            pairs: ShiftedPairs(), settings: ICPortraitSettings(),
            losses: AppearanceLossSettings(), seed: 8)
        let plain = try ShiftedPairs().batch(at: 0)
        var (strange, same) = (plain, plain)
        strange.standIns = plain.targets.map { $0 ^ 0x8000 }
        same.standIns = plain.targets
        let losses = try noGrad {
            try [plain, strange, same].map {
                try task.losses($0, place(0)).numbers()["loss"] ?? .nan
            }
        }
        #expect(losses[0] == losses[2])
        #expect(losses[1] != losses[0])
    }

    @Test func nobodyIsAskedForWhereNothingIsKnownOfFaces() throws {
        var losses = AppearanceLossSettings()
        losses.identity = 0.1
        let error = #expect(throws: ICPortraitError.self) {
            try AppearanceTask(
                base: base, matching: matching(.correspondence).network, schedule: schedule,
                pairs: ShiftedPairs(), settings: ICPortraitSettings(), losses: losses, seed: 8)
        }
        #expect("\(try #require(error))".contains("losses.identity: expected 0"))
    }

    @Test func noRoundBeginsOutsideTheSchedule() throws {
        for wrong in [-0.1, 1.5, 1e300] {
            var losses = AppearanceLossSettings()
            losses.editFrom = wrong
            let error = #expect(throws: ICPortraitError.self) {
                try AppearanceTask(
                    base: base, matching: matching(.correspondence).network, schedule: schedule,
                    pairs: ShiftedPairs(), settings: ICPortraitSettings(), losses: losses, seed: 8)
            }
            #expect("\(try #require(error))".contains("losses.edit_from: expected"))
        }
    }

    @Test func theBaseStaysAsItIs() throws {
        let before = try base.store.entries.map { try $0.tensor.cloned() }
        let matching = try matching(.denoising)
        _ = try train(matching, steps: 2)
        let task = try AppearanceTask(
            base: base, matching: matching.network, schedule: schedule, pairs: ShiftedPairs(),
            settings: ICPortraitSettings(), losses: AppearanceLossSettings(), seed: 8)
        _ = try train(task, steps: 2)
        for (entry, old) in zip(base.store.entries, before) {
            #expect(try entry.tensor.isEqual(to: old), "\(entry.name)")
        }
    }

    @Test func aNewAppearanceNetLeavesTheBasesLoss() throws {
        var losses = AppearanceLossSettings()
        losses.dropout = 0
        let matching = try matching(.correspondence)
        for moment in MatchingSettings.Moment.allCases {
            var settings = ICPortraitSettings()
            settings.matching.moment = moment
            let task = try AppearanceTask(
                base: base, matching: matching.network, schedule: schedule, pairs: ShiftedPairs(),
                settings: settings, losses: losses, seed: 8)
            let batch = try task.batches.batch(at: 0)
            let said = try task.losses(batch, place(0)).numbers()["loss"] ?? .nan

            // The same noise on the same canvas, by the base alone.
            var random = place(0).random("side")
            let isLeft = random.below(2) == 0
            let shape = [batch.count] + batch.shape
            let halves = try [batch.targets, batch.profiles].map {
                try Tensor($0, shape: shape).view(as: .float16).to(.float32)
            }
            let x0 = try Tensor.cat(isLeft ? halves : halves.reversed(), along: 3)
            let draw = try DenoisingObjective(schedule).draw(
                x0, generator: place(0).generator("noise"))
            let context = try Tensor(batch.tokens, shape: [batch.count, 1, 24])
            let plain = try noGrad {
                try (base.network(draw.xt, timestep: draw.timesteps, context: context) - draw.noise)
                    .square().mean().item()
            }
            #expect(abs(said - plain) < 1e-5 * plain, "\(moment): \(said) for \(plain)")
        }
    }
}
