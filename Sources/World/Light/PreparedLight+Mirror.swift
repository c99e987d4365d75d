/// What surfaces mirror: surroundings and lamps seen through a lobe.
extension PreparedLight {
    /// The surroundings in a direction.
    ///
    /// - Parameters:
    ///   - d: unit direction.
    ///   - roughness: 0 sharp ... 1 very rough.
    /// - Returns: radiance.
    @inline(__always)
    func mirrored(_ d: SIMD3<Float>, roughness: Float) -> SIMD3<Float> {
        let level = 2 * Scalar.saturate(roughness * 2)
        let first = min(Int32(level), 1)
        let blend = level - Float(first)
        let x = PreparedLight.turn(-d.x, -d.z) * Float(EnvironmentMap.width) - 0.5
        let y = PreparedLight.tilt(d.y) * Float(EnvironmentMap.height) - 0.5
        let left = x.rounded(.down)
        let top = y.rounded(.down)
        let fx = x - left
        let fy = y - top
        let mask = Int32(EnvironmentMap.width - 1)
        let x0 = Int(Int32(left) & mask)
        let x1 = Int((Int32(left) + 1) & mask)
        let last = Int32(EnvironmentMap.height - 1)
        let y0 = Int(min(max(Int32(top), 0), last)) * EnvironmentMap.width
        let y1 = Int(min(max(Int32(top) + 1, 0), last)) * EnvironmentMap.width
        let size = EnvironmentMap.width * EnvironmentMap.height
        let near = mirrors + Int(first) * size
        let far = near + size
        let a = Scalar.mix(near[y0 + x0], near[y0 + x1], fx)
        let b = Scalar.mix(near[y1 + x0], near[y1 + x1], fx)
        let c = Scalar.mix(far[y0 + x0], far[y0 + x1], fx)
        let e = Scalar.mix(far[y1 + x0], far[y1 + x1], fx)
        return Scalar.mix(Scalar.mix(a, b, fy), Scalar.mix(c, e, fy), blend)
    }

    /// The angle of a vector with sine s and cosine c as a fraction of the circle, 0 ..< 1; off by at
    /// most 0.0003, far less than a texel.
    @inline(__always)
    private static func turn(_ s: Float, _ c: Float) -> Float {
        let (a, b) = (abs(c), abs(s))
        let large = max(a, b)
        guard large > 0 else { return 0 }
        let t = min(a, b) / large
        // atan(t) / 2π on 0...1.
        var angle = t * (0.125 + (1 - t) * (0.038_94 + 0.010_55 * t))
        if b > a { angle = 0.25 - angle }
        if c < 0 { angle = 0.5 - angle }
        return s < 0 ? 1 - angle : angle
    }

    /// arccos(y) / π, off by at most 0.0001 (Abramowitz and Stegun 4.4.45).
    @inline(__always)
    private static func tilt(_ y: Float) -> Float {
        let x = min(abs(y), 1)
        let polynomial = ((-0.018_729_3 * x + 0.074_261_0) * x - 0.212_114_4) * x + 1.570_728_8
        let angle = polynomial * (1 - x).squareRoot() * (1 / Float.pi)
        return y < 0 ? 1 - angle : angle
    }

    /// How brightly a lamp is seen in a mirror of some roughness, for radiance 1: its outline blurred
    /// by a lobe, so that the eye shows a crisp window and skin a soft sheen with the same energy.
    ///
    /// - Parameters:
    ///   - lamp: the lamp.
    ///   - d: unit direction that the surface mirrors the viewer to.
    ///   - towards: from the surface to the lamp's centre, unit.
    ///   - distance: to the lamp's centre, metres.
    ///   - spread: standard deviation of the lobe, radians.
    /// - Returns: 0...1, or the overlap of a lamp smaller than the lobe.
    @inline(__always)
    func glint(
        _ lamp: Lamp, _ d: SIMD3<Float>, towards: SIMD3<Float>, distance: Float, spread: Float
    ) -> Float {
        let facing = Vector.dot(d, towards)
        guard facing > 0.1 else { return 0 }
        // Metres from the lamp's centre, on a plane across the line of sight.
        let offset = d * (distance / facing) - towards * distance
        let x = Vector.dot(offset, lamp.across)
        let y = Vector.dot(offset, lamp.up)
        let blur = spread * distance * 2.6
        if lamp.shape == .rectangle {
            return PreparedLight.overlap(x, lamp.half.x, blur)
                * PreparedLight.overlap(y, lamp.half.y, blur)
        }
        let radius = (x * x + y * y).squareRoot()
        let disc = PreparedLight.disc(radius, lamp.half.x, blur)
        return lamp.shape == .ring
            ? max(disc - PreparedLight.disc(radius, lamp.half.x * 0.7, blur), 0) : disc
    }

    /// A box of half width `half` blurred by a kernel of half width `blur`, at offset `x`.
    @inline(__always)
    private static func overlap(_ x: Float, _ half: Float, _ blur: Float) -> Float {
        step((x + half) / blur) - step((x - half) / blur)
    }

    /// A disc blurred likewise; as large as the kernel and larger exactly at the rim, and with the
    /// right energy where it is much smaller.
    @inline(__always)
    private static func disc(_ radius: Float, _ size: Float, _ blur: Float) -> Float {
        guard blur > size else { return step((size - radius) / blur) }
        let t = Scalar.saturate(1 - radius * radius / ((blur + size) * (blur + size)))
        return t * t * t * 4 * (size * size) / ((blur + size) * (blur + size))
    }

    /// The integral of a smooth bump over -1...x.
    @inline(__always)
    private static func step(_ x: Float) -> Float {
        let t = Scalar.saturate(0.5 * x + 0.5)
        return t * t * t * (t * (6 * t - 15) + 10)
    }
}
