import Images

/// A picture with its truth, all maps `[height, width]`, rows from the top.
///
/// ``colour`` and ``shading`` are means over a pixel's samples. Every other map comes from the one
/// ray through the pixel's centre, which passes lenses of glass and meshes whose opacity there is
/// below one half; where it meets nothing, depth, part, person and region are 0, and the rest too.
public struct RenderedView: Sendable {
    /// Columns.
    public let width: Int
    /// Rows.
    public let height: Int
    /// The camera it was taken with.
    public let camera: Camera
    /// The photograph: 8-bit sRGB, tone mapped, anti-aliased.
    public let colour: Image
    /// Surface colour without light, the same from every side: 8-bit sRGB.
    public let albedo: Image
    /// Light that the pixel's surface receives and would send on if it were white: linear RGB with
    /// the picture's exposure, without highlights.
    public let shading: [SIMD3<Float>]
    /// Metres along the optical axis; 0 where there is no surface.
    public let depth: [Float]
    /// Unit normals of the smooth surface, facing the camera, without bumps, in the camera's axes:
    /// x right, y down, z into the picture, so z is below 0 but at the edge of a silhouette.
    public let normal: [SIMD3<Float>]
    /// Raw values of ``Region``.
    public let region: [UInt8]
    /// Raw values of ``Part``.
    public let part: [UInt8]
    /// Whose surface it is, see ``Surface/person``.
    public let person: [UInt8]
    /// Triangle of the part's mesh.
    public let triangle: [UInt32]
    /// Weights of the triangle's second and third corner; the first has 1 minus both.
    public let barycentrics: [SIMD2<Float>]
    /// Canonical coordinates (u, v) on the part's surface.
    public let coordinate: [SIMD2<Float>]
    /// How many triangles the meshes of each ``Part`` had, by its raw value; 0 for parts not there.
    public let triangleCounts: [Int]

    /// The place of a pixel in the maps.
    ///
    /// - Parameters:
    ///   - x: column, `0..<width`.
    ///   - y: row, `0..<height`.
    /// - Returns: `0..<width * height`.
    public func index(_ x: Int, _ y: Int) -> Int { y * width + x }

    /// The point of the surface that a pixel shows.
    ///
    /// - Parameters:
    ///   - x: column, `0..<width`.
    ///   - y: row, `0..<height`.
    /// - Returns: metres in the world; nil on the background.
    public func point(_ x: Int, _ y: Int) -> SIMD3<Float>? {
        let depth = depth[index(x, y)]
        guard depth > 0 else { return nil }
        let pixel = SIMD2(Float(x) + 0.5, Float(y) + 0.5)
        return camera.ray(through: pixel, width: width, height: height).point(at: depth)
    }
}
