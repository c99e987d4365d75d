import Foundation
import Images
import Torch

/// Peak signal-to-noise ratio of pictures, in decibels: 10 log10(2^2 / mean squared difference).
///
/// - Parameters:
///   - a: pictures `[B, C, H, W]`, -1...1.
///   - b: pictures of the same shape.
///   - weights: how much each place counts, `[B or 1, 1, H, W]`, 0 and above; nil for all alike. A
///     mask of zeros and ones scores a region.
/// - Returns: one number a picture; infinite for equal ones, NaN where all weights are 0.
/// - Throws: ``EvaluationError`` for shapes that do not fit.
public func psnr(_ a: Tensor, _ b: Tensor, weights: Tensor? = nil) throws -> [Double] {
    try checkPictures(a, b, weights)
    return try noGrad {
        let squares = try (a.to(.float64) - b.to(.float64)).square().mean([1], keepDims: true)
        let errors = try weightedMean(squares, weights).toArray(Double.self)
        // Differences count in units of half the range.
        return errors.map { 10 * log10(4 / $0) }
    }
}

/// ``psnr(_:_:weights:)`` of two pictures.
///
/// - Throws: ``EvaluationError`` if sizes or channels differ.
public func psnr(_ a: Image, _ b: Image) throws -> Double {
    try psnr(a.tensor().unsqueezed(0), b.tensor().unsqueezed(0))[0]
}

/// Throws unless both are `[B, C, H, W]` of one shape, and the weights fit them.
func checkPictures(_ a: Tensor, _ b: Tensor, _ weights: Tensor?) throws {
    try expect(a.rank == 4 && a.count > 0, a, "pictures", "[B, C, H, W]")
    try expect(b.shape == a.shape, b, "pictures to compare with", "\(a.shape)")
    guard let weights else { return }
    let fits =
        weights.rank == 4 && [1, a.shape[0]].contains(weights.shape[0]) && weights.shape[1] == 1
        && weights.shape[2...] == a.shape[2...]
    try expect(fits, weights, "weights", "[1 or \(a.shape[0]), 1, \(a.shape[2]), \(a.shape[3])]")
}

/// The mean of `[B, 1, H, W]` over places, `[B]`.
func weightedMean(_ map: Tensor, _ weights: Tensor?) throws -> Tensor {
    guard let weights else { return try map.mean([1, 2, 3]) }
    let w = try weights.to(.float64).expanded(map.shape)
    return try (map * w).sum([1, 2, 3]) / w.sum([1, 2, 3])
}
