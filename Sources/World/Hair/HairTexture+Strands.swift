import Foundation

/// How the strands of one head of hair are coloured.
struct StrandColours {
    private let strand: SIMD3<Float>
    private let grey: Float
    private let variation: Float

    init(_ colour: HairColour, variation: Float) {
        strand = colour.strand
        grey = colour.dye == nil ? colour.grey : 0
        self.variation = variation
    }

    /// The albedo of one strand, linear RGB.
    @inline(__always)
    func draw(_ bits: inout SplitMix64) -> SIMD3<Float> {
        let light = 1 + (0.12 + 0.26 * variation) * (2 * Float(bits.unit()) - 1)
        // A texel is several hairs wide, so most hold some of both.
        let spread = 2.2 * grey * (1 - grey)
        let share = min(max(grey + spread * (Float(bits.unit()) - 0.5), 0), 1)
        return blend(strand, HairColour.greyAlbedo, share) * light
    }
}

extension HairTexture {
    /// Draws the strands.
    ///
    /// - Parameters:
    ///   - colours: of the strands.
    ///   - tones: lightness of each lock.
    ///   - fray: how unevenly locks end, 0...1.
    ///   - seed: of the strands.
    ///   - region: what the texels show.
    ///   - stipple: how far the shell dissolves into single hairs, 0...1.
    ///   - cover: how much of the shell's coat is there at a place, 0...1.
    /// - Returns: the texture that ``shell(_:)`` and ``strip(_:_:_:)`` give coordinates of.
    func texture(
        _ colours: StrandColours, tones: [Float], fray: Float, seed: UInt64,
        region: Region, stipple: Float, cover: (ChartPoint) -> Float
    ) -> Texture {
        var bits = SplitMix64(state: seed)
        var albedo = [SIMD4<Float>](repeating: .zero, count: width * height)
        shell(&albedo, colours, &bits, stipple: stipple, cover)
        var surface = [SIMD3<Float>](repeating: [0.18, 0.62, 0], count: width * height)
        for (lock, tone) in tones.enumerated() {
            let x0 = square + lock / rows * cellWidth
            let y0 = lock % rows * cellHeight
            for x in 0..<cellWidth {
                let colour = colours.draw(&bits) * tone
                let rim = abs(2 * Float(x) / Float(cellWidth - 1) - 1)
                let end = 1.04 - fray * (Float(bits.unit()) * 0.8 + 0.25 * rim * rim)
                let relief = 0.3 * Float(bits.unit())
                for y in 0..<cellHeight {
                    let t = Float(y) / Float(cellHeight - 1)
                    // Roots lie in the shadow of what covers them.
                    let light = (0.72 + 0.28 * min(1, 3.2 * t)) * (1 + 0.1 * t)
                    let alpha = min(max((end - t) * Float(cellHeight) * 0.4 + 0.5, 0), 1)
                    let c = colour * light
                    albedo[(y0 + y) * width + x0 + x] = SIMD4(c.x, c.y, c.z, alpha)
                    surface[(y0 + y) * width + x0 + x] = SIMD3(0.42, 0.42, relief)
                }
            }
        }
        return Texture(
            width: width, height: height, albedo: albedo,
            surface: surface,
            region: [UInt8](repeating: region.rawValue, count: width * height))
    }

    private func shell(
        _ albedo: inout [SIMD4<Float>], _ colours: StrandColours, _ bits: inout SplitMix64,
        stipple: Float, _ cover: (ChartPoint) -> Float
    ) {
        let isStubble = stipple > 0.35
        let strands = (0..<211).map { _ in colours.draw(&bits) * 0.76 }
        for y in 0..<square {
            for x in 0..<square {
                let p = SIMD2(Float(x) + 0.5, Float(y) + 0.5) / Float(square)
                let there = cover(chart.place(p))
                guard there > 0 else { continue }
                // Stubble varies from texel to texel, a coat below locks from strand to strand.
                // Strands of a beard are short; each column breaks elsewhere.
                let column = Int(chart.strand(p) * Float(strands.count))
                let strand = column + (y + column * 5 % 17) / chart.strandLength * 97
                let c =
                    isStubble
                    ? colours.draw(&bits) * 0.9 : strands[strand % strands.count]
                let alpha = there - stipple * Float(bits.unit())
                albedo[y * width + x] = SIMD4(c.x, c.y, c.z, min(max(alpha * 1.2, 0), 1))
            }
        }
    }
}
