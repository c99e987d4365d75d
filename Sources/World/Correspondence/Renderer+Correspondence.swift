extension Renderer {
    /// Finds what one render shows in another.
    ///
    /// Both may be of one person in two poses, or of two people: a mesh of equal topology is the same
    /// surface. Meshes without equal topology, such as two hair styles, have no counterpart; leave
    /// parts out by `parts` when their number of triangles is equal by chance.
    ///
    /// - Parameters:
    ///   - a: where the pixels are.
    ///   - b: where they are looked for.
    ///   - surfaces: the meshes that `b` was rendered from.
    ///   - parts: which parts take part; nil for all. The others still hide what is behind them.
    /// - Returns: flow and visibility for every pixel of `a`.
    /// - Throws: ``RenderError/notAlike(detail:)`` when `surfaces` are not those of `b`; other cases of
    ///   ``RenderError`` for meshes that cannot be rendered.
    public func correspondence(
        from a: RenderedView, to b: RenderedView, surfaces: [Surface], parts: [Part]? = nil
    ) throws -> Correspondence {
        for surface in surfaces {
            let found = b.triangleCounts[Int(surface.part.rawValue)]
            guard surface.triangles.count == found else {
                throw RenderError.notAlike(
                    detail: "part '\(surface.part)' has \(surface.triangles.count) triangles and "
                        + "the render has \(found)")
            }
        }
        return try TextureView.withViews(of: surfaces.map(\.material.texture)[...]) { views in
            let scene = try RayScene(surfaces, views: views, device: device)
            return try Matching(a, b, scene: scene, parts: parts).result()
        }
    }
}

/// The maps of a correspondence while they are being made.
private final class Matching {
    private let a: RenderedView
    private let b: RenderedView
    private let scene: RayScene
    /// Place of each part's table, or -1 for a part that has no counterpart.
    private var table: [Int]
    private var flow: [SIMD2<Float>]
    private var state: [UInt8]
    private var depth: [Float]

    init(_ a: RenderedView, _ b: RenderedView, scene: RayScene, parts: [Part]?) {
        self.a = a
        self.b = b
        self.scene = scene
        table = [Int](repeating: -1, count: 256)
        for i in 0..<scene.count {
            let part = Int(scene.tables[i].part)
            let isWanted = parts.map { $0.contains { Int($0.rawValue) == part } } ?? true
            if isWanted, a.triangleCounts[part] == b.triangleCounts[part] { table[part] = i }
        }
        let count = a.width * a.height
        flow = [SIMD2<Float>](repeating: .zero, count: count)
        state = [UInt8](repeating: Correspondence.State.none.rawValue, count: count)
        depth = [Float](repeating: 0, count: count)
    }

    func result() throws -> Correspondence {
        let block = 4096
        let rays = RayBatch(capacity: block)
        let hits = HitPointers(capacity: block)
        defer { hits.deallocate() }
        var owners: [Int] = []
        for start in stride(from: 0, to: flow.count, by: block) {
            owners.removeAll(keepingCapacity: true)
            for i in start..<min(start + block, flow.count) {
                guard let direction = place(i) else { continue }
                rays.set(
                    owners.count, origin: b.camera.position, direction: direction, near: 0.01,
                    far: .infinity, key: 0)
                owners.append(i)
            }
            try rays.intersect(scene.solid, count: owners.count, coherent: true, into: hits)
            for (ray, i) in owners.enumerated() {
                // Directions end at the point, so a distance of 1 is the point itself.
                let isHidden =
                    hits.mesh[ray] != HitPointers.miss
                    && hits.distance[ray] * depth[i] < depth[i] - Correspondence.tolerance
                let found: Correspondence.State = isHidden ? .occluded : .visible
                state[i] = found.rawValue
            }
        }
        return Correspondence(
            width: a.width, height: a.height, targetWidth: b.width, targetHeight: b.height,
            flow: flow, state: state, depth: depth)
    }

    /// Finds pixel `i` of A in B; returns the way from B's camera to it when it is inside the picture.
    private func place(_ i: Int) -> SIMD3<Float>? {
        let at = table[Int(a.part[i])]
        guard at >= 0, a.part[i] != Part.background.rawValue else { return nil }
        let mesh = scene.tables[at]
        let corner = mesh.triangles[Int(a.triangle[i])]
        let (u, v) = (a.barycentrics[i].x, a.barycentrics[i].y)
        let point =
            mesh.positions[Int(corner.x)] * (1 - u - v) + mesh.positions[Int(corner.y)] * u
            + mesh.positions[Int(corner.z)] * v
        guard let seen = b.camera.project(point, width: b.width, height: b.height) else {
            state[i] = Correspondence.State.outside.rawValue
            return nil
        }
        let own = SIMD2(Float(i % a.width) + 0.5, Float(i / a.width) + 0.5)
        flow[i] = seen.pixel - own
        depth[i] = seen.depth
        let isInside =
            seen.pixel.x >= 0 && seen.pixel.y >= 0 && seen.pixel.x < Float(b.width)
            && seen.pixel.y < Float(b.height)
        guard isInside else {
            state[i] = Correspondence.State.outside.rawValue
            return nil
        }
        return point - b.camera.position
    }
}
