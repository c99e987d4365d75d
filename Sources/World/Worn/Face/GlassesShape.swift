import Foundation

/// The outlines that glasses come in, millimetres around the left lens's middle; x to the temple.
struct GlassesShape {
    var half: SIMD2<Float>
    /// 2 is an ellipse; more is squarer.
    var power: Float
    /// Raises the upper outer corner.
    var wing: Float = 0
    /// Draws the lower inner side in.
    var drop: Float = 0
    /// Half width and half depth of the rim's section.
    var rim: SIMD2<Float>
    /// Metal wire rather than a plate: rounder, shinier, and with nose pads on arms.
    var isWire = false
    /// How high on the lens the bridge sits, as a share of its half height.
    var bridge: Float = 0.35

    init(_ style: GlassesStyle) {
        switch style {
        case .none, .round:
            (half, power, rim) = (SIMD2(23.2, 21.6), 2, SIMD2(1.15, 1.35))
        case .square:
            (half, power, rim) = (SIMD2(26, 18.5), 4.2, SIMD2(1.9, 1.9))
        case .catEye:
            (half, power, rim) = (SIMD2(25, 16.5), 2.6, SIMD2(1.8, 1.8))
            (wing, drop) = (9, 2)
        case .aviator:
            (half, power, rim) = (SIMD2(27.5, 22.5), 2.6, SIMD2(0.8, 0.8))
            (drop, isWire, bridge) = (9, true, 0.55)
        case .sunglasses:
            (half, power, rim) = (SIMD2(27.5, 20.5), 3, SIMD2(2.3, 2))
            (wing, drop) = (2.5, 3)
        }
        isWire = isWire || style == .round
    }

    /// A point of the outline; `turn` 0 ..< 1 starts at the temple and goes over the top.
    func outline(_ turn: Float) -> SIMD2<Float> {
        let a = 2 * Float.pi * turn
        let (c, s) = (cosf(a), sinf(a))
        func bent(_ x: Float) -> Float { x < 0 ? -powf(-x, 2 / power) : powf(x, 2 / power) }
        var p = SIMD2(half.x * bent(c), half.y * bent(s))
        let across = p.x / half.x
        let up = p.y / half.y
        let corner = ramp(across, 0.05, 0.95) * ramp(up, -0.25, 0.75)
        p += wing * corner * SIMD2(0.25, 1)
        // Towards the nose and the cheek the lens narrows.
        p.x += drop * ramp(-across, -0.6, 1) * ramp(-up, -0.4, 1)
        return p
    }
}
