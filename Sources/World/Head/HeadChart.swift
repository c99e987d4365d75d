import Foundation

/// Where a point lies on the skin, whatever the face's shape: an angle about the head's vertical
/// axis and a way down from the crown.
///
/// The chart's surface is a capsule of radius ``HeadChart/radius``: a half sphere over the skull and
/// a cylinder below it, in millimetres. It serves three ends: radial basis functions measure
/// distances on it, its conformal plane is where the mesh is triangulated, and stretched towards the
/// face it is the texture.
package struct ChartPoint: Equatable, Sendable {
    /// -pi ... pi; 0 is the face's middle, positive to the person's left.
    package var angle: Double
    /// Millimetres below the widest ring of the skull; negative on the half sphere.
    package var down: Double

    package init(angle: Double, down: Double) {
        self.angle = angle
        self.down = down
    }
}

package enum HeadChart {
    /// Millimetres.
    static let radius = 80.0
    /// The crown lies a quarter circle above the ring.
    static let crown = -radius * Double.pi / 2
    /// The lower end of the bust.
    static let end = 345.0
    /// Height of the ring at which the half sphere begins, in the sculpture's millimetres.
    static let ring = 30.0

    /// The place of a sculpted point (millimetres, eyes at y = 0) of the head above the jaw line.
    static func place(_ p: SIMD3<Double>) -> ChartPoint {
        let x = p.x / 75
        let z = (p.z + 8) / 97
        let angle = atan2(x, z)
        guard p.y > ring else { return ChartPoint(angle: angle, down: ring - p.y) }
        let y = (p.y - ring) / 88
        return ChartPoint(angle: angle, down: -radius * atan2(y, (x * x + z * z).squareRoot()))
    }

    /// On the capsule, millimetres.
    static func capsule(_ c: ChartPoint) -> SIMD3<Double> {
        guard c.down < 0 else {
            return SIMD3(radius * sin(c.angle), -c.down, radius * cos(c.angle))
        }
        let latitude = -c.down / radius
        return radius
            * SIMD3(cos(latitude) * sin(c.angle), sin(latitude), cos(latitude) * cos(c.angle))
    }

    /// The conformal plane: stereographic above the ring, exponential below; the crown is its origin.
    static func plane(_ c: ChartPoint) -> SIMD2<Double> {
        let distance =
            c.down < 0
            ? tan((Double.pi / 2 + c.down / radius) / 2) : exp(c.down / radius)
        return SIMD2(distance * sin(c.angle), distance * cos(c.angle))
    }

    /// Texture coordinates in 0...1 by 0...``skinRows``: the face gets most of the texels.
    package static func texture(_ c: ChartPoint) -> SIMD2<Float> {
        SIMD2(Float(across.value(c.angle)), Float(along.value(c.down)))
    }

    /// The rest of the texture belongs to the ears and the mouth.
    static let skinRows = 0.88

    /// The place that a texture coordinate shows; the inverse of ``texture(_:)``.
    package static func place(texture: SIMD2<Double>) -> ChartPoint {
        ChartPoint(angle: across.inverse(texture.x), down: along.inverse(texture.y))
    }

    private static let across = PiecewiseLinear([
        (-.pi, 0), (-1.35, 0.13), (1.35, 0.87), (.pi, 1),
    ])
    private static let along = PiecewiseLinear([
        (crown, 0), (-55, 0.09), (150, 0.74), (215, 0.82), (end, skinRows),
    ])
}

/// A monotone polyline and its inverse.
struct PiecewiseLinear: Sendable {
    private let knots: [(x: Double, y: Double)]

    init(_ knots: [(Double, Double)]) {
        self.knots = knots.map { (x: $0.0, y: $0.1) }
    }

    func value(_ x: Double) -> Double {
        Self.look(x, knots.map(\.x), knots.map(\.y))
    }

    func inverse(_ y: Double) -> Double {
        Self.look(y, knots.map(\.y), knots.map(\.x))
    }

    private static func look(_ x: Double, _ xs: [Double], _ ys: [Double]) -> Double {
        var i = 1
        while i < xs.count - 1, x > xs[i] { i += 1 }
        return ys[i - 1] + (x - xs[i - 1]) / (xs[i] - xs[i - 1]) * (ys[i] - ys[i - 1])
    }
}
