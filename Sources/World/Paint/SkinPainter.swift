import Foundation

/// Paints the skin of a person: tone, marks, lines, lips, brows, roots of hair, and make-up.
///
/// Everything is laid out on the chart, which is the same for every face, so a mole stays on its
/// cheek whatever the cheek's shape.
struct SkinPainter {
    let person: Person
    let makeUp: Look.MakeUp
    /// How much hair grows on the scalp and in the beard.
    let roots: SkinRoots

    /// Paints all layers.
    ///
    /// - Returns: the head's texture, of the roots' size.
    func painted() -> Texture {
        let canvas = SkinCanvas(size: roots.size)
        paintTone(canvas)
        paintMarks(canvas)
        paintWrinkles(canvas)
        paintRoots(canvas)
        paintLids(canvas)
        paintLips(canvas)
        paintNostrils(canvas)
        paintBrows(canvas)
        paintRest(canvas)
        return canvas.texture()
    }

    var seed: UInt32 { UInt32(truncatingIfNeeded: person.skin.seed) }

    /// 1 at the middle of an ellipse, about 0.6 at its edge, 0 far out.
    static func spot(_ a: Float, _ d: Float, at: SIMD2<Float>, _ radii: SIMD2<Float>) -> Float {
        let x = (a - at.x) / radii.x
        let y = (d - at.y) / radii.y
        return expf(-0.5 * (x * x + y * y))
    }

    /// Base colour, blotches, redness of cheeks, nose and chin, shade around the eyes, shine, pores.
    private func paintTone(_ canvas: SkinCanvas) {
        let skin = person.skin
        let base = skin.albedo
        let uneven = (1 - skin.evenness) * (1 - 0.8 * makeUp.foundation)
        let flush = 0.25 + 0.55 * skin.haemoglobin
        let (width, seed) = (canvas.width, seed)
        let pores = canvas.grain < 0.5
        // Redness shows less, and darker, on deep skin.
        let red = SIMD3<Float>(1.04, 0.80, 0.78)
        let fair = 1 - 0.55 * skin.melanin
        let powder = 1 - 0.7 * makeUp.foundation
        let zones = SkinZones.of(canvas).zones
        var blotches = LayeredNoise(canvas.across.map { $0 / 17 }, seed)
        var fines = NoiseOctave(canvas.across.map { $0 / 3.1 }, seed &+ 7)
        for y in 0..<canvas.height {
            let d = canvas.down[min(y, canvas.skinRows - 1)]
            blotches.go(to: d / 17)
            fines.go(to: d / 3.1)
            // A forehead that has seen the sun; a throat that has not.
            let sun = 1 - 0.03 * smooth(10, -30, d) + 0.03 * smooth(140, 165, d)
            for x in 0..<width {
                let a = canvas.across[x]
                let place = zones[y * width + x]
                let blotch = blotches.at(x)
                let fine = fines.at(x)
                var c = base * (1 + (0.055 * blotch + 0.02 * fine) * (0.35 + uneven))
                var heat = place.heat
                heat *= (flush + 0.9 * skin.blush) * powder * (1 + 0.4 * blotch * uneven)
                c *= blend(SIMD3(repeating: 1), red, min(1, heat * fair))
                let rouge = makeUp.blush * place.rouge
                c = blend(c, c * SIMD3(1.06, 0.62, 0.66), 0.8 * rouge)
                // Thin skin under the eyes, deeper colour in the sockets.
                let under = place.under * (0.3 + 0.5 * skin.wrinkles.underEye)
                c *= 1 - (0.10 + 0.10 * skin.melanin) * place.socket
                c *= blend(SIMD3(repeating: 1), SIMD3(0.86, 0.82, 0.9), under * powder)
                c *= sun
                canvas.albedo[y * width + x] = c
                let shine = 0.3 + 0.5 * skin.oiliness * powder
                let zone = place.shine
                var bump: Float = 0
                if pores {
                    let pore = ValueNoise.at(a / 0.9, d / 0.9, seed &+ 21)
                    bump =
                        0.035 * (0.4 + skin.pores) * pore
                        + 0.03 * ValueNoise.at(a / 2.2, d / 2.2, seed &+ 22)
                }
                canvas.surface[y * width + x] = SIMD3(
                    min(1, shine * (0.75 + 0.5 * zone)), 0.52 - 0.16 * skin.oiliness * min(1, zone),
                    bump)
            }
        }
    }

    /// Shadow of the roots on scalp and chin.
    private func paintRoots(_ canvas: SkinCanvas) {
        let colours = [person.hair.colour, person.beard.colour].map { $0.linear }
        let strength: [Float] = [0.93, 0.8]
        for (k, densities) in [roots.scalp, roots.beard].enumerated() {
            for y in 0..<canvas.skinRows {
                for x in 0..<canvas.width {
                    let i = y * canvas.width + x
                    let density = densities[i]
                    guard density > 0 else { continue }
                    let grain =
                        0.75 + 0.25
                        * ValueNoise.at(
                            canvas.across[x] / 0.7, canvas.down[y] / 0.7, seed &+ 31)
                    let cover = min(1, strength[k] * density * grain)
                    canvas.albedo[i] = blend(canvas.albedo[i], colours[k], cover)
                    canvas.surface[i].x *= 1 - 0.6 * cover
                    if cover > 0.55 { canvas.region[i] = (k == 0 ? Region.hair : .beard).rawValue }
                }
            }
        }
    }

    private func paintNostrils(_ canvas: SkinCanvas) {
        for side in [Float(-1), 1] {
            canvas.each(across: side * 8.1 - 8...side * 8.1 + 8, down: 70...85) { i, a, d in
                let x = (a - side * 8.0) * side
                let y = d - 77.6
                // A bean that leans outwards.
                let u = (x - 0.25 * y) / 3.3
                let v = (y - 0.12 * x) / 1.9
                let hole = smooth(1.25, 0.55, (u * u + v * v).squareRoot())
                canvas.albedo[i] *= blend(SIMD3(repeating: 1), SIMD3(0.16, 0.10, 0.09), hole)
                canvas.surface[i].x *= 1 - hole
            }
        }
    }

    /// Ears, and the mouth's lining.
    private func paintRest(_ canvas: SkinCanvas) {
        let flesh = blend(SIMD3(0.42, 0.10, 0.09), person.skin.albedo, 0.15)
        for y in canvas.skinRows..<canvas.height {
            for x in 0..<canvas.width {
                let i = y * canvas.width + x
                let u = (Float(x) + 0.5) / Float(canvas.width)
                if u > 0.48 {
                    let v = (Float(y) + 0.5) / Float(canvas.height)
                    let r = SIMD2((u - 0.6) / 0.09, (v - 0.945) / 0.045)
                    let depth = 1 - min(1, (r * r).sum().squareRoot())
                    canvas.albedo[i] = flesh * (1 - 0.8 * depth)
                    canvas.surface[i] = SIMD3(0.7, 0.25, 0)
                    canvas.region[i] = Region.mouth.rawValue
                } else {
                    let n = ValueNoise.layered(u * 60, Float(y) / Float(canvas.height) * 60, seed)
                    let warm = blend(
                        SIMD3(repeating: 1), SIMD3(1.03, 0.82, 0.8),
                        0.55 * (1 - 0.5 * person.skin.melanin))
                    canvas.albedo[i] = person.skin.albedo * warm * (1 + 0.04 * n)
                    canvas.surface[i] = SIMD3(0.3, 0.5, 0)
                }
            }
        }
    }
}

/// How much hair grows at each texel of a person's skin, whatever the make-up.
struct SkinRoots {
    /// Texels a side; 256 suits pictures of 128 pixels, 1024 those of 512.
    let size: Int
    /// `[skinRows * size]`, 0...1.
    let scalp: [Float]
    let beard: [Float]

    init(of person: Person, size: Int) {
        self.size = size
        let canvas = SkinCanvas(size: size)
        func densities(_ shade: RootShade) -> [Float] {
            (0..<canvas.skinRows).flatMap { y in
                canvas.across.map { a in
                    shade.rootDensity(
                        at: ChartPoint(
                            angle: Double(a) / HeadChart.radius, down: Double(canvas.down[y])))
                }
            }
        }
        scalp = densities(Hair.scalpShade(for: person))
        beard = densities(Beard.skinShade(for: person))
    }
}
