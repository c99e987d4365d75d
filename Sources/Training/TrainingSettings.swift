import Torch

/// What every run has in common.
public struct TrainingSettings: Settings {
    /// The types that a run may compute in; weights and averages are always float32.
    public enum Precision: String, Codable, CaseIterable, Sendable {
        case fp32, bf16
    }

    /// Steps of the whole run.
    public var steps = 1000
    /// Samples of a batch.
    public var batchSize = 16
    /// Batches whose gradients make one step.
    public var accumulation = 1
    /// What products and convolutions are computed in.
    public var precision = Precision.fp32
    /// Every random draw of the run follows from it.
    public var seed: UInt64 = 1
    /// How weights follow gradients.
    public var optimizer = OptimizerSettings()
    /// Decay of the averaged weights; 0 for none.
    public var averageDecay = 0.0
    /// Steps between lines of the log.
    public var logEvery = 20
    /// Steps between checkpoints.
    public var saveEvery = 500
    /// Steps between sample pictures; 0 for none.
    public var sampleEvery = 1000
    /// Steps between evaluations on held-out data; 0 for none.
    public var evaluateEvery = 1000
    /// Checkpoints kept.
    public var keep = 3
    /// Threads that make batches.
    public var loaderThreads = 1
    /// Batches kept ready.
    public var prefetch = 4

    /// A thousand steps of AdamW.
    public init() {}

    enum CodingKeys: String, CodingKey {
        case steps, accumulation, precision, seed, optimizer, keep, prefetch
        case batchSize = "batch_size"
        case averageDecay = "average_decay"
        case logEvery = "log_every"
        case saveEvery = "save_every"
        case sampleEvery = "sample_every"
        case evaluateEvery = "evaluate_every"
        case loaderThreads = "loader_threads"
    }

    /// The rates of the run.
    public var schedule: LearningRateSchedule {
        LearningRateSchedule(
            optimizer.schedule, warmupSteps: optimizer.warmupSteps, steps: steps,
            finalShare: optimizer.finalShare)
    }

    /// Refuses numbers that no run can have.
    ///
    /// - Throws: ``TrainingError``.
    public func check() throws {
        let positive = [
            ("steps", steps), ("batch_size", batchSize), ("accumulation", accumulation),
            ("log_every", logEvery), ("save_every", saveEvery), ("keep", keep),
            ("loader_threads", loaderThreads), ("prefetch", prefetch),
        ]
        for (name, value) in positive where value < 1 {
            throw TrainingError("\(name): expected at least 1, found \(value).")
        }
        let shares = [
            ("average_decay", averageDecay), ("optimizer.beta1", optimizer.beta1),
            ("optimizer.beta2", optimizer.beta2), ("optimizer.momentum", optimizer.momentum),
        ]
        for (name, value) in shares where !(0..<1).contains(value) {
            throw TrainingError("\(name): expected a share of 0 to below 1, found \(value).")
        }
        guard optimizer.learningRate > 0, optimizer.learningRate.isFinite else {
            throw TrainingError(
                "optimizer.learning_rate: expected more than 0, found \(optimizer.learningRate).")
        }
    }
}
