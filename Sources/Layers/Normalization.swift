import Torch

/// Normalises groups of channels over each sample; keys `weight`, `bias` `[C]`. Wu and He 2018.
public struct GroupNorm {
    /// Scale `[C]`.
    public let weight: Tensor
    /// Shift `[C]`.
    public let bias: Tensor
    let groups: Int
    let eps: Double

    /// Takes the layer's parameters from `scope`; starts as the identity's scale and shift.
    public init(_ scope: Scope, groups: Int, channels: Int, eps: Double = 1e-5) {
        weight = scope.parameter("weight", [channels], .ones)
        bias = scope.parameter("bias", [channels], .zeros)
        self.groups = groups
        self.eps = eps
    }

    /// `[B, C, ...]` to the same shape.
    ///
    /// What stands around a normalisation in a residual block is done in the same pass over a picture
    /// `[B, C, H, W]` where ``FusedKernels`` run: `before` `[B, C]` is added to `x`, and with `silu`
    /// the result goes through ``silu(_:)``.
    public func callAsFunction(_ x: Tensor, before: Tensor? = nil, silu: Bool = false) throws
        -> Tensor
    {
        guard x.shape.count == 4 else {
            let y = try Operator.groupNorm(x, groups, weight, bias, eps)
            return silu ? try Layers.silu(y) : y
        }
        return try Operator.fusedGroupNorm(x, groups, weight, bias, before, eps, silu)
    }
}

/// Normalises the last dimension; keys `weight`, `bias` `[C]`. Ba et al. 2016.
public struct LayerNorm {
    /// Scale `[C]`.
    public let weight: Tensor?
    /// Shift `[C]`.
    public let bias: Tensor?
    let channels: Int
    let eps: Double

    /// Takes the layer's parameters from `scope`; none without `affine`.
    public init(_ scope: Scope, channels: Int, eps: Double = 1e-5, affine: Bool = true) {
        weight = affine ? scope.parameter("weight", [channels], .ones) : nil
        bias = affine ? scope.parameter("bias", [channels], .zeros) : nil
        self.channels = channels
        self.eps = eps
    }

    /// `[..., C]` to the same shape.
    public func callAsFunction(_ x: Tensor) throws -> Tensor {
        try Operator.layerNorm(x, [channels], weight, bias, eps)
    }
}

/// Normalises each channel over the batch; keys `weight`, `bias`, `running_mean`, `running_var`
/// `[C]`. Ioffe and Szegedy 2015.
public struct BatchNorm {
    /// Scale `[C]`.
    public let weight: Tensor?
    /// Shift `[C]`.
    public let bias: Tensor?
    /// Mean used at inference `[C]`.
    public let runningMean: Tensor
    /// Variance used at inference `[C]`.
    public let runningVar: Tensor
    let momentum, eps: Double

    /// Takes the layer's parameters and statistics from `scope`.
    ///
    /// - Parameters:
    ///   - scope: where the tensors lie.
    ///   - channels: C.
    ///   - eps: added to the variance.
    ///   - momentum: share of a batch's statistics in the running ones.
    ///   - affine: whether there are `weight` and `bias`.
    public init(
        _ scope: Scope, channels: Int, eps: Double = 1e-5, momentum: Double = 0.1,
        affine: Bool = true
    ) {
        // All stay float32 in a half-precision model: a half mean loses what it averages, and libtorch
        // wants scale and shift in the statistics' type.
        weight = affine ? scope.parameter("weight", [channels], .ones, dtype: .float32) : nil
        bias = affine ? scope.parameter("bias", [channels], .zeros, dtype: .float32) : nil
        runningMean = scope.buffer("running_mean", [channels], .zeros, dtype: .float32)
        runningVar = scope.buffer("running_var", [channels], .ones, dtype: .float32)
        self.momentum = momentum
        self.eps = eps
    }

    /// `[B, C]` or `[B, C, ...]` to the same shape.
    ///
    /// With `training`, normalises by the batch's own statistics and updates the running ones.
    public func callAsFunction(_ x: Tensor, training: Bool = false) throws -> Tensor {
        try Operator.batchNorm(
            x, weight, bias, runningMean, runningVar, training, momentum, eps, false)
    }
}

extension Operator {
    static let groupNorm = Operator("aten::group_norm")
    static let fusedGroupNorm = Operator("likeness::group_norm")
    static let layerNorm = Operator("aten::layer_norm")
    static let batchNorm = Operator("aten::batch_norm")
}
