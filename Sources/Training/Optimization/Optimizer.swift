import Layers
import Torch

/// Moves a store's trainable parameters along their gradients, by libtorch's fused kernels.
///
/// The state is kept by parameter names and torch's own words (`NAME.exp_avg`), so that it can be
/// saved, checked and taken up again.
public final class Optimizer {
    /// What it was made with.
    public let settings: OptimizerSettings
    /// Steps taken.
    public private(set) var stepCount = 0
    private let groups: [Group]
    /// Adam's kernels read the number of the step from the device.
    private let count: Tensor

    /// Parameters that share their numbers.
    private struct Group {
        let entries: [ParameterStore.Entry]
        let weightDecay: Double
        /// Adam's first moment, or SGD's momentum.
        let first: [Tensor]
        /// Adam's second moment.
        let second: [Tensor]
    }

    /// An optimizer of what is trainable now.
    ///
    /// - Throws: ``TrainingError`` if nothing is; `TorchError`.
    public init(_ store: ParameterStore, _ settings: OptimizerSettings) throws {
        let trainable = store.trainable
        guard let device = trainable.first?.tensor.device else {
            throw TrainingError("expected parameters to train, found none that are not frozen.")
        }
        self.settings = settings
        count = try Tensor.zeros([], device: device)
        let isVector = { (entry: ParameterStore.Entry) in entry.tensor.rank < 2 }
        let sets: [([ParameterStore.Entry], Double)] =
            settings.decaysVectors || settings.weightDecay == 0
            ? [(trainable, settings.weightDecay)]
            : [
                (trainable.filter { !isVector($0) }, settings.weightDecay),
                (trainable.filter(isVector), 0),
            ]
        groups = try sets.filter { !$0.0.isEmpty }.map { entries, decay in
            let isAdam = settings.kind != .sgd
            let zeros = { try entries.map { try $0.tensor.detached().zerosLike() } }
            return Group(
                entries: entries, weightDecay: decay,
                first: isAdam || settings.momentum > 0 ? try zeros() : [],
                second: isAdam ? try zeros() : [])
        }
    }

    /// Every parameter it moves.
    public var parameters: [ParameterStore.Entry] { groups.flatMap(\.entries) }

    /// Takes one step with the gradients that are there; parameters without one stay.
    ///
    /// - Parameter rate: the learning rate.
    /// - Throws: `TorchError`.
    public func step(rate: Double) throws {
        stepCount += 1
        try noGrad {
            try count.fill(Double(stepCount))
            for group in groups { try step(group, rate: rate) }
        }
    }

    private func step(_ group: Group, rate: Double) throws {
        let gradients = try group.entries.map { try $0.tensor.grad() }
        let present = gradients.indices.filter { gradients[$0] != nil }
        guard !present.isEmpty else { return }
        let chosen = present.map { group.entries[$0].tensor }
        let found = present.compactMap { gradients[$0] }
        let first = group.first.isEmpty ? [] : present.map { group.first[$0] }
        switch settings.kind {
        case .adam, .adamw:
            try TensorList.adam(
                chosen, gradients: found, mean: first, square: present.map { group.second[$0] },
                count: count,
                .init(
                    rate: rate, beta1: settings.beta1, beta2: settings.beta2,
                    weightDecay: group.weightDecay, epsilon: settings.epsilon,
                    isDecoupled: settings.kind == .adamw))
        case .sgd:
            try TensorList.sgd(
                chosen, gradients: found, momentum: first, rate: rate, decay: group.weightDecay,
                momentumShare: settings.momentum, nesterov: settings.nesterov,
                isFirst: stepCount == 1)
        }
    }

    /// Shortens all gradients, taken as one vector, to a length.
    ///
    /// As `torch.nn.utils.clip_grad_norm_`: the factor is `limit / (norm + 1e-6)`, at most 1.
    ///
    /// - Parameter limit: the longest allowed; 0 for no limit.
    /// - Returns: the length before, as a scalar tensor.
    /// - Throws: `TorchError`.
    public func clipGradients(to limit: Double) throws -> Tensor {
        try noGrad {
            let gradients = try parameters.compactMap { try $0.tensor.grad() }
            let norm = try Tensor.stack(TensorList.norms(gradients)).norm()
            if limit > 0 {
                let factor = try (norm + 1e-6).reciprocal() * limit
                try TensorList.scale(gradients, by: factor.clamped(max: 1))
            }
            return norm
        }
    }

    /// All that the next step depends on beside weights and gradients.
    public func state() throws -> [String: Tensor] {
        var state = ["step": try Tensor(Int64(stepCount))]
        let names = settings.kind == .sgd ? ["momentum_buffer"] : ["exp_avg", "exp_avg_sq"]
        for group in groups {
            for (name, tensors) in zip(names, [group.first, group.second]) {
                for (entry, tensor) in zip(group.entries, tensors) {
                    state["\(entry.name).\(name)"] = tensor
                }
            }
        }
        return state
    }

    /// Goes on from a saved state.
    ///
    /// - Throws: ``TrainingError`` before anything is changed, if names or shapes differ.
    public func restore(_ saved: [String: Tensor]) throws {
        let own = try state()
        guard Set(own.keys) == Set(saved.keys),
            own.allSatisfy({ saved[$0.key]?.shape == $0.value.shape }), let step = saved["step"]
        else {
            let odd = Set(own.keys).symmetricDifference(saved.keys).sorted().prefix(4)
            throw TrainingError(
                "the saved optimizer is another one's: expected the state of "
                    + "\(settings.kind.rawValue) for \(parameters.count) parameters"
                    + (odd.isEmpty ? ", found other shapes" : ", found a difference in \(odd)")
                    + "; resume with the run's own configuration.")
        }
        stepCount = try step.integerItem()
        try noGrad {
            for (name, tensor) in own where name != "step" {
                if let value = saved[name] { try tensor.copy(from: value) }
            }
        }
    }
}
