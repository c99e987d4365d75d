import Foundation
import Images

/// The upright square of a picture that shows a head as the world's cameras, and EG3D's, show it.
///
/// From a face's five points, as Deng et al. 2019 ("Deep3DFaceRecon") crop: the weak perspective that
/// brings five points of a mean head nearest to those of the picture says where the head's middle is
/// and how large it is, whichever way the head looks.
public struct HeadCrop: Hashable, Sendable {
    /// The square's middle, pixels.
    public let centre: Point
    /// Pixels.
    public let side: Double

    /// The mean head's eyes, nose and corners of the mouth: right, down and towards the camera from the
    /// square's middle, in its sides. Means of 200 people of the world, looking straight ahead.
    public static let head: [SIMD3<Double>] = [
        SIMD3(-0.1022, -0.0323, 0.1018), SIMD3(0.1022, -0.0323, 0.1018),
        SIMD3(0, 0.0862, 0.2079), SIMD3(-0.0828, 0.1953, 0.1303), SIMD3(0.0828, 0.1953, 0.1303),
    ]

    /// A given square.
    public init(centre: Point, side: Double) { (self.centre, self.side) = (centre, side) }

    /// The square around a face.
    ///
    /// - Parameter points: eyes, nose and corners of the mouth, the picture's left first; pixels.
    /// - Throws: ``FaceError/argument(_:expected:found:)`` for another number of points, or points
    ///   that no head can have.
    public init(points: [Point]) throws {
        let view = try WeakPerspective(points)
        self.init(centre: view.centre, side: view.scale)
    }

    /// The square around a face whose box is all that is known; hairline to chin, as the world's
    /// boxes are. Means of 24,000 portraits of the world.
    public init(box: FaceBox) {
        self.init(
            centre: Point(box.centre.x, box.centre.y - 0.046 * box.height), side: 1.626 * box.height
        )
    }

    /// Where a head looks, degrees right and down of straight ahead, as the picture shows it.
    ///
    /// - Parameter points: as for ``init(points:)``.
    /// - Returns: degrees to the right and down.
    /// - Throws: as ``init(points:)``.
    public static func direction(points: [Point]) throws -> (right: Double, down: Double) {
        let view = try WeakPerspective(points)
        // The face's own axis towards the camera, as the picture shows it.
        return (
            atan2(view.across[2], view.across[0]) * 180 / .pi,
            atan2(view.down[2], view.down[1]) * 180 / .pi
        )
    }

    /// The map from the picture to the square, cut out in a size.
    ///
    /// - Parameter size: pixels a side of what is cut out.
    /// - Returns: the map between pixel centres.
    public func transform(size: Int) -> AffineTransform2D {
        let scale = Double(size) / side
        let middle = Double(size - 1) / 2
        return AffineTransform2D(
            a: scale, b: 0, tx: middle - scale * centre.x, c: 0, d: scale,
            ty: middle - scale * centre.y)
    }

    /// The square, cut out; what lies beyond the picture repeats its edge.
    ///
    /// - Parameters:
    ///   - image: the picture.
    ///   - size: pixels a side of the result; a much larger picture is shrunk first, whole.
    /// - Returns: a square of that size.
    /// - Throws: `ImageError`.
    public func cut(from image: Image, size: Int) throws -> Image {
        let shrink = side / Double(size)
        guard shrink > 1.5 else {
            return try image.warped(
                by: transform(size: size), width: size, height: size, border: .edge)
        }
        // Bilinear interpolation skips pixels where it shrinks.
        let width = max(Int((Double(image.width) / shrink).rounded()), 1)
        let height = max(Int((Double(image.height) / shrink).rounded()), 1)
        let small = try image.resized(width: width, height: height, .pilLanczos)
        let map = AffineTransform2D.resizing(
            Double(width) / Double(image.width), Double(height) / Double(image.height))
        let back = try map.inverted().then(transform(size: size))
        return try small.warped(by: back, width: size, height: size, border: .edge)
    }
}

/// The scaled orthographic view in which the mean head's five points lie nearest to a picture's.
private struct WeakPerspective {
    /// Pixels to the right, and down, of the head's own right, down and forward; then the middle.
    let across, down: [Double]

    init(_ points: [Point]) throws {
        guard points.count == HeadCrop.head.count else {
            throw FaceError.argument(
                "points", expected: "\(HeadCrop.head.count)", found: "\(points.count)")
        }
        let rows = HeadCrop.head.map { [$0.x, $0.y, $0.z, 1] }
        across = leastSquares(rows, points.map(\.x))
        down = leastSquares(rows, points.map(\.y))
        guard scale.isFinite, scale > 1 else {
            throw FaceError.argument(
                "points", expected: "five places of a face",
                found: points.map { "(\($0.x), \($0.y))" }.joined(separator: ", "))
        }
    }

    /// Of the head's square.
    var centre: Point { Point(across[3], down[3]) }

    /// Pixels that the head's square is wide.
    var scale: Double {
        func length(_ v: [Double]) -> Double {
            (v[0] * v[0] + v[1] * v[1] + v[2] * v[2]).squareRoot()
        }
        return (length(across) + length(down)) / 2
    }
}

/// The x for which `rows` x is nearest to `values`: normal equations, by Gauss.
private func leastSquares(_ rows: [[Double]], _ values: [Double]) -> [Double] {
    let n = rows[0].count
    var system = (0..<n).map { i in
        (0..<n).map { j in rows.reduce(0) { $0 + $1[i] * $1[j] } }
            + [zip(rows, values).reduce(0) { $0 + $1.0[i] * $1.1 }]
    }
    for column in 0..<n {
        let pivot = (column..<n).max { abs(system[$0][column]) < abs(system[$1][column]) } ?? column
        system.swapAt(column, pivot)
        for row in 0..<n where row != column {
            let factor = system[row][column] / system[column][column]
            for k in column...n { system[row][k] -= factor * system[column][k] }
        }
    }
    return (0..<n).map { system[$0][n] / system[$0][$0] }
}
