/// How a surface looks: colour, region and gloss, from a texture or constant.
public struct Material: Sendable {
    /// How light leaves the surface.
    public enum Model: Sendable {
        /// Diffuse with a soft, reddened terminator and a rough highlight.
        case skin
        /// Diffuse with a highlight: eyes (wet), teeth, plastic, metal frames.
        case glossy
        /// Strands: diffuse wrap with Kajiya-Kay highlights along ``Surface/tangents``.
        case hair
        /// Diffuse only.
        case cloth
        /// Lets light through, tinted by the albedo, and mirrors a little: lenses.
        case glass
    }

    /// How light leaves it.
    public var model: Model
    /// Linear RGB, 0...1, where there is no texture.
    public var albedo: SIMD3<Float>
    /// Highlight strength, 0...1.
    public var specular: Float
    /// 0.02 (mirror-like) ... 1.
    public var roughness: Float
    /// What its pixels are counted as.
    public var region: Region
    /// Overrides the constants above, texel by texel.
    public var texture: Texture?

    /// A look without or with a texture.
    public init(
        model: Model, albedo: SIMD3<Float>, specular: Float, roughness: Float, region: Region,
        texture: Texture? = nil
    ) {
        self.model = model
        self.albedo = albedo
        self.specular = specular
        self.roughness = roughness
        self.region = region
        self.texture = texture
    }
}

/// Texel maps over canonical coordinates: texel (x, y) covers u in x/width ..< (x+1)/width and v in
/// y/height ..< (y+1)/height; looked up bilinearly, clamped at the edges (the region: nearest).
public final class Texture: Sendable {
    /// Texels in a row.
    public let width: Int
    /// Rows.
    public let height: Int
    /// `[height * width]`, linear RGB and, in w, the coat's opacity (1 unless strands are cut out).
    public let albedo: [SIMD4<Float>]
    /// `[height * width]`: highlight strength, roughness, height in millimetres (bumps, wrinkles).
    public let surface: [SIMD3<Float>]
    /// `[height * width]`, raw values of ``Region``.
    public let region: [UInt8]
    /// Whether any texel is less than opaque; the renderer lets rays through such textures only.
    public let isCutOut: Bool

    /// A texture of maps of equal size.
    public init(
        width: Int, height: Int, albedo: [SIMD4<Float>], surface: [SIMD3<Float>], region: [UInt8]
    ) {
        precondition(
            albedo.count == width * height && surface.count == width * height
                && region.count == width * height, "a texture's maps have width * height texels")
        self.width = width
        self.height = height
        self.albedo = albedo
        self.surface = surface
        self.region = region
        isCutOut = albedo.contains { $0.w < 1 }
    }
}
