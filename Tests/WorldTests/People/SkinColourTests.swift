import Testing
import World

@Suite struct SkinColourTests {
    @Test func darkensInEvenSteps() {
        let steps = 40
        let colours = (0...steps).map {
            lab(SkinColour.albedo(melanin: Float($0) / Float(steps)))
        }
        var distances = [Float]()
        for (a, b) in zip(colours, colours.dropFirst()) {
            #expect(b.x < a.x, "lightness falls")
            distances.append(((a - b) * (a - b)).sum().squareRoot())
        }
        let (low, high) = (distances.min() ?? 0, distances.max() ?? 0)
        #expect(low > 0 && high / low < 1.35, "\(low) \(high)")
        // From porcelain to deep brown.
        #expect(colours[0].x > 85 && colours[steps].x < 20)
    }

    @Test func staysTheColourOfSkin() {
        for melanin in stride(from: Float(0), through: 1, by: 0.1) {
            for haemoglobin in [Float(0), 0.5, 1] {
                for undertone in [Float(-1), 0, 1] {
                    let colour = SkinColour.albedo(
                        melanin: melanin, haemoglobin: haemoglobin, undertone: undertone)
                    #expect(colour.x > colour.y && colour.y > colour.z)
                    #expect(colour.min() > 0 && colour.max() < 0.95)
                }
            }
        }
    }

    @Test func bloodReddensAndUndertoneYellows() {
        for melanin in [Float(0.05), 0.5, 0.95] {
            let pale = lab(SkinColour.albedo(melanin: melanin, haemoglobin: 0.2))
            let flushed = lab(SkinColour.albedo(melanin: melanin, haemoglobin: 0.8))
            #expect(flushed.y > pale.y + 1)
            let cool = lab(SkinColour.albedo(melanin: melanin, undertone: -0.8))
            let warm = lab(SkinColour.albedo(melanin: melanin, undertone: 0.8))
            #expect(warm.z > cool.z + 1)
            let skin = lab(SkinColour.albedo(melanin: melanin))
            let lips = lab(SkinColour.lips(melanin: melanin, redness: 0.5))
            #expect(lips.y > skin.y + 1.5 && lips.x < skin.x)
        }
    }

    @Test func hairGoesFromPlatinumToBlackAndRed() {
        func colour(_ e: Float, _ p: Float) -> SIMD3<Float> {
            lab(HairColour.albedo(eumelanin: e, pheomelanin: p))
        }
        #expect(colour(0, 0).x > 80 && colour(1, 0).x < 14)
        #expect(colour(0.08, 0.8).y > colour(0.08, 0).y + 12)
        let lightness = (0...10).map { colour(Float($0) / 10, 0.1).x }
        #expect(zip(lightness, lightness.dropFirst()).allSatisfy { $0 > $1 })
        for eumelanin in stride(from: Float(0), through: 1, by: 0.25) {
            let old = HairColour(eumelanin: eumelanin, pheomelanin: 0.2, grey: 1)
            #expect(old.word == "white" && lab(old.linear).x > 75)
        }
    }

    /// Linear values from Python: ((v / 255 + 0.055) / 1.055) ** 2.4, and v / 255 / 12.92 up to 10.
    @Test func bytesBecomeLightAndBack() {
        let colour = SRGB.linear(0x0A_80FF)
        #expect(abs(colour.x - 0.0030352698) < 1e-8 && abs(colour.y - 0.21586050) < 1e-7)
        #expect(colour.z == 1)
        for v in UInt32(0)...255 { #expect(SRGB.bytes(SRGB.linear(v))[2] == UInt8(v)) }
        #expect(SRGB.bytes(SIMD3(-1, 0.5, 7)) == [0, 188, 255])
    }

    /// CIELAB under D65 of linear sRGB.
    private func lab(_ colour: SIMD3<Float>) -> SIMD3<Float> {
        let x = (colour * SIMD3(0.4124, 0.3576, 0.1805)).sum() / 0.9505
        let y = (colour * SIMD3(0.2126, 0.7152, 0.0722)).sum()
        let z = (colour * SIMD3(0.0193, 0.1192, 0.9505)).sum() / 1.089
        func f(_ t: Float) -> Float {
            t > 0.008856 ? cubeRoot(t) : t * 7.787 + 16 / 116
        }
        return SIMD3(116 * f(y) - 16, 500 * (f(x) - f(y)), 200 * (f(y) - f(z)))
    }

    /// Newton's method; good for 0.001...1.
    private func cubeRoot(_ t: Float) -> Float {
        (0..<30).reduce(Float(1)) { x, _ in (2 * x + t / (x * x)) / 3 }
    }
}
