import Foundation

/// Textures of cloth.
enum Weave {
    /// One texel of cloth.
    struct Texel {
        var colour: SIMD3<Float>
        /// Millimetres.
        var height: Float

        init(_ colour: SIMD3<Float>, height: Float = 0) {
            self.colour = colour
            self.height = height
        }
    }

    /// Paints a texture, texel by texel.
    static func texture(
        width: Int, height: Int, region: Region, roughness: Float,
        _ paint: (_ u: Float, _ v: Float) -> Texel
    ) -> Texture {
        var albedo: [SIMD4<Float>] = []
        var surface: [SIMD3<Float>] = []
        albedo.reserveCapacity(width * height)
        surface.reserveCapacity(width * height)
        for y in 0..<height {
            for x in 0..<width {
                let texel = paint((Float(x) + 0.5) / Float(width), (Float(y) + 0.5) / Float(height))
                albedo.append(SIMD4(texel.colour, 1))
                surface.append(SIMD3(0.15, roughness, texel.height))
            }
        }
        return Texture(
            width: width, height: height, albedo: albedo, surface: surface,
            region: Array(repeating: region.rawValue, count: width * height))
    }

    static func material(
        _ region: Region, _ colour: SIMD3<Float>, _ texture: Texture? = nil
    ) -> Material {
        Material(
            model: .cloth, albedo: colour, specular: 0.15, roughness: 0.9, region: region,
            texture: texture)
    }
}
