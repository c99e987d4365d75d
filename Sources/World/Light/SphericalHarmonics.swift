/// Light from all around, kept as the nine real spherical harmonics up to order 2, in linear RGB.
///
/// Ramamoorthi and Hanrahan 2001, "An efficient representation for irradiance environment maps":
/// the irradiance of a diffuse surface is the radiance convolved with a clamped cosine, and nine
/// numbers hold it to about 1 % for natural light. World axes; order (l, m): (0,0), (1,-1), (1,0),
/// (1,1), (2,-2), (2,-1), (2,0), (2,1), (2,2).
public struct SphericalHarmonics: Equatable, Sendable {
    /// Nine coefficients of the radiance.
    public var radiance: [SIMD3<Float>]

    /// No light.
    public init() { radiance = [SIMD3<Float>](repeating: .zero, count: 9) }

    /// The basis functions Y_lm at a unit direction.
    ///
    /// - Parameter n: unit direction.
    /// - Returns: nine values.
    public static func basis(_ n: SIMD3<Float>) -> [Float] {
        [
            0.282_095, 0.488_603 * n.y, 0.488_603 * n.z, 0.488_603 * n.x,
            1.092_548 * n.x * n.y, 1.092_548 * n.y * n.z, 0.315_392 * (3 * n.z * n.z - 1),
            1.092_548 * n.x * n.z, 0.546_274 * (n.x * n.x - n.y * n.y),
        ]
    }

    /// The weights A_l by which convolution with a clamped cosine changes the coefficients: π, 2π/3
    /// and π/4.
    public static let cosineWeights: [Float] = [
        .pi, 2 * .pi / 3, 2 * .pi / 3, 2 * .pi / 3, .pi / 4, .pi / 4, .pi / 4, .pi / 4, .pi / 4,
    ]

    /// Adds light of radiance `colour` from `solidAngle` steradians around `direction`.
    public mutating func add(
        _ colour: SIMD3<Float>, from direction: SIMD3<Float>, solidAngle: Float
    ) {
        let y = SphericalHarmonics.basis(direction)
        for i in 0..<9 { radiance[i] += colour * (y[i] * solidAngle) }
    }

    /// Irradiance of a surface.
    ///
    /// - Parameter normal: the unit direction that it faces.
    /// - Returns: linear RGB, never below 0; π for radiance 1 from everywhere.
    public func irradiance(_ normal: SIMD3<Float>) -> SIMD3<Float> {
        let y = SphericalHarmonics.basis(normal)
        var sum = SIMD3<Float>()
        for i in 0..<9 { sum += radiance[i] * (SphericalHarmonics.cosineWeights[i] * y[i]) }
        return pointwiseMax(sum, .zero)
    }

    /// Nine numbers q such that irradiance / π is a plain quadratic polynomial of the normal:
    /// q0 + q1 y + q2 z + q3 x + q4 xy + q5 yz + q6 z² + q7 xz + q8 (x² - y²).
    var polynomial: [SIMD3<Float>] {
        let norm: [Float] = [
            0.282_095, 0.488_603, 0.488_603, 0.488_603, 1.092_548, 1.092_548, 0.946_176, 1.092_548,
            0.546_274,
        ]
        var q = (0..<9).map { i in
            radiance[i] * (SphericalHarmonics.cosineWeights[i] * norm[i] / .pi)
        }
        // The constant part of (3 z² - 1).
        q[0] -= q[6] * (1 / 3)
        return q
    }
}
