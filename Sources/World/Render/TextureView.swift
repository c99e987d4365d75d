/// A texture's arrays as bare pointers, valid while the renderer holds them open.
struct TextureView {
    var width: Int32
    var height: Int32
    var albedo: UnsafePointer<SIMD4<Float>>
    var surface: UnsafePointer<SIMD3<Float>>
    var region: UnsafePointer<UInt8>
    /// Whether any texel is less than opaque.
    var isCutOut: Bool

    /// What a texture holds at one place.
    struct Sample {
        /// Linear RGB and opacity.
        var albedo: SIMD4<Float>
        /// Highlight strength, roughness, height in millimetres.
        var surface: SIMD3<Float>
        /// Change of height with u and v, millimetres.
        var slope: SIMD2<Float>
    }

    /// Bilinear look-up, clamped at the edges.
    @inline(__always)
    func sample(_ coordinate: SIMD2<Float>) -> Sample {
        let (at, fx, fy) = corners(coordinate)
        let w00 = (1 - fx) * (1 - fy)
        let w10 = fx * (1 - fy)
        let w01 = (1 - fx) * fy
        let w11 = fx * fy
        let colour =
            albedo[at.0] * w00 + albedo[at.1] * w10 + albedo[at.2] * w01 + albedo[at.3] * w11
        let s00 = surface[at.0]
        let s10 = surface[at.1]
        let s01 = surface[at.2]
        let s11 = surface[at.3]
        let across = Scalar.mix(s10.z - s00.z, s11.z - s01.z, fy)
        let down = Scalar.mix(s01.z - s00.z, s11.z - s10.z, fx)
        return Sample(
            albedo: colour, surface: s00 * w00 + s10 * w10 + s01 * w01 + s11 * w11,
            slope: SIMD2(across * Float(width), down * Float(height)))
    }

    /// The nearest texel's region.
    @inline(__always)
    func nearestRegion(_ coordinate: SIMD2<Float>) -> UInt8 {
        let x = Int32(Scalar.saturate(coordinate.x) * Float(width))
        let y = Int32(Scalar.saturate(coordinate.y) * Float(height))
        return region[Int(min(y, height - 1) * width + min(x, width - 1))]
    }

    /// Places of four texels, left to right and top to bottom, and the fractions between them.
    @inline(__always)
    private func corners(
        _ coordinate: SIMD2<Float>
    ) -> (at: (Int, Int, Int, Int), fx: Float, fy: Float) {
        let x = Scalar.saturate(coordinate.x) * Float(width) - 0.5
        let y = Scalar.saturate(coordinate.y) * Float(height) - 0.5
        let left = x.rounded(.down)
        let top = y.rounded(.down)
        let x0 = max(Int32(left), 0)
        let y0 = max(Int32(top), 0)
        let x1 = min(Int32(left) + 1, width - 1)
        let y1 = min(Int32(top) + 1, height - 1)
        return (
            (
                Int(y0 * width + x0), Int(y0 * width + x1), Int(y1 * width + x0),
                Int(y1 * width + x1)
            ), x - left, y - top
        )
    }

    /// Opens the arrays of several textures at once, for as long as `body` runs.
    static func withViews<Result>(
        of textures: ArraySlice<Texture?>, _ found: [TextureView?] = [],
        _ body: ([TextureView?]) throws -> Result
    ) throws -> Result {
        guard let first = textures.first else { return try body(found) }
        let rest = textures.dropFirst()
        guard let first else { return try withViews(of: rest, found + [nil], body) }
        return try first.albedo.withUnsafeBufferPointer { albedo in
            try first.surface.withUnsafeBufferPointer { surface in
                try first.region.withUnsafeBufferPointer { region in
                    guard let albedo = albedo.baseAddress, let surface = surface.baseAddress,
                        let region = region.baseAddress
                    else { return try withViews(of: rest, found + [nil], body) }
                    let view = TextureView(
                        width: Int32(first.width), height: Int32(first.height), albedo: albedo,
                        surface: surface, region: region, isCutOut: first.isCutOut)
                    return try withViews(of: rest, found + [view], body)
                }
            }
        }
    }
}
