/// Strands of hair.
extension PreparedLight {
    /// Diffuse light on a cylinder, and two highlights along it: the nearer one has the lamp's
    /// colour, the farther one, light that went through the strand, the hair's own (Kajiya and Kay
    /// 1989; shifts as in Scheuermann 2004, "Practical real-time hair rendering and shading").
    func hair(_ f: Fragment, _ lamps: SIMD4<Float>, _ ambient: Float) -> Lit {
        var lit = Lit()
        let tangent = f.tangent == .zero ? fallback(f) : f.tangent
        lit.received = self.ambient(f.normal) * (0.3 + 0.7 * ambient) * ambient.squareRoot()
        // Two shifted strands: towards the root and towards the tip.
        let first = Vector.unit(tangent + f.normal * 0.10)
        let second = Vector.unit(tangent - f.normal * 0.16)
        let sharp = 10 / (f.roughness * f.roughness + 0.02)
        let broad = sharp * 0.3
        for i in 0..<lampCount {
            let beam = beam(self.lamps[i], at: f.position)
            // Hair lets some light through; strands in shadow are never quite black.
            let seen = 0.06 + 0.94 * lamps[i]
            let along = Vector.dot(tangent, beam.direction)
            let across = max(1 - along * along, 0).squareRoot()
            let cosine = Vector.dot(f.normal, beam.direction)
            let wrapped = Scalar.saturate((cosine + 0.35) / 1.35)
            let diffuse = wrapped * (0.35 + 0.65 * across)
            lit.received += beam.card * (diffuse * seen)
            let half = Vector.unit(beam.direction + f.view)
            let facing = Scalar.smooth(-0.25, 0.35, cosine) * seen
            let one = lobe(first, half, sharp)
            let two = lobe(second, half, broad)
            lit.mirrored +=
                beam.card * (facing * f.specular)
                * (SIMD3(repeating: 0.16 * one) + f.albedo * (0.9 * two))
            // Light from behind glows through the outer strands.
            let through = Scalar.saturate(-Vector.dot(f.view, beam.direction))
            lit.mirrored += beam.card * f.albedo * (through * through * lamps[i] * 0.6)
        }
        // The surroundings' sheen, from above the strand.
        let sheen = Vector.unit(f.view + f.normal - tangent * Vector.dot(tangent, f.view) * 2)
        lit.mirrored +=
            mirrored(sheen, roughness: 0.5) * (f.specular * ambient * ambient)
            * (SIMD3(repeating: 0.02) + f.albedo * 0.1)
        return lit
    }

    @inline(__always)
    private func lobe(_ tangent: SIMD3<Float>, _ half: SIMD3<Float>, _ exponent: Float) -> Float {
        let along = Vector.dot(tangent, half)
        let across = max(1 - along * along, 0).squareRoot()
        return Scalar.power(across, exponent) * Scalar.smooth(-1, 0, along)
    }

    /// Strands that hang down, for meshes that do not say where theirs run.
    @inline(__always)
    private func fallback(_ f: Fragment) -> SIMD3<Float> {
        let down = SIMD3<Float>(0, -1, 0)
        return Vector.unit(down - f.normal * Vector.dot(down, f.normal) + SIMD3(1e-4, 0, 0))
    }
}
