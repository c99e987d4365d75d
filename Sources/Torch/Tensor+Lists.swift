/// Operations on many tensors in one call: what optimizers and averages are made of.
///
/// libtorch runs each list as one kernel where it can, in the order of the list.
public enum TensorList {
    /// Euclidean norm of each tensor, as scalars.
    public static func norms(_ tensors: [Tensor]) throws -> [Tensor] {
        try Operator.foreachNorm.tensors(tensors, 2.0)
    }

    /// Multiplies every tensor by a number, in place.
    public static func scale(_ tensors: [Tensor], by factor: Double) throws {
        _ = try Operator.foreachMul.tensors(tensors, factor)
    }

    /// Multiplies every tensor by a one-element tensor, in place, without waiting for its value.
    public static func scale(_ tensors: [Tensor], by factor: Tensor) throws {
        _ = try Operator.foreachMulTensor.tensors(tensors, factor)
    }

    /// Moves every tensor towards its target by `weight`, in place.
    public static func lerp(_ tensors: [Tensor], to targets: [Tensor], weight: Double) throws {
        _ = try Operator.foreachLerp.tensors(tensors, targets, weight)
    }

    /// Overwrites every tensor with another's elements, in place.
    public static func copy(_ tensors: [Tensor], from sources: [Tensor]) throws {
        _ = try Operator.foreachCopy.tensors(tensors, sources)
    }

    /// What Adam and AdamW share: a step's numbers.
    public struct AdamStep: Hashable, Sendable {
        /// Learning rate.
        public var rate: Double
        /// Decay of the first moment.
        public var beta1: Double
        /// Decay of the second moment.
        public var beta2: Double
        /// Pull of the weights towards zero.
        public var weightDecay: Double
        /// Added to the root of the second moment.
        public var epsilon: Double
        /// Whether the pull is on the weights themselves (AdamW) or on their gradients (Adam).
        public var isDecoupled: Bool

        /// The numbers of one step.
        public init(
            rate: Double, beta1: Double, beta2: Double, weightDecay: Double, epsilon: Double,
            isDecoupled: Bool
        ) {
            self.rate = rate
            (self.beta1, self.beta2) = (beta1, beta2)
            self.weightDecay = weightDecay
            self.epsilon = epsilon
            self.isDecoupled = isDecoupled
        }
    }

    /// One step of Adam (Kingma and Ba 2015) or AdamW (Loshchilov and Hutter 2019), fused.
    ///
    /// - Parameters:
    ///   - parameters: changed in place.
    ///   - gradients: of the same shapes.
    ///   - mean: the first moments, changed in place.
    ///   - square: the second moments, changed in place.
    ///   - count: a float32 scalar on the parameters' device: which step this is, from 1.
    ///   - step: its numbers.
    /// - Throws: ``TorchError`` for shapes that do not fit.
    public static func adam(
        _ parameters: [Tensor], gradients: [Tensor], mean: [Tensor], square: [Tensor],
        count: Tensor, _ step: AdamStep
    ) throws {
        let fused = step.isDecoupled ? Operator.fusedAdamW : Operator.fusedAdam
        let counts = Array(repeating: count, count: parameters.count)
        _ = try fused.tensors(
            parameters, gradients, mean, square, [Tensor](), counts, step.rate, step.beta1,
            step.beta2, step.weightDecay, step.epsilon, false, false)
    }

    /// One step of stochastic gradient descent with momentum, fused.
    ///
    /// - Parameters:
    ///   - parameters: changed in place.
    ///   - gradients: of the same shapes.
    ///   - momentum: the buffers, changed in place; empty without momentum.
    ///   - rate: learning rate.
    ///   - decay: pull of the weights towards zero, on their gradients.
    ///   - momentumShare: of the old buffer in the new.
    ///   - nesterov: whether to look ahead.
    ///   - isFirst: whether buffers start with this step's gradients.
    /// - Throws: ``TorchError`` for shapes that do not fit.
    public static func sgd(
        _ parameters: [Tensor], gradients: [Tensor], momentum: [Tensor], rate: Double,
        decay: Double, momentumShare: Double, nesterov: Bool, isFirst: Bool
    ) throws {
        _ = try Operator.fusedSGD.tensors(
            parameters, gradients, momentum, decay, momentumShare, rate, 0.0, nesterov, false,
            isFirst)
    }
}

extension Operator {
    static let foreachNorm = Operator("aten::_foreach_norm", "Scalar")
    static let foreachMul = Operator("aten::_foreach_mul_", "Scalar")
    static let foreachMulTensor = Operator("aten::_foreach_mul_", "Tensor")
    static let foreachLerp = Operator("aten::_foreach_lerp_", "Scalar")
    static let foreachCopy = Operator("aten::_foreach_copy_")
    static let fusedAdam = Operator("aten::_fused_adam_")
    static let fusedAdamW = Operator("aten::_fused_adamw_")
    static let fusedSGD = Operator("aten::_fused_sgd_")
}
