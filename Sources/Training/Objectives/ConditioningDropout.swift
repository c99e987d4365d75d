import Torch

/// Hides conditions from a share of the samples, so that guidance can later leave them out. Ho and
/// Salimans 2022.
public struct ConditioningDropout: Hashable, Sendable {
    /// The share hidden, 0...1.
    public var probability: Double

    /// Hides a share.
    public init(_ probability: Double) { self.probability = probability }

    /// `condition` with a random part of its samples replaced.
    ///
    /// - Parameters:
    ///   - condition: `[B, ...]`.
    ///   - absent: what stands for none: `[...]` or `[1, ...]`.
    ///   - generator: on the CPU.
    /// - Returns: the mixture, and which samples kept theirs, `[B]` of truth values.
    /// - Throws: `TorchError`.
    public func callAsFunction(
        _ condition: Tensor, absent: Tensor, generator: Generator
    ) throws -> (mixed: Tensor, kept: Tensor) {
        let batch = condition.shape.first ?? 0
        let kept = try (Tensor.rand([batch], generator: generator) .>= probability)
            .to(condition.device)
        let shape = [batch] + Array(repeating: 1, count: max(condition.rank - 1, 0))
        let mask = try kept.reshaped(shape)
        return (try Tensor.select(mask, condition, absent), kept)
    }
}
