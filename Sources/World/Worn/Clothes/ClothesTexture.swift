import Foundation

/// Paints clothes: stripes, ribs, seams, and the colours of what is sewn on.
enum ClothesTexture {
    private static let width = 224
    private static let height = 224
    private static let bodyRows = Int(0.62 * Float(height)) + 1

    /// Where the body's texels lie on the average person, in the sculpture's millimetres: stripes are straight there.
    private static let places: [SIMD3<Float>] = {
        let points = BuiltInHead.shared.template.map(BuiltInHead.millimetres)
        var result: [SIMD3<Float>] = []
        for y in 0..<bodyRows {
            for x in 0..<width {
                let angle = 2 * .pi * (Double(x) + 0.5) / Double(width) - .pi
                let v = (Double(y) + 0.5) / Double(height) / 0.62
                let down = Garment.top + v * (Garment.hem - Garment.top)
                var p = ChartLookup.shared.spot(angle: angle, down: down).blend(points)
                p.y -= Float(max(0, down - HeadChart.end))
                result.append(p)
            }
        }
        return result
    }()

    static func painted(_ clothes: Look.Clothes) -> Texture {
        let places = places
        let shirt = SIMD3<Float>(0.78, 0.78, 0.76)
        let colour = clothes.colour.linear
        let isSuit = clothes.style == .suit
        let isKnit = [.crewneck, .turtleneck, .hoodie].contains(clothes.style)
        return Weave.texture(width: width, height: height, region: .clothes, roughness: 0.9) {
            u, v in
            switch v {
            case ..<0.63:
                let x = min(Int(u * Float(width)), width - 1)
                let y = min(Int(v * Float(height)), bodyRows - 1)
                return body(clothes, places[y * width + x], isBack: abs(u - 0.5) > 0.25)
            case ..<0.81:
                if isSuit { return Weave.Texel(shirt * (u > 0.71 ? 0.96 : 1)) }
                let rib = isKnit ? 0.5 + 0.5 * cosf(2 * .pi * 84 * u / 0.7) : 1
                return Weave.Texel(
                    (isKnit ? colour : base(clothes, u * 30)) * (0.8 + 0.2 * rib), height: 0.8 * rib
                )
            case ..<0.93:
                // The outer edge of lapels and straps is stitched.
                let isEdge = isSuit && v > 0.885
                return Weave.Texel(colour * (isEdge ? 0.72 : isSuit ? 1.08 : 0.97))
            default: return trim(clothes, u, v)
            }
        }
    }

    private static func trim(_ clothes: Look.Clothes, _ u: Float, _ v: Float) -> Weave.Texel {
        switch clothes.style {
        case .suit:
            let stripe: Float = fmodf(u * 26 + v * 14, 1) < 0.5 ? 1 : 0.86
            return Weave.Texel(clothes.second.linear * stripe)
        case .hoodie: return Weave.Texel(blend(clothes.colour.linear, SIMD3(repeating: 0.75), 0.6))
        default:
            let light = clothes.colour.linear.max() > 0.35
            return Weave.Texel(
                light
                    ? clothes.colour.linear * 0.8
                    : blend(clothes.colour.linear, SIMD3(repeating: 0.8), 0.3))
        }
    }

    private static func body(
        _ clothes: Look.Clothes, _ p: SIMD3<Float>, isBack: Bool
    ) -> Weave.Texel {
        let hasPlacket = clothes.style == .shirt && !isBack
        let isVertical = clothes.style == .shirt || clothes.style == .blouse
        var texel = Weave.Texel(base(clothes, (isVertical ? p.x : p.y) / 11))
        // Where front and back are sewn together.
        if abs(p.z + 12) < 1.6, clothes.style != .dress { texel.colour *= 0.9 }
        if hasPlacket {
            let fromEdge = min(abs(p.x - 14), abs(p.x + 14))
            texel.colour *= fromEdge < 1.3 ? 0.84 : 1
            texel.height = abs(p.x) < 14 ? 0.8 : 0
        }
        return texel
    }

    /// Plain cloth, or stripes as `x` goes on by one a stripe.
    private static func base(_ clothes: Look.Clothes, _ x: Float) -> SIMD3<Float> {
        guard clothes.pattern == .stripes else { return clothes.colour.linear }
        let t = abs(x * 0.5 - (x * 0.5).rounded()) * 2
        return blend(clothes.colour.linear, clothes.second.linear, ramp(t, 0.42, 0.68))
    }
}
