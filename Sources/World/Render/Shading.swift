/// Light that leaves a point towards the viewer.
struct Lit {
    /// Diffuse light for a white surface; to be multiplied by the albedo.
    var received = SIMD3<Float>()
    /// Highlights, added as they are.
    var mirrored = SIMD3<Float>()
}

/// How materials answer light. Everything is in linear RGB and exposed.
extension PreparedLight {
    /// A lamp as a point sees it.
    struct Beam {
        /// Unit direction to the lamp's middle.
        var direction: SIMD3<Float>
        /// Radiance of a white card at the point that faces the lamp.
        var card: SIMD3<Float>
        /// Radiance of the lamp itself.
        var radiance: SIMD3<Float>
        /// Half its size over its distance.
        var size: Float
        var distance: Float
    }

    @inline(__always)
    func beam(_ lamp: Lamp, at position: SIMD3<Float>) -> Beam {
        let offset = lamp.centre - position
        let square = Vector.dot(offset, offset)
        let distance = square.squareRoot()
        return Beam(
            direction: offset * (1 / distance),
            card: lamp.card * min(lamp.square / square, 4),
            // E = L A / d² at the origin, and a card's radiance is E / π.
            radiance: lamp.card * (.pi * lamp.square / lamp.area), size: lamp.reach / distance,
            distance: distance)
    }

    /// Shades one point.
    ///
    /// - Parameters:
    ///   - fragment: the point.
    ///   - lamps: how much of each lamp it sees, 0...1.
    ///   - ambient: how much of the surroundings it sees, 0...1.
    /// - Returns: what it sends to the viewer.
    @inline(__always)
    func shade(_ fragment: Fragment, lamps: SIMD4<Float>, ambient: Float) -> Lit {
        switch fragment.model {
        case .skin: skin(fragment, lamps, ambient)
        case .hair: hair(fragment, lamps, ambient)
        case .cloth: cloth(fragment, lamps, ambient)
        case .glossy, .glass: glossy(fragment, lamps, ambient)
        }
    }

    /// Occlusion with the light that bright creases throw back at themselves, channel by channel
    /// (Jimenez et al. 2016, "Practical real-time strategies for accurate indirect occlusion").
    @inline(__always)
    private func bounced(_ ambient: Float, _ albedo: SIMD3<Float>) -> SIMD3<Float> {
        let a = albedo * 2.0404 - 0.3324
        let b = albedo * -4.7951 + 0.6417
        let c = albedo * 2.7552 + 0.6903
        return pointwiseMax(
            SIMD3(repeating: ambient), ((a * ambient + b) * ambient + c) * ambient)
    }

    /// Schlick's Fresnel term.
    @inline(__always)
    private func fresnel(_ base: Float, _ cosine: Float) -> Float {
        base + (1 - base) * Scalar.fifth(1 - Scalar.saturate(cosine))
    }

    /// The surroundings in a surface's mirror; rough surfaces brighten less at grazing angles.
    @inline(__always)
    private func surroundings(
        _ fragment: Fragment, _ normal: SIMD3<Float>, base: Float, roughness: Float,
        ambient: Float
    ) -> SIMD3<Float> {
        let cosine = Scalar.saturate(Vector.dot(normal, fragment.view))
        let edge = max(1 - roughness, base) - base
        let strength = base + edge * Scalar.fifth(1 - cosine)
        let direction = Vector.reflect(-fragment.view, normal)
        return mirrored(direction, roughness: roughness) * (strength * ambient * ambient)
    }

    // MARK: - Skin

    /// Diffuse light that wraps around the terminator, red farthest, as light wanders under skin;
    /// bumps are blurred likewise, most in red. Two lobes of highlight.
    private func skin(_ f: Fragment, _ lamps: SIMD4<Float>, _ ambient: Float) -> Lit {
        var lit = Lit()
        let blurred = SIMD3<Float>(0.4, 0.75, 0.95)
        let soft = Vector.unit(Scalar.mix(f.smooth, f.normal, 0.7))
        lit.received = self.ambient(soft) * bounced(ambient, f.albedo)
        let base = 0.056 * f.specular
        let facing = Vector.dot(soft, f.view)
        let out = Vector.reflect(-f.view, f.normal)
        for i in 0..<lampCount {
            let seen = lamps[i]
            guard seen > 0 else { continue }
            let beam = beam(self.lamps[i], at: f.position)
            let smooth = Vector.dot(f.smooth, beam.direction)
            let bumped = Vector.dot(f.normal, beam.direction)
            let wrap = SIMD3<Float>(0.30, 0.14, 0.09) + 0.3 * min(beam.size, 0.6)
            let cosine = SIMD3(repeating: smooth) + blurred * (bumped - smooth)
            var wrapped = pointwiseMax((cosine + wrap) / (1 + wrap), .zero)
            wrapped = wrapped * wrapped * 1.12 / (wrapped + 0.12)
            // The rim of a shadow glows red for the same reason.
            let rim = seen.squareRoot()
            let shadow = SIMD3(Scalar.mix(seen, rim, 0.6), Scalar.mix(seen, rim, 0.12), seen)
            lit.received += beam.card * wrapped * shadow
            let near = Scalar.smooth(0, 0.25, bumped) * seen
            guard near > 0 else { continue }
            let wide = glint(
                self.lamps[i], out, towards: beam.direction, distance: beam.distance,
                spread: f.roughness * 0.95)
            let narrow = glint(
                self.lamps[i], out, towards: beam.direction, distance: beam.distance,
                spread: f.roughness * 0.45)
            let half = Vector.unit(beam.direction + f.view)
            let strength = fresnel(base, Vector.dot(half, f.view)) * near
            lit.mirrored += beam.radiance * (strength * (0.7 * wide + 0.3 * narrow))
        }
        lit.mirrored +=
            surroundings(f, soft, base: base, roughness: f.roughness, ambient: ambient)
            * (2 * f.specular * Scalar.smooth(0, 0.3, facing))
        return lit
    }

    // MARK: - Eyes, teeth, metal, glass

    private func glossy(_ f: Fragment, _ lamps: SIMD4<Float>, _ ambient: Float) -> Lit {
        var lit = Lit()
        lit.received = self.ambient(f.normal) * bounced(ambient, f.albedo)
        let base = 0.08 * f.specular
        let out = Vector.reflect(-f.view, f.normal)
        for i in 0..<lampCount {
            let seen = lamps[i]
            guard seen > 0 else { continue }
            let beam = beam(self.lamps[i], at: f.position)
            let wrap = 0.08 + 0.25 * min(beam.size, 0.6)
            let cosine = Vector.dot(f.normal, beam.direction)
            lit.received += beam.card * (max(cosine + wrap, 0) / (1 + wrap) * seen)
            let near = Scalar.smooth(0, 0.1, cosine) * seen
            guard near > 0 else { continue }
            let seenInMirror = glint(
                self.lamps[i], out, towards: beam.direction, distance: beam.distance,
                spread: max(f.roughness * f.roughness * 1.5, 0.012))
            let half = Vector.unit(beam.direction + f.view)
            let strength = fresnel(base, Vector.dot(half, f.view))
            lit.mirrored += beam.radiance * (strength * near * seenInMirror)
        }
        lit.mirrored += surroundings(
            f, f.normal, base: base, roughness: f.roughness, ambient: ambient)
        return lit
    }

    // MARK: - Cloth

    private func cloth(_ f: Fragment, _ lamps: SIMD4<Float>, _ ambient: Float) -> Lit {
        var lit = Lit()
        lit.received = self.ambient(f.normal) * bounced(ambient, f.albedo)
        // Fibres that stand up catch light at grazing angles.
        let fuzz = Scalar.fifth(1 - Scalar.saturate(Vector.dot(f.normal, f.view))) * f.specular
        for i in 0..<lampCount where lamps[i] > 0 {
            let beam = beam(self.lamps[i], at: f.position)
            let wrap = 0.12 + 0.3 * min(beam.size, 0.6)
            let cosine = Vector.dot(f.normal, beam.direction)
            let diffuse = max(cosine + wrap, 0) / (1 + wrap)
            lit.received += beam.card * (diffuse * lamps[i])
            lit.mirrored += beam.card * (diffuse * lamps[i] * fuzz * 0.3)
        }
        return lit
    }
}
