/// Light from every direction as a small picture: 32 x 16 linear RGB radiances.
///
/// Columns run around the vertical axis, column 0 starting behind the head (at -z) and going over
/// the person's right (-x), the front (+z) and their left (+x); rows run from above (+y) to below.
struct EnvironmentMap: Equatable, Sendable {
    static let width = 32
    static let height = 16

    /// `[height * width]` linear RGB, radiance.
    var texels: [SIMD3<Float>]

    init(_ radiance: (SIMD3<Float>) -> SIMD3<Float>) {
        texels = (0..<EnvironmentMap.width * EnvironmentMap.height).map {
            radiance(EnvironmentMap.direction($0 % EnvironmentMap.width, $0 / EnvironmentMap.width))
        }
    }

    /// The unit direction of a texel's centre.
    static func direction(_ x: Int, _ y: Int) -> SIMD3<Float> {
        let around = (Float(x) + 0.5) / Float(width) * 2 * .pi
        let down = (Float(y) + 0.5) / Float(height) * .pi
        let ring = Scalar.sine(down)
        return SIMD3(
            -ring * Scalar.sine(around), Scalar.cosine(down), -ring * Scalar.cosine(around))
    }

    /// The solid angle that a texel of row `y` covers, steradians.
    static func solidAngle(_ y: Int) -> Float {
        let top = Scalar.cosine(Float(y) / Float(height) * .pi)
        let bottom = Scalar.cosine(Float(y + 1) / Float(height) * .pi)
        return (top - bottom) * 2 * .pi / Float(width)
    }

    /// The nine harmonics of the whole map.
    var harmonics: SphericalHarmonics {
        var sum = SphericalHarmonics()
        for y in 0..<EnvironmentMap.height {
            let solidAngle = EnvironmentMap.solidAngle(y)
            for x in 0..<EnvironmentMap.width {
                sum.add(
                    texels[y * EnvironmentMap.width + x], from: EnvironmentMap.direction(x, y),
                    solidAngle: solidAngle)
            }
        }
        return sum
    }

    /// The map seen through a lobe cos^`exponent`: what a rough surface mirrors.
    ///
    /// - Parameter exponent: 1 ... 200; higher is sharper.
    /// - Returns: a map of the same size.
    func blurred(exponent: Float) -> EnvironmentMap {
        let width = EnvironmentMap.width
        let directions = (0..<texels.count).map {
            EnvironmentMap.direction($0 % width, $0 / width)
        }
        let areas = (0..<EnvironmentMap.height).map(EnvironmentMap.solidAngle)
        // Beyond this the lobe is below a five-hundredth of its height.
        let edge = Scalar.anyPower(0.002, 1 / exponent)
        return EnvironmentMap { out in
            var sum = SIMD3<Float>()
            var weights: Float = 0
            for i in 0..<directions.count {
                let cosine = Vector.dot(out, directions[i])
                guard cosine > edge else { continue }
                let weight = Scalar.power(cosine, exponent) * areas[i / width]
                sum += texels[i] * weight
                weights += weight
            }
            return sum / weights
        }
    }
}
