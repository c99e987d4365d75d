import Foundation
import Layers
import Torch

/// The loss that face recognisers are trained with: a classifier by angle, made harder by a margin.
///
/// Deng et al. 2019, eq. 3: with theta the angle between an embedding and its class's centre, the
/// logits are s cos(theta + m) for the right class and s cos(theta) for the others, under a softmax.
/// ``Margin/cosine`` gives CosFace instead: s (cos(theta) - m), Wang et al. 2018, eq. 4. Key
/// `weight` `[classes, D]`, one centre a class, of any length.
///
/// cos(theta + m) is computed as cos(theta) cos(m) - sin(theta) sin(m), not through arc cosines,
/// whose gradient is infinite where an embedding meets its centre. Where theta + m passes a half turn,
/// the cosine would rise again; there the logit goes on falling as cos(theta) - m sin(m).
///
/// - Note: arcface_torch takes the gradient of s cos(theta + m) by cos(theta) as s; here it is the
///   true one. Both are trained with in practice.
public struct AdditiveAngularMargin {
    /// Where the margin is added.
    public enum Margin: String, Hashable, Sendable, CaseIterable {
        /// To the angle: ArcFace, usually 0.5 radians.
        case angle
        /// To the cosine, taken away: CosFace, usually 0.4.
        case cosine
    }

    /// The classes' centres `[classes, D]`.
    public let weight: Tensor
    /// Where the margin is added.
    public let kind: Margin
    /// m: radians for ``Margin/angle``, below pi.
    public let margin: Double
    /// s: the length that embeddings and centres are given together.
    public let scale: Double

    /// What one batch gives.
    public struct Result {
        /// The mean cross-entropy; differentiable.
        public let loss: Tensor
        /// The share of embeddings that are nearest to their own centre, without the margin.
        public let accuracy: Tensor
        /// The mean cosine between an embedding and its own centre.
        public let cosine: Tensor
    }

    /// Takes the classes' centres from `scope`; they start normal with deviation 0.01.
    ///
    /// - Parameters:
    ///   - scope: where `weight` lies.
    ///   - classes: how many people there are.
    ///   - dimensions: D, numbers in an embedding.
    ///   - kind: ArcFace's margin or CosFace's.
    ///   - margin: m, 0 for a plain classifier by angle.
    ///   - scale: s.
    public init(
        _ scope: Scope, classes: Int, dimensions: Int, kind: Margin = .angle,
        margin: Double = 0.5, scale: Double = 64
    ) {
        weight = scope.parameter("weight", [classes, dimensions], .normal(std: 0.01))
        self.kind = kind
        self.margin = margin
        self.scale = scale
    }

    /// The same centres with another margin: training starts without and lets it grow.
    public func with(margin: Double) -> AdditiveAngularMargin {
        AdditiveAngularMargin(weight: weight, kind: kind, margin: margin, scale: scale)
    }

    private init(weight: Tensor, kind: Margin, margin: Double, scale: Double) {
        (self.weight, self.kind, self.margin, self.scale) = (weight, kind, margin, scale)
    }

    /// The loss of a batch. Call it outside of `MixedPrecision`, which would round the cosines to
    /// three digits before they are multiplied by ``scale``; the network may run inside.
    ///
    /// - Parameters:
    ///   - embeddings: `[B, D]`, of any length and floating-point type; computed in float32, or
    ///     float64 if that is their type.
    ///   - labels: `[B]`, int64 in `0..<classes`.
    /// - Returns: the loss, and how well the batch is told apart.
    /// - Throws: `TorchError` for shapes that do not fit and labels out of range.
    public func callAsFunction(_ embeddings: Tensor, _ labels: Tensor) throws -> Result {
        let type: DType = embeddings.dtype == .float64 ? .float64 : .float32
        let cosines = try unit(embeddings.to(type)).matmul(unit(weight.to(type)).transposed(0, 1))
        let index = try labels.unsqueezed(1)
        let own = try cosines.gathered(1, index)  // [B, 1]
        let logits = try Operator.scatter(cosines, 1, index, harder(own)) * scale
        let right = try cosines.detached().argmax(along: 1).equal(labels)
        return Result(
            loss: try Operator.crossEntropy(logits, labels),
            accuracy: try right.to(.float32).mean(), cosine: try own.detached().mean())
    }

    /// The cosine of the right class after the margin.
    private func harder(_ cosine: Tensor) throws -> Tensor {
        guard kind == .angle else { return try cosine - margin }
        // 1e-6 bounds the gradient of the sine at 1000; there the sine itself is as small.
        let sine = try (1.0 - cosine.square()).clamped(min: 1e-6).sqrt()
        let turned = try cosine * cos(margin) - sine * sin(margin)
        let fallback = try cosine - margin * sin(margin)
        return try .select(cosine .> -cos(margin), turned, fallback)
    }
}

/// Rows `[..., D]` of length 1; a row of zeros stays zero.
func unit(_ x: Tensor) throws -> Tensor {
    try x / x.norm([-1], keepDims: true).clamped(min: 1e-12)
}

extension Operator {
    static let scatter = Operator("aten::scatter", "src")
    static let crossEntropy = Operator("aten::cross_entropy_loss")
}
