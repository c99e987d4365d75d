import Torch

/// Whose random numbers a seed stands for.
public enum NoiseKind: String, CaseIterable, Sendable {
    /// torch on the CPU: diffusers as its documentation advises, and ComfyUI's first noise. One stream for
    /// a batch.
    case torch
    /// torch on CUDA, made on the CPU: A1111's web UI. A stream for each picture of a batch, of seeds that
    /// follow one another.
    case cuda
}

/// Where a run's noise comes from.
package final class NoiseSource {
    private enum Stream {
        case torch(Generator)
        case cuda([PhiloxNoise])
    }

    private var stream: Stream
    /// For what all pictures of a batch start from, where each has a stream of its own: the web UI, too,
    /// draws that from another one.
    private let shared: Generator?

    /// The start of a seed's stream.
    package init(_ kind: NoiseKind, seed: UInt64, batch: Int) throws {
        shared = kind == .torch ? nil : try Generator(seed: seed)
        switch kind {
        case .torch: stream = .torch(try Generator(seed: seed))
        case .cuda: stream = .cuda((0..<batch).map { PhiloxNoise(seed: seed &+ UInt64($0)) })
        }
    }

    /// Unit noise for what all pictures start from, drawn before any other.
    package func common(_ shape: [Int], dtype: DType) throws -> Tensor {
        guard let shared else { return try normal(shape, dtype: dtype) }
        return try .randn(shape, generator: shared, dtype: dtype)
    }

    /// Unit noise `[B, ...]` on the CPU, B as many as there are pictures.
    package func normal(_ shape: [Int], dtype: DType) throws -> Tensor {
        switch stream {
        case .torch(let generator):
            return try .randn(shape, generator: generator, dtype: dtype)
        case .cuda(var streams):
            let rows = shape.first ?? 1
            let size = shape.dropFirst().reduce(1, *)
            let numbers = (0..<rows).flatMap { streams[min($0, streams.count - 1)].next(size) }
            stream = .cuda(streams)
            return try Tensor(numbers, shape: shape).to(dtype)
        }
    }

    /// All that goes on from here.
    package func state() throws -> Tensor {
        switch stream {
        case .torch(let generator): try generator.state()
        case .cuda(let streams): try Tensor(streams.map { Int64($0.draws) })
        }
    }

    /// Goes on from a state of a run of the same seed and kind.
    ///
    /// - Throws: ``DiffusionError`` for the state of another kind; `TorchError`.
    package func restore(_ state: Tensor) throws {
        switch stream {
        case .torch(let generator): try generator.restore(state)
        case .cuda(var streams):
            guard state.dtype == .int64, state.count == streams.count else {
                throw DiffusionError("Expected the noise's state of a run with --rng cuda.")
            }
            let draws: [Int64] = try state.toArray()
            for (index, count) in draws.enumerated() {
                streams[index].draws = UInt32(truncatingIfNeeded: count)
            }
            stream = .cuda(streams)
        }
    }
}
