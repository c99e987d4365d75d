import Foundation
import TestSupport
import Testing
import Torch
import Training

@Suite struct TrainerTests {
    private func settings(steps: Int) -> TrainingSettings {
        var settings = TrainingSettings()
        settings.steps = steps
        settings.batchSize = 8
        settings.saveEvery = 4
        settings.logEvery = 1
        settings.averageDecay = 0.99
        settings.optimizer.learningRate = 1e-2
        settings.optimizer.schedule = .cosine
        settings.optimizer.warmupSteps = 3
        return settings
    }

    private func run(
        _ path: String, _ settings: TrainingSettings, stopAfter: Int? = nil
    ) throws -> (numbers: [Float], averages: [String: [Float]], complete: Bool) {
        let task = try SmallTask()
        let folder = try RunFolder(
            path, configuration: Array("{}".utf8), resume: true, keep: settings.keep)
        let trainer = try Trainer(task, settings, in: folder)
        let complete = try trainer.run(shouldStop: { trainer.step == stopAfter })
        return (
            try task.store.numbers(),
            try trainer.average?.state.mapValues { try $0.toArray() } ?? [:],
            complete
        )
    }

    @Test func stoppedAndResumedEndsAtTheSameBits() throws {
        try withTemporaryFolder { folder in
            let whole = try run("\(folder)/whole", settings(steps: 12))
            let first = try run("\(folder)/parts", settings(steps: 12), stopAfter: 5)
            #expect(!first.complete)
            let second = try run("\(folder)/parts", settings(steps: 12), stopAfter: 9)
            #expect(!second.complete)
            let third = try run("\(folder)/parts", settings(steps: 12))
            #expect(whole.complete && third.complete)
            #expect(third.numbers == whole.numbers)
            #expect(third.averages == whole.averages)
            #expect(first.numbers != whole.numbers)
            let steps = MetricsLog.read("\(folder)/parts/metrics.jsonl").map(\.step)
            #expect(steps == Array(1...12))
        }
    }

    @Test func anotherSeedEndsElsewhere() throws {
        try withTemporaryFolder { folder in
            let one = try run("\(folder)/one", settings(steps: 4))
            var other = settings(steps: 4)
            other.seed = 2
            #expect(try run("\(folder)/two", other).numbers != one.numbers)
        }
    }

    @Test func learningLowersTheLoss() throws {
        try withTemporaryFolder { folder in
            var settings = settings(steps: 500)
            settings.saveEvery = 500
            settings.optimizer.learningRate = 5e-2
            let run = try RunFolder("\(folder)/run", configuration: [], resume: false, keep: 1)
            try Trainer(SmallTask(batchSize: 64), settings, in: run).run()
            let losses = MetricsLog.read("\(folder)/run/metrics.jsonl")
                .compactMap { $0.values["loss"] }
            let (start, end) = (losses.prefix(10).reduce(0, +), losses.suffix(10).reduce(0, +))
            #expect(end < 0.5 * start)
        }
    }

    @Test func writesWhatPeopleAndTensorBoardRead() throws {
        try withTemporaryFolder { folder in
            _ = try run("\(folder)/run", settings(steps: 8))
            let names = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/run")
            #expect(names.contains("index.html"))
            #expect(names.contains("config.json"))
            #expect(names.contains { $0.hasPrefix("events.out.tfevents.") })
            let page = try String(contentsOfFile: "\(folder)/run/index.html", encoding: .utf8)
            #expect(page.contains("plots/loss.svg"))
            #expect(page.contains("Step 8 of 8"))
            let kept = try CheckpointFolder("\(folder)/run/checkpoints").steps
            #expect(kept == [4, 8])
        }
    }

    @Test func stopsWhenTheLossIsNoNumber() throws {
        try withTemporaryFolder { folder in
            let task = try SmallTask()
            task.breaksAt = 6
            let run = try RunFolder(
                "\(folder)/run", configuration: [], resume: false, keep: 3)
            let trainer = try Trainer(task, settings(steps: 12), in: run)
            let error = #expect(throws: TrainingError.self) { try trainer.run() }
            #expect(error?.description.contains("the loss is inf at step 7") == true)
            #expect(error?.description.contains("the newest checkpoint is of step 4") == true)
            #expect(run.checkpoints.steps == [4])
        }
    }

    @Test func aStartedRunNeedsResume() throws {
        try withTemporaryFolder { folder in
            _ = try run("\(folder)/run", settings(steps: 2))
            let error = #expect(throws: TrainingError.self) {
                _ = try RunFolder("\(folder)/run", configuration: [], resume: false, keep: 3)
            }
            #expect(error?.description.contains("--resume goes on") == true)
        }
    }

    @Test func twoTrainersCannotShareARun() throws {
        try withTemporaryFolder { folder in
            let first = try RunFolder("\(folder)/run", configuration: [], resume: false, keep: 3)
            #expect(throws: TrainingError.self) {
                _ = try RunFolder("\(folder)/run", configuration: [], resume: true, keep: 3)
            }
            _ = first.path
        }
    }

    @Test func accumulationIsTheMeanOfItsParts() throws {
        // Plain descent without clipping or batch norm's help: one step of two halves moves by the
        // mean of both gradients.
        try withTemporaryFolder { folder in
            func moved(_ accumulation: Int, from step: Int) throws -> [Float] {
                let task = try SmallTask()
                let before = try task.store.numbers()
                var settings = settings(steps: 1)
                settings.accumulation = accumulation
                settings.optimizer = .init()
                settings.optimizer.kind = .sgd
                settings.optimizer.momentum = 0
                settings.optimizer.weightDecay = 0
                settings.optimizer.maxGradNorm = 0
                settings.optimizer.learningRate = 0.1
                let run = try RunFolder(
                    "\(folder)/\(accumulation)", configuration: [], resume: false, keep: 1)
                try Trainer(task, settings, in: run).run()
                return try zip(task.store.numbers(), before).map { $0 - $1 }
            }
            let (one, two) = (try moved(1, from: 0), try moved(2, from: 0))
            #expect(one != two)
            let scale = zip(one, two).filter { abs($0.0) > 1e-3 }.map { $0.1 / $0.0 }
            #expect(scale.allSatisfy { $0.isFinite })
        }
    }
}
