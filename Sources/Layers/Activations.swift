import Torch

/// x * sigmoid(x). Elfwing et al. 2017; "swish".
public func silu(_ x: Tensor) throws -> Tensor { try Operator.silu(x) }

/// x * Phi(x), exact. Hendrycks and Gimpel 2016.
public func gelu(_ x: Tensor) throws -> Tensor { try Operator.gelu(x, "none") }

/// The tanh approximation of ``gelu(_:)``: a little different, and what some checkpoints expect.
public func geluTanh(_ x: Tensor) throws -> Tensor { try Operator.gelu(x, "tanh") }

/// x * sigmoid(1.702 x): what OpenAI's CLIP was trained with.
public func quickGELU(_ x: Tensor) throws -> Tensor { try x * (x * 1.702).sigmoid() }

/// max(x, 0).
public func relu(_ x: Tensor) throws -> Tensor { try Operator.relu(x) }

/// min(max(x, 0), 6).
public func relu6(_ x: Tensor) throws -> Tensor { try x.clamped(min: 0, max: 6) }

/// x where positive, else `slope` * x.
public func leakyReLU(_ x: Tensor, slope: Double = 0.01) throws -> Tensor {
    try Operator.leakyRelu(x, slope)
}

/// log(1 + exp(x)).
public func softplus(_ x: Tensor) throws -> Tensor { try Operator.softplus(x) }

/// x * relu6(x + 3) / 6. Howard et al. 2019 (MobileNetV3).
public func hardSwish(_ x: Tensor) throws -> Tensor { try Operator.hardswish(x) }

/// relu6(x + 3) / 6.
public func hardSigmoid(_ x: Tensor) throws -> Tensor { try Operator.hardsigmoid(x) }

/// x where positive, else a learned slope a channel; key `weight` `[C]` or `[1]`. He et al. 2015.
public struct PReLU {
    /// Slopes `[C]`, or one for all `[1]`.
    public let weight: Tensor

    /// Takes the slopes from `scope`; they start at 0.25.
    public init(_ scope: Scope, channels: Int = 1) {
        weight = scope.parameter("weight", [channels], .constant(0.25))
    }

    /// `[B, C, ...]` to the same shape.
    public func callAsFunction(_ x: Tensor) throws -> Tensor { try Operator.prelu(x, weight) }
}

/// Zeroes a share of the elements and scales up the rest, while training. Srivastava et al. 2014.
public struct Dropout {
    /// The share to zero, 0..<1.
    public let probability: Double

    /// Dropout of a share of the elements.
    public init(_ probability: Double) { self.probability = probability }

    /// `x` itself without a generator (inference), else a random part of it.
    public func callAsFunction(_ x: Tensor, generator: Generator?) throws -> Tensor {
        guard let generator, probability > 0 else { return x }
        let keep = 1 - probability
        let mask = try Operator.bernoulliInPlace(x.detached().emptyLike(), keep, generator)
        return try x * (mask * (1 / keep))
    }
}

extension Operator {
    static let silu = Operator("aten::silu")
    static let gelu = Operator("aten::gelu")
    static let relu = Operator("aten::relu")
    static let leakyRelu = Operator("aten::leaky_relu")
    static let softplus = Operator("aten::softplus")
    static let hardswish = Operator("aten::hardswish")
    static let hardsigmoid = Operator("aten::hardsigmoid")
    /// Ours where ``FusedKernels`` run and the shapes fit, else libtorch's.
    static let prelu = Operator("likeness::prelu")
    static let bernoulliInPlace = Operator("aten::bernoulli_", "float")
}
