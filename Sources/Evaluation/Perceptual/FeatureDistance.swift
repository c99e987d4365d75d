import Torch

/// How far two pictures are apart in the features of any network: the shape of LPIPS without its
/// learned weights.
///
/// Features at each place are scaled to length 1 over their channels; their squared distance there,
/// 2 - 2 cos and so 0...4, is averaged over places and then over the maps. Zhang et al. 2018, eq. 1
/// with weights of one. Differentiable, so it can be a loss as well.
///
/// ```swift
/// let identity = FeatureDistance(name: "recogniser B") { try recogniser.stages(of: $0) }
/// let distances = try identity(generated, reference)
/// ```
public struct FeatureDistance {
    /// Gives one or more maps `[B, C, ...]` of pictures `[B, 3, H, W]`.
    public typealias Features = (Tensor) throws -> [Tensor]

    /// The network and layers, for tables.
    public let name: String
    private let features: Features

    /// A distance in some network's features.
    ///
    /// - Parameters:
    ///   - name: the network and layers, for tables.
    ///   - features: gives maps whose second dimension is channels: `[B, C]`, `[B, C, N]` or
    ///     `[B, C, H, W]`; sizes may differ between maps.
    public init(name: String, features: @escaping Features) {
        self.name = name
        self.features = features
    }

    /// The distance of each pair of pictures.
    ///
    /// - Parameters:
    ///   - a: pictures `[B, 3, H, W]`, in the range that the network takes.
    ///   - b: pictures of the same shape.
    /// - Returns: `[B]`, 0...4.
    /// - Throws: ``EvaluationError`` if the network gives no maps, or different ones for both;
    ///   `TorchError`.
    public func callAsFunction(_ a: Tensor, _ b: Tensor) throws -> Tensor {
        let distances = try featureDistances(features(a), features(b)) { squares, _ in
            try squares.sum([1])
        }
        return try Tensor.stack(distances).mean([0])
    }
}

/// For each pair of maps the distance `[B]`: differences of unit vectors, squared, their channels
/// put together by `combine` (`[B, C, ...]` to `[B, ...]`), and averaged over places.
func featureDistances(
    _ first: [Tensor], _ second: [Tensor], combine: (Tensor, Int) throws -> Tensor
) throws -> [Tensor] {
    guard !first.isEmpty else {
        throw EvaluationError.tooFew("feature maps", needed: 1, found: 0)
    }
    guard first.count == second.count else {
        throw EvaluationError.lengths(
            "feature maps", expected: first.count, found: second.count)
    }
    return try zip(first, second).enumerated().map { index, maps in
        let (a, b) = maps
        try expect(a.rank >= 2, a, "feature map \(index)", "[B, C, ...]")
        try expect(b.shape == a.shape, b, "feature map \(index)", "\(a.shape)")
        let squares = try (unitChannels(a) - unitChannels(b)).square()
        return try combine(squares, index).reshaped([a.shape[0], -1]).mean([1])
    }
}

/// `[B, C, ...]` with vectors of length 1 along channels.
private func unitChannels(_ x: Tensor) throws -> Tensor {
    // The gradient of this norm is 0 where a vector is 0, unlike that of a root of a sum.
    try x / (x.norm([1], keepDims: true) + 1e-10)
}
