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

    /// The map seen through a lobe: what a rough surface mirrors.
    func blurred(_ lobe: Lobe) -> EnvironmentMap {
        var result = self
        var weights = lobe.weights[...]
        for (i, stretch) in lobe.stretches.enumerated() {
            var sum = SIMD3<Float>()
            for entry in weights.prefix(stretch.count) {
                sum += texels[Int(entry.texel)] * entry.weight
            }
            weights = weights.dropFirst(stretch.count)
            result.texels[i] = sum / stretch.total
        }
        return result
    }

    /// A lobe cos^`exponent` around every texel's direction, worked out once a process.
    struct Lobe: Sendable {
        /// For each texel, how many weights are its own and what they add up to.
        fileprivate let stretches: [(count: Int, total: Float)]
        fileprivate let weights: [(texel: Int32, weight: Float)]

        /// What glossy surfaces mirror, and what rough ones do.
        static let glossy = Lobe(exponent: 60)
        static let rough = Lobe(exponent: 8)

        /// - Parameter exponent: 1 ... 200; higher is sharper.
        init(exponent: Float) {
            let width = EnvironmentMap.width
            let directions = (0..<width * EnvironmentMap.height).map {
                EnvironmentMap.direction($0 % width, $0 / width)
            }
            let areas = (0..<EnvironmentMap.height).map(EnvironmentMap.solidAngle)
            // Beyond this the lobe is below a five-hundredth of its height.
            let edge = Scalar.anyPower(0.002, 1 / exponent)
            var stretches: [(count: Int, total: Float)] = []
            var weights: [(texel: Int32, weight: Float)] = []
            for out in directions {
                let first = weights.count
                var total: Float = 0
                for i in directions.indices {
                    let cosine = Vector.dot(out, directions[i])
                    guard cosine > edge else { continue }
                    let weight = Scalar.power(cosine, exponent) * areas[i / width]
                    weights.append((Int32(i), weight))
                    total += weight
                }
                stretches.append((weights.count - first, total))
            }
            self.stretches = stretches
            self.weights = weights
        }
    }
}
