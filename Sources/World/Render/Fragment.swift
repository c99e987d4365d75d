/// One visible point of a mesh with everything that shading needs.
struct Fragment {
    /// Place of the mesh's table.
    var mesh: Int32
    var model: Material.Model
    /// Metres.
    var position: SIMD3<Float>
    /// Where rays to the light start: lifted to the smooth surface that the triangles stand for, so
    /// that no facet shadows itself (Hanika 2021, "Hacking the shadow terminator").
    var lifted: SIMD3<Float>
    /// The interpolated unit normal, towards the viewer.
    var smooth: SIMD3<Float>
    /// The same with the texture's bumps.
    var normal: SIMD3<Float>
    /// The triangle's own unit normal, towards the viewer.
    var facet: SIMD3<Float>
    /// Unit direction along the strand; zero where the mesh has none.
    var tangent: SIMD3<Float>
    /// Unit direction to the viewer.
    var view: SIMD3<Float>
    var coordinate: SIMD2<Float>
    /// Linear RGB.
    var albedo: SIMD3<Float>
    var specular: Float
    var roughness: Float
    /// Side of a pixel on the surface, metres.
    var footprint: Float

    /// - Parameters:
    ///   - table: the mesh that was hit.
    ///   - mesh: its place.
    ///   - triangle: the triangle that was hit.
    ///   - u: weight of the second corner.
    ///   - v: weight of the third corner.
    ///   - direction: of the ray, any length.
    ///   - footprint: side of a pixel on the surface in metres, by which fine bumps fade.
    @inline(__always)
    init(
        _ table: MeshTable, mesh: Int, triangle: Int, u: Float, v: Float,
        direction: SIMD3<Float>, footprint: Float
    ) {
        let corner = table.triangles[triangle]
        let (a, b, c) = (Int(corner.x), Int(corner.y), Int(corner.z))
        let w = 1 - u - v
        let (pa, pb, pc) = (table.positions[a], table.positions[b], table.positions[c])
        let (na, nb, nc) = (table.normals[a], table.normals[b], table.normals[c])
        let (ca, cb, cc) = (table.coordinates[a], table.coordinates[b], table.coordinates[c])
        self.mesh = Int32(truncatingIfNeeded: mesh)
        model = table.model
        position = pa * w + pb * u + pc * v
        view = -Vector.unit(direction)
        coordinate = ca * w + cb * u + cc * v

        let across = Vector.cross(pb - pa, pc - pa)
        var facet = Vector.unit(across)
        var smooth = Vector.unit(na * w + nb * u + nc * v)
        let isBehind = Vector.dot(facet, view) < 0
        if isBehind { facet = -facet }
        // Not-a-number fails every comparison: a broken normal gives way to the triangle's.
        if !(Vector.dot(smooth, smooth) > 0.5) { smooth = facet }
        if Vector.dot(smooth, facet) < 0 { smooth = -smooth }
        self.facet = facet
        self.smooth = smooth

        // Each corner's tangent plane, asked how far the point lies below it.
        let side: Float = isBehind ? -1 : 1
        let da = max(-Vector.dot(position - pa, na) * side, 0) * w
        let db = max(-Vector.dot(position - pb, nb) * side, 0) * u
        let dc = max(-Vector.dot(position - pc, nc) * side, 0) * v
        let lift = (na * da + nb * db + nc * dc) * side
        lifted = position + (Vector.dot(lift, lift) < 1 ? lift : .zero) + facet * 1e-4

        if let tangents = table.tangents {
            let along = Vector.unit(tangents[a] * w + tangents[b] * u + tangents[c] * v)
            tangent = Vector.dot(along, along) > 0.5 ? along : .zero
        } else {
            tangent = .zero
        }
        normal = smooth
        self.footprint = footprint
        guard let texture = table.texture else {
            albedo = table.albedo
            specular = Scalar.saturate(table.specular)
            roughness = max(Scalar.saturate(table.roughness), 0.02)
            return
        }
        let texel = texture.sample(coordinate)
        albedo = SIMD3(texel.albedo.x, texel.albedo.y, texel.albedo.z)
        specular = Scalar.saturate(texel.surface.x)
        roughness = max(Scalar.saturate(texel.surface.y), 0.02)
        if texel.slope.x != 0 || texel.slope.y != 0 {
            bump(
                texel.slope, texture, edges: (pb - pa, pc - pa), steps: (cb - ca, cc - ca),
                side: side, footprint: footprint)
        }
    }

    /// Tilts ``normal`` by the slope of the texture's height field (Blinn 1978).
    @inline(__always)
    private mutating func bump(
        _ slope: SIMD2<Float>, _ texture: TextureView, edges: (SIMD3<Float>, SIMD3<Float>),
        steps: (SIMD2<Float>, SIMD2<Float>), side: Float, footprint: Float
    ) {
        let determinant = steps.0.x * steps.1.y - steps.0.y * steps.1.x
        guard abs(determinant) > 1e-14 else { return }
        let inverse = 1 / determinant
        // How the surface moves with u and v, metres.
        let du = (edges.0 * steps.1.y - edges.1 * steps.0.y) * inverse
        let dv = (edges.1 * steps.0.x - edges.0 * steps.1.x) * inverse
        let area = Vector.dot(smooth, Vector.cross(du, dv))
        guard abs(area) > 1e-12 else { return }
        // The height's gradient along the surface: millimetres a metre.
        let gradient =
            (Vector.cross(dv, smooth) * slope.x + Vector.cross(smooth, du) * slope.y) * (1 / area)
        let texel = (abs(area) / Float(texture.width * texture.height)).squareRoot()
        let fade = min(1, 1.5 * texel / max(footprint, 1e-7))
        normal = Vector.unit(smooth - gradient * (1e-3 * side * fade))
        // A bump must not turn away from the viewer.
        if !(Vector.dot(normal, view) >= 0.02) { normal = smooth }
    }
}
