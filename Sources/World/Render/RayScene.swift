import CRays

/// One mesh of a scene as bare arrays, with its material.
struct MeshTable {
    var part: UInt8
    var person: UInt8
    var vertexCount: Int
    var triangleCount: Int
    var positions: UnsafeMutablePointer<SIMD3<Float>>
    var normals: UnsafeMutablePointer<SIMD3<Float>>
    var coordinates: UnsafeMutablePointer<SIMD2<Float>>
    /// Null where the mesh has none.
    var tangents: UnsafeMutablePointer<SIMD3<Float>>?
    var triangles: UnsafeMutablePointer<SIMD3<UInt32>>
    var model: Material.Model
    var albedo: SIMD3<Float>
    var specular: Float
    var roughness: Float
    var region: UInt8
    var texture: TextureView?

    init(_ surface: Surface, texture: TextureView?) {
        part = surface.part.rawValue
        person = surface.person
        vertexCount = surface.positions.count
        triangleCount = surface.triangles.count
        positions = MeshTable.copy(surface.positions)
        normals = MeshTable.copy(surface.normals)
        coordinates = MeshTable.copy(surface.coordinates)
        tangents = surface.tangents.isEmpty ? nil : MeshTable.copy(surface.tangents)
        triangles = MeshTable.copy(surface.triangles)
        model = surface.material.model
        albedo = surface.material.albedo
        specular = surface.material.specular
        roughness = surface.material.roughness
        region = surface.material.region.rawValue
        self.texture = texture
    }

    func deallocate() {
        positions.deallocate()
        normals.deallocate()
        coordinates.deallocate()
        tangents?.deallocate()
        triangles.deallocate()
    }

    private static func copy<Element>(_ array: [Element]) -> UnsafeMutablePointer<Element> {
        let memory = UnsafeMutablePointer<Element>.allocate(capacity: max(array.count, 1))
        array.withUnsafeBufferPointer { source in
            if let base = source.baseAddress {
                memory.initialize(from: base, count: array.count)
            }
        }
        return memory
    }

    /// What Embree needs; it borrows the arrays.
    var forEmbree: crays_mesh {
        var mesh = crays_mesh()
        mesh.positions = UnsafeRawPointer(positions).assumingMemoryBound(to: Float.self)
        mesh.vertex_count = vertexCount
        mesh.triangles = UnsafeRawPointer(triangles).assumingMemoryBound(to: UInt32.self)
        mesh.triangle_count = triangleCount
        if let texture, texture.isCutOut, model != .glass {
            mesh.opacity = UnsafeRawPointer(texture.albedo).assumingMemoryBound(to: Float.self) + 3
            mesh.opacity_width = UInt32(texture.width)
            mesh.opacity_height = UInt32(texture.height)
            mesh.opacity_stride = 4
            mesh.coordinates = UnsafeRawPointer(coordinates).assumingMemoryBound(to: Float.self)
        }
        return mesh
    }
}

/// Meshes ready for rays: solid ones in one Embree scene, lenses in another that is asked apart, so
/// that light and sight can pass them.
///
/// Hits in the solid scene name a table by its place; hits in the glass scene count on from
/// ``solidCount``.
final class RayScene {
    let tables: UnsafeMutablePointer<MeshTable>
    let count: Int
    let solidCount: Int
    let solid: OpaquePointer
    /// Nil when there are no lenses.
    let glass: OpaquePointer?
    private let device: RayDevice

    /// Copies the meshes and builds the trees; `views` are the surfaces' textures and must stay open
    /// for as long as this scene is used.
    init(_ surfaces: [Surface], views: [TextureView?], device: RayDevice) throws {
        try RayScene.check(surfaces)
        self.device = device
        let order = Array(zip(surfaces, views))
        let ordered =
            order.filter { $0.0.material.model != .glass }
            + order.filter { $0.0.material.model == .glass }
        let solids = order.filter { $0.0.material.model != .glass }.count
        let memory = UnsafeMutablePointer<MeshTable>.allocate(capacity: max(ordered.count, 1))
        for (i, item) in ordered.enumerated() {
            (memory + i).initialize(to: MeshTable(item.0, texture: item.1))
        }
        let meshes = (0..<ordered.count).map { memory[$0].forEmbree }
        do {
            let solid = try RayScene.build(Array(meshes[..<solids]), device)
            do {
                glass =
                    solids < meshes.count
                    ? try RayScene.build(Array(meshes[solids...]), device) : nil
            } catch {
                crays_scene_close(solid)
                throw error
            }
            self.solid = solid
        } catch {
            for i in 0..<ordered.count { memory[i].deallocate() }
            memory.deallocate()
            throw error
        }
        tables = memory
        count = ordered.count
        solidCount = solids
    }

    deinit {
        crays_scene_close(solid)
        crays_scene_close(glass)
        for i in 0..<count { tables[i].deallocate() }
        tables.deallocate()
    }

    private static func build(_ meshes: [crays_mesh], _ device: RayDevice) throws -> OpaquePointer {
        var scene: OpaquePointer?
        try RayDevice.call {
            crays_scene_open(
                device.handle, meshes, meshes.count, Int32(CRAYS_BUILD_FAST), &scene, $0, $1)
        }
        guard let scene else { throw RenderError.rayCasting(detail: "no scene was built") }
        return scene
    }

    private static func check(_ surfaces: [Surface]) throws {
        var seen = [Bool](repeating: false, count: 256 * 256)
        for surface in surfaces {
            let part = surface.part
            func fail(_ detail: String) -> RenderError { .badSurface(part: part, detail: detail) }
            if part == .background { throw fail("this part is for pixels without a mesh") }
            if surface.person == 0 { throw fail("person 0 is for pixels without a mesh") }
            let place = 256 * Int(surface.person) + Int(part.rawValue)
            if seen[place] { throw fail("the scene has two meshes of it") }
            seen[place] = true
            let vertices = surface.positions.count
            guard surface.normals.count == vertices, surface.coordinates.count == vertices,
                surface.tangents.isEmpty || surface.tangents.count == vertices
            else {
                throw fail(
                    "it has \(vertices) positions, \(surface.normals.count) normals, "
                        + "\(surface.coordinates.count) coordinates and \(surface.tangents.count) "
                        + "tangents: give equally many, tangents perhaps none")
            }
            let largest = surface.triangles.reduce(SIMD3<UInt32>()) { pointwiseMax($0, $1) }.max()
            guard surface.triangles.isEmpty || Int(largest) < vertices else {
                throw fail("a triangle names vertex \(largest) of \(vertices)")
            }
        }
    }
}
