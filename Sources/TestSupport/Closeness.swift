import Testing
import Torch

/// How far one tensor is from another that it should equal.
public struct Closeness: CustomStringConvertible {
    /// Largest absolute difference, divided by the largest absolute value of the expected tensor.
    public let maxError: Double
    /// Cosine of the angle between both, flattened.
    public let cosine: Double

    /// Compares two tensors of one shape in double precision.
    ///
    /// - Throws: ``TorchError`` if the shapes differ.
    public init(_ actual: Tensor, _ expected: Tensor) throws {
        guard actual.shape == expected.shape else {
            throw TorchError(
                operation: "Closeness",
                message: "expected shape \(expected.shape), found \(actual.shape)")
        }
        let a = try actual.detached().to(.float64).reshaped([-1])
        let b = try expected.detached().to(.float64).reshaped([-1])
        let scale = try max(b.abs().max().item(), 1e-12)
        maxError = try (a - b).abs().max().item() / scale
        let norms = try (a.norm() * b.norm()).item()
        cosine = norms == 0 ? 1 : try (a * b).sum().item() / norms
    }

    /// `max error 1.2e-07 of scale, cosine 1.000000000`.
    public var description: String { "max error \(maxError) of scale, cosine \(cosine)" }
}

/// Expects every element within `tolerance` of the expected tensor's scale, and the same direction.
public func expectClose(
    _ actual: Tensor, _ expected: Tensor, within tolerance: Double = 1e-5, _ what: String = "",
    sourceLocation: SourceLocation = #_sourceLocation
) throws {
    let closeness = try Closeness(actual, expected)
    #expect(
        closeness.maxError <= tolerance && closeness.cosine >= 1 - max(tolerance, 1e-9),
        "\(what) \(closeness)", sourceLocation: sourceLocation)
}

/// Expects the tensors to differ by more than `tolerance`: the check that a check can fail.
public func expectFar(
    _ actual: Tensor, _ expected: Tensor, beyond tolerance: Double = 1e-4, _ what: String = "",
    sourceLocation: SourceLocation = #_sourceLocation
) throws {
    let closeness = try Closeness(actual, expected)
    #expect(
        closeness.maxError > tolerance, "\(what) \(closeness)", sourceLocation: sourceLocation)
}
