import Foundation
import Images
import Torch

/// Structural similarity of pictures, -1...1, 1 for equal ones. Wang et al. 2004.
///
/// A Gaussian window of 11 x 11 pixels with sigma 1.5, population covariance, K1 0.01, K2 0.03,
/// each channel by itself; windows that leave the picture do not count. The same number as
/// scikit-image's `structural_similarity(gaussian_weights=True, sigma=1.5,
/// use_sample_covariance=False)`.
///
/// - Parameters:
///   - a: pictures `[B, C, H, W]`, -1...1, at least 11 pixels a side.
///   - b: pictures of the same shape.
///   - weights: how much the window around each place counts, `[B or 1, 1, H, W]`; nil for all
///     alike.
/// - Returns: one number a picture.
/// - Throws: ``EvaluationError`` for shapes that do not fit.
public func ssim(_ a: Tensor, _ b: Tensor, weights: Tensor? = nil) throws -> [Double] {
    try checkPictures(a, b, weights)
    let (height, width) = (a.shape[2], a.shape[3])
    try expect(height >= 11 && width >= 11, a, "pictures", "[B, C, 11 or more, 11 or more]")
    return try noGrad {
        let map = try ssimMap(a, b).mean([1], keepDims: true)
        let inner = try weights.map {
            try $0.sliced(2, from: 5, to: height - 5).sliced(3, from: 5, to: width - 5)
        }
        return try weightedMean(map, inner).toArray(Double.self)
    }
}

/// ``ssim(_:_:weights:)`` of two pictures.
///
/// - Throws: ``EvaluationError`` if sizes or channels differ, or a side is below 11 pixels.
public func ssim(_ a: Image, _ b: Image) throws -> Double {
    try ssim(a.tensor().unsqueezed(0), b.tensor().unsqueezed(0))[0]
}

/// `[B, C, H - 10, W - 10]`, float64: similarity of the windows around each place.
private func ssimMap(_ a: Tensor, _ b: Tensor) throws -> Tensor {
    // Every channel of every picture is a picture of its own, in 0...1.
    let single = [-1, 1, a.shape[2], a.shape[3]]
    let x = try (a.to(.float64) * 0.5 + 0.5).reshaped(single)
    let y = try (b.to(.float64) * 0.5 + 0.5).reshaped(single)
    let (c1, c2) = (0.01 * 0.01, 0.03 * 0.03)
    let (meanX, meanY) = try (windowed(x), windowed(y))
    let varianceX = try windowed(x.square()) - meanX.square()
    let varianceY = try windowed(y.square()) - meanY.square()
    let covariance = try windowed(x * y) - meanX * meanY
    let above = try (meanX * meanY * 2 + c1) * (covariance * 2 + c2)
    let below = try (meanX.square() + meanY.square() + c1) * (varianceX + varianceY + c2)
    return try (above / below).reshaped([a.shape[0], a.shape[1], a.shape[2] - 10, a.shape[3] - 10])
}

/// Gaussian means over 11 x 11 windows that lie inside the picture.
private func windowed(_ x: Tensor) throws -> Tensor {
    let taps = (-5...5).map { exp(-Double($0 * $0) / (2 * 1.5 * 1.5)) }
    let total = taps.reduce(0, +)
    let kernel = try Tensor(taps.map { $0 / total }, shape: [1, 1, 11, 1]).to(x.device)
    let rows = try Operator.convolution(x, kernel, Tensor?.none, [1, 1], [0, 0], [1, 1], 1)
    return try Operator.convolution(
        rows, kernel.transposed(2, 3), Tensor?.none, [1, 1], [0, 0], [1, 1], 1)
}

extension Operator {
    static let convolution = Operator("aten::conv2d")
}
