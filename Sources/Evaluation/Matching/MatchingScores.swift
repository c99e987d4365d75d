import Torch

/// How far matched points lie from where they should: errors of landmarks, keypoints or a flow.
///
/// PCK@alpha is the share of points within alpha times a size (Yang and Ramanan 2013), such as the
/// longer side of the face's box or of the picture. Say which size a figure is for.
public struct MatchingScores: Hashable, Sendable {
    /// For each picture the distances of its visible points, pixels.
    public let errors: [[Double]]
    /// The size that each picture's errors are compared with, pixels.
    public let sizes: [Double]

    /// Scores of given distances.
    ///
    /// - Parameters:
    ///   - errors: for each picture the distances of its visible points, pixels.
    ///   - sizes: of each picture or face, pixels, above 0.
    /// - Throws: ``EvaluationError`` for lists of different length, no points at all, or a size that
    ///   is not above 0.
    public init(errors: [[Double]], sizes: [Double]) throws {
        guard errors.count == sizes.count else {
            throw EvaluationError.lengths("sizes", expected: errors.count, found: sizes.count)
        }
        if let bad = sizes.first(where: { !($0 > 0) }) {
            throw EvaluationError.argument("size", expected: "more than 0 pixels", found: "\(bad)")
        }
        guard errors.contains(where: { !$0.isEmpty }) else {
            throw EvaluationError.tooFew("visible points", needed: 1, found: 0)
        }
        self.errors = errors
        self.sizes = sizes
    }

    /// Scores of points.
    ///
    /// - Parameters:
    ///   - points: found places `[B, N, 2]`, pixels.
    ///   - truth: true places, `[B, N, 2]`.
    ///   - visible: which points count, `[B, N]`, 0 or 1 or truth values; nil for all.
    ///   - sizes: of each picture or face, B numbers.
    /// - Throws: ``EvaluationError`` for shapes that do not fit.
    public init(points: Tensor, truth: Tensor, visible: Tensor? = nil, sizes: [Double]) throws {
        try expect(points.rank == 3 && points.shape[2] == 2, points, "points", "[B, N, 2]")
        try expect(truth.shape == points.shape, truth, "true points", "\(points.shape)")
        let distances = try noGrad { try (points.to(.float64) - truth.to(.float64)).norm([2]) }
        try self.init(distances: distances, visible: visible, sizes: sizes)
    }

    /// Scores of a flow: at each pixel where its match lies relative to it.
    ///
    /// - Parameters:
    ///   - flow: found displacements `[B, 2, H, W]`, (x, y) in pixels.
    ///   - truth: true ones, `[B, 2, H, W]`.
    ///   - visible: which pixels have a match, `[B, H, W]`; nil for all.
    ///   - sizes: of each picture or face; the longer side of the pictures if nil.
    /// - Throws: ``EvaluationError`` for shapes that do not fit.
    public init(flow: Tensor, truth: Tensor, visible: Tensor? = nil, sizes: [Double]? = nil) throws
    {
        try expect(flow.rank == 4 && flow.shape[1] == 2, flow, "flow", "[B, 2, H, W]")
        try expect(truth.shape == flow.shape, truth, "true flow", "\(flow.shape)")
        let places = [flow.shape[0], flow.shape[2], flow.shape[3]]
        if let visible { try expect(visible.shape == places, visible, "visible", "\(places)") }
        let longer = Double(max(flow.shape[2], flow.shape[3]))
        let distances = try noGrad {
            try (flow.to(.float64) - truth.to(.float64)).norm([1]).flattened(from: 1)
        }
        try self.init(
            distances: distances, visible: visible?.flattened(from: 1),
            sizes: sizes ?? [Double](repeating: longer, count: flow.shape[0]))
    }

    /// Scores of distances `[B, N]`.
    private init(distances: Tensor, visible: Tensor?, sizes: [Double]) throws {
        if let visible {
            try expect(visible.shape == distances.shape, visible, "visible", "\(distances.shape)")
        }
        let errors = try distances.unbound().enumerated().map { picture, row -> [Double] in
            let values = try row.toArray(Double.self)
            guard let visible else { return values }
            let seen = try visible[picture].to(.float64).toArray(Double.self)
            return zip(values, seen).filter { $0.1 > 0.5 }.map(\.0)
        }
        try self.init(errors: errors, sizes: sizes)
    }

    /// The share of all visible points within `alpha` times the size.
    public func pck(at alpha: Double) -> Double {
        let hits = zip(errors, sizes).reduce(0) { sum, picture in
            sum + picture.0.count { $0 <= alpha * picture.1 }
        }
        return Double(hits) / Double(errors.joined().count)
    }

    /// The mean over pictures of each one's share of points within `alpha` times the size; pictures
    /// without visible points are left out.
    public func pckPerPicture(at alpha: Double) -> Double {
        mean(
            zip(errors, sizes).filter { !$0.0.isEmpty }.map { errors, size in
                Double(errors.count { $0 <= alpha * size }) / Double(errors.count)
            })
    }

    /// The mean distance of all visible points, pixels: the end-point error of a flow.
    public var meanError: Double { mean(Array(errors.joined())) }

    /// The middle distance, pixels.
    public var medianError: Double { quantile(errors.joined().sorted(), 0.5) }
}
