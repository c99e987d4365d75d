import Torch

/// The plain grey render of a head that Diff-PC takes as its picture of the geometry.
///
/// SMIRK's renderer, which is PyTorch3D's rasteriser with orthographic projection: five lights, one
/// albedo, one channel, black where there is no face.
///
/// ```swift
/// let render = try PlainRender(head)
/// let picture = try render(vertices, camera: camera, width: 224, height: 224).image
/// ```
public struct PlainRender {
    /// The triangles that are drawn, `[F', 3]`: vertices of the kept mesh, `0..<K`.
    public let faces: Tensor
    /// Which of the head's vertices are kept, `[K]`, ascending; nil for all.
    public let keptVertices: Tensor?
    /// How many vertices the head has.
    public let vertexCount: Int

    private let triangles: [SIMD3<Int32>]

    /// Prepares the rendering of one topology.
    ///
    /// - Parameters:
    ///   - faces: triangles, `[F, 3]`, integers.
    ///   - vertexCount: V.
    ///   - region: vertices of a region, `[K]`, in any order; triangles with a corner outside it
    ///     are left out. Nil keeps all.
    /// - Throws: ``FaceError`` for other shapes, or vertices that are not `0..<V`.
    public init(faces: Tensor, vertexCount: Int, keeping region: Tensor? = nil) throws {
        guard faces.rank == 2, faces.shape[1] == 3, !faces.dtype.isFloatingPoint else {
            throw FaceError.shape(
                of: "faces", expected: "[F, 3] of integers", found: faces.shape)
        }
        let kept = try region.map { region in
            try FaceRegion(region.toArray(Int.self), vertexCount: vertexCount)
        }
        let corners = try faces.toArray(Int.self)
        if let wrong = corners.first(where: { !(0..<vertexCount).contains($0) }) {
            throw FaceError.values(
                of: "faces", expected: "vertices 0 to \(vertexCount - 1)", found: "vertex \(wrong)")
        }
        let all = stride(from: 0, to: corners.count, by: 3).map {
            SIMD3(Int32(corners[$0]), Int32(corners[$0 + 1]), Int32(corners[$0 + 2]))
        }
        triangles = kept.map { region in all.compactMap(region.renumbered) } ?? all
        self.vertexCount = vertexCount
        keptVertices = try kept.map { try Tensor($0.vertices) }
        self.faces = try Tensor(
            triangles.flatMap { [Int64($0.x), Int64($0.y), Int64($0.z)] },
            shape: [triangles.count, 3])
    }

    /// Prepares the rendering of a head: of its face region, if it names one.
    public init(_ head: FLAME) throws {
        try self.init(
            faces: head.facesTensor, vertexCount: head.vertexCount, keeping: head.faceVertexIds)
    }

    /// Renders heads in a crop, as SMIRK does at 224 x 224.
    ///
    /// - Parameters:
    ///   - vertices: `[B, V, 3]`, as ``FLAME`` gives them.
    ///   - camera: `[B, 3]`: scale, and shifts in x and y; see ``project(_:camera:)``.
    ///   - width: of the picture, pixels; the shorter side spans -1...1.
    ///   - height: of the picture, pixels.
    /// - Returns: pictures and maps.
    /// - Throws: ``FaceError`` for other shapes; `TorchError`.
    public func callAsFunction(
        _ vertices: Tensor, camera: Tensor, width: Int, height: Int
    ) throws -> PlainRendering {
        try draw(
            vertices, projected: PlainRender.project(vertices, camera: camera), width: width,
            height: height)
    }

    /// Renders heads where they are in the whole picture, of which a square crop was taken.
    ///
    /// - Parameters:
    ///   - vertices: `[B, V, 3]`.
    ///   - camera: `[B, 3]`, of the crop.
    ///   - crop: the crop's side in pixels, 224 in SMIRK.
    ///   - inverse: `[B, 2, 3]`: takes pixels of the crop to pixels of the picture, both counted
    ///     between centres (the first pixel's centre is 0).
    ///   - width: of the picture, pixels.
    ///   - height: of the picture, pixels.
    /// - Returns: pictures and maps.
    /// - Throws: ``FaceError`` for other shapes; `TorchError`.
    public func callAsFunction(
        _ vertices: Tensor, camera: Tensor, crop: Int, inverse: Tensor, width: Int, height: Int
    ) throws -> PlainRendering {
        try draw(
            vertices,
            projected: PlainRender.uncropped(
                PlainRender.project(vertices, camera: camera), crop: crop, inverse: inverse,
                width: width, height: height),
            width: width, height: height)
    }

    /// Draws vertices that are projected already.
    private func draw(_ vertices: Tensor, projected: Tensor, width: Int, height: Int) throws
        -> PlainRendering
    {
        guard vertices.shape[1] == vertexCount else {
            throw FaceError.shape(
                of: "vertices", expected: "[B, \(vertexCount), 3]", found: vertices.shape)
        }
        guard (1...16_384).contains(width), (1...16_384).contains(height) else {
            throw FaceError.argument(
                "size", expected: "sides of 1 to 16384 pixels", found: "\(width) x \(height)")
        }
        return try noGrad {
            func kept(_ x: Tensor) throws -> Tensor {
                let x = try x.to(.cpu).to(.float32)
                return try (keptVertices.map { try x.indexSelected(1, $0) } ?? x).contiguous()
            }
            let normals = try vertexNormals(kept(vertices), faces: faces)
            let lens = try kept(projected) + PlainRender.depthShift
            let rasterizer = Rasterizer(width: width, height: height)
            let maps = try rasterizer(lens, triangles: triangles)
            return PlainRendering(
                image: try PlainShading.image(maps, normals: normals, triangles: triangles),
                faceIndex: maps.faceIndex, z: maps.z, barycentrics: maps.barycentrics)
        }
    }

    /// Added before drawing to z, which is near 0, so that nothing is behind the camera; the x and
    /// y of the sum are 0.
    private static var depthShift: Tensor {
        get throws { try Tensor([Float(0), 0, 10]) }
    }
}

/// What ``PlainRender`` gives for B heads.
public struct PlainRendering {
    /// Albedo times shading, `[B, H, W]`, 0 to 1.2; 0 where there is no face.
    public let image: Tensor
    /// The triangle in front, `[B, H, W]`, `int64`, as ``PlainRender/faces`` counts them; -1 for
    /// none.
    public let faceIndex: Tensor
    /// Distance along the view, `[B, H, W]`, 10 at the head's origin and less in front; -1 where
    /// there is no face.
    public let z: Tensor
    /// How near the pixel is to each corner of its triangle, `[B, H, W, 3]`; -1 where there is no
    /// face.
    public let barycentrics: Tensor
}
