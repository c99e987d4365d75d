import Foundation

/// A map that turns, scales and shifts: shapes stay similar. Four numbers, so two points fix it.
///
/// x' = scale·(x cos - y sin) + tx, y' = scale·(x sin + y cos) + ty, with y down, so that a positive
/// angle turns clockwise on the screen.
public struct SimilarityTransform: Equatable, Hashable, Sendable {
    /// Growth of lengths, above 0.
    public var scale: Double
    /// Turn from x towards y.
    public var angleRadians: Double
    /// Shift to the right, in target pixels.
    public var tx: Double
    /// Shift down, in target pixels.
    public var ty: Double

    /// A map from its parts.
    ///
    /// - Parameters:
    ///   - scale: growth of lengths, above 0.
    ///   - angleRadians: turn from x towards y.
    ///   - tx: shift to the right, in target pixels.
    ///   - ty: shift down, in target pixels.
    public init(scale: Double, angleRadians: Double, tx: Double, ty: Double) {
        self.scale = scale
        self.angleRadians = angleRadians
        self.tx = tx
        self.ty = ty
    }

    /// The map that brings one set of points nearest to another, in least squares.
    ///
    /// Umeyama 1991, eqs. 40-42, without reflection. In the plane the rotation that the paper takes
    /// from a singular value decomposition is an angle: with centred points p and q, its tangent is
    /// Σ(p × q) / Σ(p · q), and the scale is the length of that pair over Σ|p|². Equals scikit-image's
    /// `SimilarityTransform`.
    ///
    /// - Parameters:
    ///   - source: points, in source pixels; at least two, not all equal.
    ///   - target: where each should go, in target pixels.
    /// - Throws: ``ImageError/degeneratePoints(count:detail:)`` when no map or no single best map
    ///   follows.
    public init(mapping source: [Point], to target: [Point]) throws {
        func fail(_ detail: String) -> ImageError {
            .degeneratePoints(count: source.count, detail: detail)
        }
        guard source.count == target.count else {
            throw fail("there are \(target.count) targets")
        }
        guard source.count >= 2 else { throw fail("two are needed") }
        guard (source + target).allSatisfy({ $0.x.isFinite && $0.y.isFinite }) else {
            throw fail("a coordinate is not finite")
        }
        func centred(_ points: [Point]) -> (mean: Point, offsets: [Point], spread: Double) {
            let n = Double(points.count)
            let mean = Point(
                points.reduce(0) { $0 + $1.x } / n, points.reduce(0) { $0 + $1.y } / n)
            let offsets = points.map { Point($0.x - mean.x, $0.y - mean.y) }
            return (mean, offsets, offsets.reduce(0) { $0 + $1.x * $1.x + $1.y * $1.y })
        }
        let p = centred(source)
        let q = centred(target)
        // Coordinates carry about 16 digits, so offsets this small are rounding.
        func isPoint(_ set: (mean: Point, offsets: [Point], spread: Double)) -> Bool {
            let size = abs(set.mean.x) + abs(set.mean.y)
            return !(set.spread > 1e-24 * max(size * size, 1e-24))
        }
        guard !isPoint(p) else { throw fail("all source points are the same") }
        guard !isPoint(q) else { throw fail("all target points are the same") }
        var dot = 0.0
        var cross = 0.0
        for (u, v) in zip(p.offsets, q.offsets) {
            dot += u.x * v.x + u.y * v.y
            cross += u.x * v.y - u.y * v.x
        }
        let length = (dot * dot + cross * cross).squareRoot()
        guard length > 1e-12 * (p.spread * q.spread).squareRoot() else {
            throw fail("every rotation fits them equally badly")
        }
        scale = length / p.spread
        angleRadians = atan2(cross, dot)
        let (cosine, sine) = (dot / p.spread, cross / p.spread)
        tx = q.mean.x - (cosine * p.mean.x - sine * p.mean.y)
        ty = q.mean.y - (sine * p.mean.x + cosine * p.mean.y)
    }

    /// The same map as a matrix.
    public var affine: AffineTransform2D {
        let (cosine, sine) = (scale * cos(angleRadians), scale * sin(angleRadians))
        return AffineTransform2D(a: cosine, b: -sine, tx: tx, c: sine, d: cosine, ty: ty)
    }

    /// Where a point goes.
    ///
    /// - Parameter point: in source pixels.
    /// - Returns: in target pixels.
    public func callAsFunction(_ point: Point) -> Point { affine(point) }

    /// The map back.
    ///
    /// - Returns: the map from target to source.
    /// - Throws: ``ImageError/notInvertible(determinant:)`` for a scale of 0.
    public func inverted() throws -> SimilarityTransform {
        let back = try affine.inverted()
        return SimilarityTransform(
            scale: 1 / scale, angleRadians: -angleRadians, tx: back.tx, ty: back.ty)
    }

    /// This map, then another.
    ///
    /// - Parameter next: applied to this one's result.
    /// - Returns: both in one.
    public func then(_ next: SimilarityTransform) -> SimilarityTransform {
        let origin = next(Point(tx, ty))
        return SimilarityTransform(
            scale: scale * next.scale, angleRadians: angleRadians + next.angleRadians,
            tx: origin.x, ty: origin.y)
    }
}
