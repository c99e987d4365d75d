/// A map of the plane that keeps lines straight and parallel: x' = ax + by + tx, y' = cx + dy + ty.
///
/// The six numbers are the rows of the 2 x 3 matrix that OpenCV's `warpAffine` takes.
public struct AffineTransform2D: Equatable, Hashable, Sendable {
    /// First row of the matrix.
    public var a, b, tx: Double
    /// Second row of the matrix.
    public var c, d, ty: Double

    /// The map that changes nothing.
    public static let identity = AffineTransform2D(a: 1, b: 0, tx: 0, c: 0, d: 1, ty: 0)

    /// A map from its matrix `[[a, b, tx], [c, d, ty]]`.
    ///
    /// - Parameters:
    ///   - a: x' from x.
    ///   - b: x' from y.
    ///   - tx: x' from nothing, in pixels.
    ///   - c: y' from x.
    ///   - d: y' from y.
    ///   - ty: y' from nothing, in pixels.
    public init(a: Double, b: Double, tx: Double, c: Double, d: Double, ty: Double) {
        (self.a, self.b, self.tx) = (a, b, tx)
        (self.c, self.d, self.ty) = (c, d, ty)
    }

    /// A shift.
    ///
    /// - Parameters:
    ///   - x: pixels to the right.
    ///   - y: pixels down.
    /// - Returns: the shift as a map.
    public static func translation(_ x: Double, _ y: Double) -> AffineTransform2D {
        AffineTransform2D(a: 1, b: 0, tx: x, c: 0, d: 1, ty: y)
    }

    /// The map that scales a whole picture to another size, edges to edges.
    ///
    /// - Parameters:
    ///   - x: columns after, over columns before.
    ///   - y: rows after, over rows before.
    /// - Returns: the map between pixel centres: x' = (x + ½)·scale - ½.
    public static func resizing(_ x: Double, _ y: Double) -> AffineTransform2D {
        AffineTransform2D(a: x, b: 0, tx: (x - 1) / 2, c: 0, d: y, ty: (y - 1) / 2)
    }

    /// The factor by which areas grow; negative when the map mirrors.
    public var determinant: Double { a * d - b * c }

    /// Where a point goes.
    ///
    /// - Parameter point: in source pixels.
    /// - Returns: in target pixels.
    public func callAsFunction(_ point: Point) -> Point {
        Point(a * point.x + b * point.y + tx, c * point.x + d * point.y + ty)
    }

    /// The map back.
    ///
    /// - Returns: the map from target to source.
    /// - Throws: ``ImageError/notInvertible(determinant:)`` when the plane is flattened.
    public func inverted() throws -> AffineTransform2D {
        let determinant = determinant
        guard determinant.isFinite, abs(determinant) > 1e-12 else {
            throw ImageError.notInvertible(determinant: determinant)
        }
        let (ia, ib) = (d / determinant, -b / determinant)
        let (ic, id) = (-c / determinant, a / determinant)
        return AffineTransform2D(
            a: ia, b: ib, tx: -(ia * tx + ib * ty), c: ic, d: id, ty: -(ic * tx + id * ty))
    }

    /// This map, then another.
    ///
    /// - Parameter next: applied to this one's result.
    /// - Returns: both in one.
    public func then(_ next: AffineTransform2D) -> AffineTransform2D {
        let origin = next(Point(tx, ty))
        return AffineTransform2D(
            a: next.a * a + next.b * c, b: next.a * b + next.b * d, tx: origin.x,
            c: next.c * a + next.d * c, d: next.c * b + next.d * d, ty: origin.y)
    }
}
