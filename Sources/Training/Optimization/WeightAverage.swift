import Foundation
import Layers
import Torch

/// A running average of the weights, which samples and exports use. Polyak and Juditsky 1992.
///
/// The decay rises as in diffusers' `EMAModel`: `min(decay, (1 + step) / (10 + step))`, so that
/// the average forgets its start. Buffers are copied, not averaged.
public final class WeightAverage {
    /// The highest share of the old average in the new.
    public let decay: Double
    private let entries: [ParameterStore.Entry]
    private let shadows: [Tensor]

    /// An average that starts from the weights as they are.
    public init(_ store: ParameterStore, decay: Double) throws {
        self.decay = decay
        entries = store.entries
        shadows = try entries.map { try $0.tensor.detached().cloned() }
    }

    /// The decay after a step; steps count from 1.
    public func decay(at step: Int) -> Double {
        min(decay, Double(1 + step) / Double(10 + step))
    }

    /// Takes the weights of now in.
    public func update(step: Int) throws {
        let moving = entries.indices.filter {
            !entries[$0].isBuffer && entries[$0].tensor.requiresGrad
        }
        let following = entries.indices.filter { entries[$0].isBuffer }
        try noGrad {
            try TensorList.lerp(
                moving.map { shadows[$0] }, to: moving.map { try entries[$0].tensor.detached() },
                weight: 1 - decay(at: step))
            for index in following { try shadows[index].copy(from: entries[index].tensor) }
        }
    }

    /// Calls `body` with the averages in the layers, and puts the weights back.
    public func within<Result>(_ body: () throws -> Result) throws -> Result {
        try swap()
        let result = Swift.Result { try body() }
        try swap()
        return try result.get()
    }

    private func swap() throws {
        try noGrad {
            for (entry, shadow) in zip(entries, shadows) {
                let weights = try entry.tensor.detached().cloned()
                try entry.tensor.detached().copy(from: shadow)
                try shadow.copy(from: weights)
            }
        }
    }

    /// The averages by their parameters' names.
    public var state: [String: Tensor] {
        Dictionary(zip(entries.map(\.name), shadows), uniquingKeysWith: { first, _ in first })
    }

    /// Goes on from saved averages.
    ///
    /// - Throws: ``TrainingError`` before anything is changed, if names or shapes differ.
    public func restore(_ saved: [String: Tensor]) throws {
        for (entry, shadow) in zip(entries, shadows) where saved[entry.name]?.shape != shadow.shape
        {
            throw TrainingError(
                "the saved average is of another network: expected \(entry.name) \(shadow.shape), "
                    + "found \(saved[entry.name]?.shape.description ?? "none").")
        }
        try noGrad {
            for (entry, shadow) in zip(entries, shadows) {
                if let value = saved[entry.name] { try shadow.copy(from: value) }
            }
        }
    }
}
