import Foundation
import Torch

/// How a parameter starts when no checkpoint gives it. Random ones draw from the store's generator.
///
/// Fans are as in PyTorch's `torch.nn.init`: `fanIn = shape[1] * receptive field`,
/// `fanOut = shape[0] * receptive field`.
public enum Initializer: Hashable, Sendable {
    case zeros
    case ones
    case constant(Double)
    /// Uniform in `low ..< high`.
    case uniform(Double, Double)
    case normal(mean: Double = 0, std: Double)
    /// Normal, redrawn outside `mean +- 2 std`, by inversion of the cumulative distribution.
    case truncatedNormal(std: Double)
    /// Uniform with bound `gain * sqrt(3 / fanIn)`; He et al. 2015. A gain of `sqrt(1/3)` is what
    /// PyTorch's Linear and Conv2d start from (`kaiming_uniform_(a: sqrt(5))`).
    case kaimingUniform(gain: Double = 0.5773502691896258)
    /// Normal with standard deviation `gain / sqrt(fanIn)`, or of `fanOut`; He et al. 2015.
    case kaimingNormal(gain: Double = 1.4142135623730951, fanOut: Bool = false)
    /// Uniform with bound `gain * sqrt(6 / (fanIn + fanOut))`; Glorot and Bengio 2010.
    case xavierUniform(gain: Double = 1)
    /// Normal with standard deviation `gain * sqrt(2 / (fanIn + fanOut))`; Glorot and Bengio 2010.
    case xavierNormal(gain: Double = 1)

    /// A fresh float32 tensor on the generator's device.
    ///
    /// - Throws: `TorchError` if a fan is asked of a tensor with fewer than two dimensions.
    public func tensor(_ shape: [Int], generator: Generator) throws -> Tensor {
        switch self {
        case .zeros: return try .zeros(shape, device: generator.device)
        case .ones: return try .ones(shape, device: generator.device)
        case .constant(let value): return try .full(shape, value, device: generator.device)
        case .uniform(let low, let high):
            return try Tensor.rand(shape, generator: generator) * (high - low) + low
        case .normal(let mean, let std):
            return try Tensor.randn(shape, generator: generator) * std + mean
        case .truncatedNormal(let std):
            // P(|z| < 2) = erf(sqrt(2)); u covers that share of (-1, 1), and z = sqrt(2) erfinv(u).
            let share = erf(2.0.squareRoot())
            let u = try Tensor.rand(shape, generator: generator) * (2 * share) - share
            return try Operator.erfinv(u) * (2.0.squareRoot() * std)
        case .kaimingUniform(let gain):
            let bound = try gain * (3 / fans(shape).in).squareRoot()
            return try Initializer.uniform(-bound, bound).tensor(shape, generator: generator)
        case .kaimingNormal(let gain, let fanOut):
            let fans = try fans(shape)
            let std = gain / (fanOut ? fans.out : fans.in).squareRoot()
            return try Initializer.normal(std: std).tensor(shape, generator: generator)
        case .xavierUniform(let gain):
            let fans = try fans(shape)
            let bound = gain * (6 / (fans.in + fans.out)).squareRoot()
            return try Initializer.uniform(-bound, bound).tensor(shape, generator: generator)
        case .xavierNormal(let gain):
            let fans = try fans(shape)
            let std = gain * (2 / (fans.in + fans.out)).squareRoot()
            return try Initializer.normal(std: std).tensor(shape, generator: generator)
        }
    }

    private func fans(_ shape: [Int]) throws -> (in: Double, out: Double) {
        guard shape.count >= 2 else {
            throw TorchError(
                operation: "Initializer.\(self)",
                message: "expected two or more dimensions to count fans in, found shape \(shape)")
        }
        let field = shape.dropFirst(2).reduce(1, *)
        return (Double(shape[1] * field), Double(shape[0] * field))
    }
}

extension Operator {
    static let erfinv = Operator("aten::erfinv")
}
