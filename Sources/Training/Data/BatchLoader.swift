import Checkpoints

/// Makes the batch of any step: the same step gives the same batch, on every thread and after
/// every restart. Batches hold bytes and numbers; tensors are made of them in the trainer's thread.
public protocol BatchSource<Batch>: Sendable {
    /// What a step learns from.
    associatedtype Batch: Sendable

    /// Samples in a batch.
    var batchSize: Int { get }

    /// The batch of a step; steps count from 0 and never end.
    func batch(at step: Int) throws -> Batch
}

/// Makes batches ahead of their use, on threads of its own, in order.
public struct BatchLoader<Batch: Sendable>: Sendable {
    private let pipeline: OrderedPipeline<Int, Batch>

    /// Loads from a step on.
    ///
    /// - Parameters:
    ///   - source: what makes the batches.
    ///   - step: the first one wanted.
    ///   - threads: that decode and augment.
    ///   - prefetch: batches kept ready.
    public init(
        _ source: some BatchSource<Batch>, from step: Int, threads: Int = 1, prefetch: Int = 4
    ) {
        let counter = Counter(step)
        pipeline = OrderedPipeline(
            threads: threads, window: prefetch, draw: { counter.next() },
            work: { try source.batch(at: $0) })
    }

    /// The next batch; waits for it.
    public func next() throws -> Batch {
        guard let batch = try pipeline.next() else {
            throw TrainingError("expected another batch, found the loader stopped.")
        }
        return batch
    }

    /// Stops the threads.
    public func finish() { pipeline.finish() }

    /// Only ever called under the pipeline's lock.
    private final class Counter: @unchecked Sendable {
        private var value: Int
        init(_ value: Int) { self.value = value }
        func next() -> Int {
            defer { value += 1 }
            return value
        }
    }
}
