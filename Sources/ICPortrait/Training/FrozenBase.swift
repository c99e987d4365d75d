import Diffusion
import Layers
import Torch

/// A frozen base with its parameters: what both nets start as copies of.
public struct FrozenBase {
    /// The network.
    public let network: UNet2DCondition
    /// Its parameters.
    public let store: ParameterStore

    /// A base, from here on frozen.
    ///
    /// - Throws: `TorchError`.
    public init(_ network: UNet2DCondition, _ store: ParameterStore) throws {
        (self.network, self.store) = (network, store)
        try store.freeze()
    }

    /// A copy of its down path that trains.
    ///
    /// - Parameters:
    ///   - conditionStart: deviation of the condition's convolution, in units of its usual one.
    ///   - seed: of that convolution.
    /// - Returns: the net and its parameters.
    /// - Throws: `ParameterError`, `TorchError`.
    func copied(conditionStart: Double, seed: UInt64) throws -> (LatentControlNet, ParameterStore) {
        let own = try ParameterStore(generator: Generator(seed: seed))
        let start: Initializer =
            conditionStart > 0
            ? .kaimingUniform(gain: conditionStart / 3.0.squareRoot()) : .zeros
        let network = LatentControlNet(own.root, self.network.configuration, conditionStart: start)
        try own.finish()
        try noGrad {
            for entry in own.entries {
                guard let copied = store[entry.name] else { continue }
                try entry.tensor.copy(from: copied)
            }
        }
        try own.train()
        return (network, own)
    }
}
