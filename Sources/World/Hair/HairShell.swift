/// The coat right on the scalp, of the head's own triangles: no skin shows between locks.
enum HairShell {
    static func add(
        to mesh: inout LockMesh, _ cut: HairCut, _ rest: PosedHead, head: BuiltInHead,
        _ layout: HairTexture
    ) {
        guard let piece = head.pieces.first(where: { $0.part == .head }) else { return }
        // 1 + new number of each vertex; 0 for none.
        var numbers = [UInt32](repeating: 0, count: piece.vertices.count)
        let grown = piece.vertices.map { i in
            head.kinds[i] == .skin && cut.hairline.density(at: head.places[i]) > 0.02
        }
        for t in head.triangles[piece.triangles] {
            let corners = SIMD3<Int>(truncatingIfNeeded: t)
            guard head.kinds[corners.x] == .skin,
                grown[corners.x] || grown[corners.y] || grown[corners.z]
            else { continue }
            var triangle = SIMD3<UInt32>.zero
            for k in 0..<3 {
                let i = corners[k]
                if numbers[i] == 0 {
                    add(vertex: i, to: &mesh, cut, rest, head, layout)
                    numbers[i] = UInt32(mesh.shellCount)
                }
                triangle[k] = numbers[i] - 1
            }
            mesh.add(triangle: triangle)
        }
    }

    private static func add(
        vertex i: Int, to mesh: inout LockMesh, _ cut: HairCut, _ rest: PosedHead,
        _ head: BuiltInHead, _ layout: HairTexture
    ) {
        let place = head.places[i]
        let normal = rest.normals[i]
        let p = BuiltInHead.millimetres(rest.positions[i])
        // Strands of the shell run away from the whorl.
        let along = Vector.flat(p - HairCut.whorl, on: normal)
        mesh.add(
            shell: p + normal * cut.shell(place), normal: normal,
            tangent: Vector.direction(along, or: Vector.direction(SIMD3(normal.y, -normal.x, 0))),
            coordinate: layout.shell(place))
    }
}
