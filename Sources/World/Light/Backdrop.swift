/// What is seen where no surface is; display colours, linear RGB 0...1, whatever the light.
public enum Backdrop: Equatable, Codable, Sendable {
    /// One colour.
    case solid(colour: SIMD3<Float>)
    /// From the upper to the lower edge.
    case gradient(top: SIMD3<Float>, bottom: SIMD3<Float>)
    /// A studio's paper, lit in the middle.
    case vignette(centre: SIMD3<Float>, edge: SIMD3<Float>)
    /// A room out of focus: wall, furniture, a lamp; `seed` arranges it.
    case room(tint: SIMD3<Float>, seed: UInt32)
    /// Greenery and sky out of focus, with discs of light.
    case outdoors(tint: SIMD3<Float>, seed: UInt32)
    /// A street at night out of focus: coloured discs on dark.
    case street(tint: SIMD3<Float>, seed: UInt32)
}
