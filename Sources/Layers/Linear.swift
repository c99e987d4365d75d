import Torch

/// `y = x W^T + b` on the last dimension; keys `weight` `[out, in]`, `bias` `[out]`.
public struct Linear {
    /// `[out, in]`.
    public var weight: Tensor { adapters.weight }
    /// `[out]`.
    public let bias: Tensor?
    let adapters: AdapterSlot

    /// Takes the layer's parameters from `scope`; PyTorch's initial distribution.
    public init(
        _ scope: Scope, in inputs: Int, out outputs: Int, bias: Bool = true,
        initializer: Initializer = .kaimingUniform()
    ) {
        let weight = scope.parameter("weight", [outputs, inputs], initializer)
        let bound = 1 / Double(max(inputs, 1)).squareRoot()
        self.bias = bias ? scope.parameter("bias", [outputs], .uniform(-bound, bound)) : nil
        adapters = scope.adapterSlot(weight, .linear)
    }

    /// Maps `[..., in]` to `[..., out]`.
    public func callAsFunction(_ x: Tensor) throws -> Tensor {
        let own = adapters.layerWeight
        FlopCount.add { 2 * Double(x.count) * Double(own.shape.first ?? 0) }
        let packed = try own.packed(for: x, bias: bias) {
            try Operator.packLinear($0, x.count / max(x.shape.last ?? 1, 1))
        }
        let y =
            try packed.map { try Operator.packedLinear(x, $0, bias) }
            ?? Operator.linear(x, own.plain, bias)
        return try adapters(y, from: x)
    }
}

/// A table of vectors; key `weight` `[count, dim]`.
public struct Embedding {
    /// `[count, dim]`.
    public let weight: Tensor

    /// Takes the table from `scope`; starts standard normal.
    public init(_ scope: Scope, count: Int, dim: Int, initializer: Initializer = .normal(std: 1)) {
        weight = scope.parameter("weight", [count, dim], initializer)
    }

    /// Maps indices `[...]` (`int64`, `0..<count`) to `[..., dim]`.
    public func callAsFunction(_ indices: Tensor) throws -> Tensor {
        try Operator.embedding(weight, indices)
    }
}

/// A linear layer whose one half, through GELU, scales the other; key `proj`.
///
/// Shazeer 2020, "GLU Variants Improve Transformer". CONTRIBUTING.md ports it step by step.
public struct GEGLU {
    let proj: Linear

    /// Takes the layer's parameters from `scope`.
    public init(_ scope: Scope, in inputs: Int, out outputs: Int) {
        proj = Linear(scope / "proj", in: inputs, out: 2 * outputs)
    }

    /// Maps `[..., in]` to `[..., out]`.
    public func callAsFunction(_ x: Tensor) throws -> Tensor {
        try Operator.geglu(proj(x))
    }
}

extension Operator {
    static let linear = Operator("aten::linear")
    static let packLinear = Operator("likeness::pack_linear")
    static let packedLinear = Operator("likeness::packed_linear")
    static let geglu = Operator("likeness::geglu")
    static let embedding = Operator("aten::embedding")
}
