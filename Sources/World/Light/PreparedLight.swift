/// A light rig as the shading loop wants it: exposure folded in, and no arrays to index safely.
final class PreparedLight {
    /// One lamp, exposed.
    struct Lamp {
        var centre: SIMD3<Float>
        /// Unit vectors along its width and height.
        var across: SIMD3<Float>
        var up: SIMD3<Float>
        /// Half its width and height in metres.
        var half: SIMD2<Float>
        var shape: AreaLight.Shape
        /// Radiance of a white card at the origin that faces it.
        var card: SIMD3<Float>
        /// Square of its distance from the origin.
        var square: Float
        /// Area in square metres.
        var area: Float
        /// Larger half side in metres.
        var reach: Float
    }

    let lamps: UnsafeMutablePointer<Lamp>
    let lampCount: Int
    /// Nine coefficients, see ``SphericalHarmonics/polynomial``.
    let polynomial: UnsafeMutablePointer<SIMD3<Float>>
    /// Three maps of 32 x 16 texels, from sharp to rough, exposed.
    let mirrors: UnsafeMutablePointer<SIMD3<Float>>
    /// What radiances are multiplied by, channel by channel.
    let exposure: SIMD3<Float>

    init(_ rig: LightRig) throws {
        try rig.check()
        let map = EnvironmentMap(rig.environment)
        let harmonics = map.harmonics
        exposure = PreparedLight.exposure(rig, harmonics)
        lampCount = rig.lamps.count
        lamps = .allocate(capacity: LightRig.mostLamps)
        for (i, lamp) in rig.lamps.enumerated() {
            (lamps + i).initialize(to: PreparedLight.prepared(lamp, exposure))
        }
        polynomial = .allocate(capacity: 9)
        for (i, value) in harmonics.polynomial.enumerated() {
            (polynomial + i).initialize(to: value * exposure)
        }
        let size = EnvironmentMap.width * EnvironmentMap.height
        mirrors = .allocate(capacity: 3 * size)
        let levels = [map, map.blurred(.glossy), map.blurred(.rough)]
        for (i, level) in levels.enumerated() {
            for (j, texel) in level.texels.enumerated() {
                (mirrors + i * size + j).initialize(to: texel * exposure)
            }
        }
    }

    deinit {
        lamps.deallocate()
        polynomial.deallocate()
        mirrors.deallocate()
    }

    private static func prepared(_ lamp: AreaLight, _ exposure: SIMD3<Float>) -> Lamp {
        let (a, b) = upright(Vector.unit(lamp.position))
        let half = lamp.size / 2
        let round = lamp.shape != .rectangle
        let area =
            switch lamp.shape {
            case .rectangle: lamp.size.x * lamp.size.y
            case .disc: Float.pi * half.x * half.x
            // Open within 70 % of the radius.
            case .ring: Float.pi * half.x * half.x * 0.51
            }
        return Lamp(
            centre: lamp.position, across: a, up: b, half: round ? [half.x, half.x] : half,
            shape: lamp.shape, card: lamp.colour * exposure * lamp.intensity,
            square: Vector.dot(lamp.position, lamp.position), area: area,
            reach: round ? half.x : max(half.x, half.y))
    }

    /// A level and an upright unit vector across a direction; soft boxes hang straight.
    private static func upright(_ towards: SIMD3<Float>) -> (SIMD3<Float>, SIMD3<Float>) {
        let level = Vector.cross([0, 1, 0], towards)
        guard Vector.length(level) > 1e-3 else { return ([1, 0, 0], [0, 0, 1]) }
        let across = Vector.unit(level)
        return (across, Vector.cross(towards, across))
    }

    /// Brings the light on a face that looks to the front to a fixed level: the mean over seven
    /// directions of such a face, drawn half-way to the brightest of them, becomes 0.85. Cameras make
    /// coloured light whiter, but not white: the mean's tint is taken back by four tenths.
    private static func exposure(
        _ rig: LightRig, _ harmonics: SphericalHarmonics
    ) -> SIMD3<Float> {
        let normals: [SIMD3<Float>] = [
            [0, 0, 1], [0.6, 0, 0.8], [-0.6, 0, 0.8], [0, 0.5, 0.87], [0, -0.5, 0.87],
            [0.45, 0.35, 0.82], [-0.45, 0.35, 0.82],
        ]
        var brightest: Float = 0
        var sum: Float = 0
        var colour = SIMD3<Float>()
        for normal in normals {
            var light = harmonics.irradiance(Vector.unit(normal)) / .pi
            for lamp in rig.lamps {
                let cosine = Vector.dot(Vector.unit(normal), Vector.unit(lamp.position))
                light += lamp.colour * (lamp.intensity * max(cosine, 0))
            }
            // Rec. 709 weights, drawn half-way to the mean so that coloured light is not burnt out.
            let luminance = Vector.dot(light, [0.28, 0.5, 0.22])
            brightest = max(brightest, luminance)
            sum += luminance
            colour += light
        }
        let mean = sum / Float(normals.count)
        let key = rig.isExtreme ? max(brightest, 0.25) : (mean + brightest) / 2
        let level = (key > 1e-6 ? 0.85 / key : 1) * Scalar.anyPower(2, rig.stops)
        let grey = Vector.dot(colour, [0.28, 0.5, 0.22])
        func whiter(_ channel: Float) -> Float {
            channel > 0.02 * grey ? Scalar.anyPower(grey / channel, 0.4) : 1
        }
        return SIMD3(whiter(colour.x), whiter(colour.y), whiter(colour.z)) * level
    }

    /// Diffuse light from the surroundings on a normal: irradiance / π.
    @inline(__always)
    func ambient(_ n: SIMD3<Float>) -> SIMD3<Float> {
        let q = polynomial
        var sum = q[0] + q[1] * n.y + q[2] * n.z + q[3] * n.x
        sum += q[4] * (n.x * n.y) + q[5] * (n.y * n.z) + q[6] * (n.z * n.z)
        sum += q[7] * (n.x * n.z) + q[8] * (n.x * n.x - n.y * n.y)
        return pointwiseMax(sum, .zero)
    }
}
