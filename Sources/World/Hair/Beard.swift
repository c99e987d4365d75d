import Foundation

/// Hair of the face as geometry: a coat over the skin's own triangles and, where it is long, locks
/// rooted in them, so that it follows the jaw and the lips.
package enum Beard {
    /// The beard of a person on a posed head, in the world's metres.
    ///
    /// - Parameters:
    ///   - person: whose ``Person/beard`` says all about it.
    ///   - posed: the head in the pose of the picture.
    ///   - head: its topology.
    ///   - detail: how finely.
    /// - Returns: nil without a beard.
    package static func surface(
        for person: Person, on posed: PosedHead, head: BuiltInHead, detail: Detail
    ) -> Surface? {
        let beard = person.beard
        guard beard.style != .none else { return nil }
        let zone = BeardZone(beard)
        var random = WorldRandom(seed: beard.seed, stream: "hair/beard")
        let places = roots(zone, beard, detail, &random)
        let layout = HairTexture(
            locks: places.count,
            square: detail == .full ? (beard.style == .stubble ? 256 : 192) : 112, detail: detail,
            chart: .beard)
        var mesh = LockMesh(reserving: 12_000, triangles: 14_000)
        coat(&mesh, zone, beard, posed, head, layout)
        var guide = LockMesh.Guide()
        for place in places {
            let shape = BeardLock.grow(place, zone, beard, posed, detail, &random, into: &guide)
            mesh.add(guide, shape, tone: 0.88 + 0.24 * random.unit())
        }
        mesh.lay(out: layout)
        let texture = layout.texture(
            StrandColours(beard.colour, variation: 0.6), tones: mesh.tones, fray: 0.35,
            seed: random.next(), region: .beard, stipple: beard.style == .stubble ? 0.75 : 0.3,
            cover: { zone.density(at: $0) })
        return Surface(
            part: .beard, positions: mesh.positions.map(BuiltInHead.metres), normals: mesh.normals,
            coordinates: mesh.coordinates, triangles: mesh.triangles, tangents: mesh.tangents,
            material: Material(
                model: .hair, albedo: beard.colour.linear, specular: 0.35, roughness: 0.5,
                region: .beard, texture: texture))
    }

    /// What the coat stands off the skin where the beard is dense, millimetres.
    private static func thickness(_ beard: Person.Beard) -> Float {
        switch beard.style {
        case .none, .stubble: 0.35
        case .moustache, .goatee: 0.4 + min(0.06 * beard.length, 0.8)
        case .shortBoxed: 0.4 + min(0.06 * beard.length, 0.6)
        case .full, .long: min(0.8 + 0.05 * beard.length, 2.5)
        }
    }

    private static func coat(
        _ mesh: inout LockMesh, _ zone: BeardZone, _ beard: Person.Beard, _ posed: PosedHead,
        _ head: BuiltInHead, _ layout: HairTexture
    ) {
        guard let piece = head.pieces.first(where: { $0.part == .head }) else { return }
        var numbers = [UInt32](repeating: 0, count: piece.vertices.count)
        let dense = piece.vertices.map { i in
            head.kinds[i] == .skin ? zone.density(at: head.places[i]) : -1
        }
        let thickness = thickness(beard)
        for t in head.triangles[piece.triangles] {
            let corners = SIMD3<Int>(truncatingIfNeeded: t)
            let (a, b, c) = (dense[corners.x], dense[corners.y], dense[corners.z])
            guard min(a, b, c) >= 0, max(a, b, c) > 0.02 else { continue }
            var triangle = SIMD3<UInt32>.zero
            for k in 0..<3 {
                let i = corners[k]
                if numbers[i] == 0 {
                    let n = posed.normals[i]
                    let down = posed.skull.direction(SIMD3(0, -1, 0.2))
                    mesh.add(
                        shell: BuiltInHead.millimetres(posed.positions[i])
                            + n * (0.15 + thickness * min(1, 1.2 * dense[i])),
                        normal: n,
                        tangent: Vector.direction(
                            Vector.flat(down, on: n), or: SIMD3(1, 0, 0)),
                        coordinate: layout.shell(head.places[i]))
                    numbers[i] = UInt32(mesh.shellCount)
                }
                triangle[k] = numbers[i] - 1
            }
            mesh.add(triangle: triangle)
        }
    }

    /// Places of the locks' roots.
    private static func roots(
        _ zone: BeardZone, _ beard: Person.Beard, _ detail: Detail, _ random: inout WorldRandom
    ) -> [ChartPoint] {
        guard beard.style != .stubble else { return [] }
        let count = detail == .full ? BeardLock.places.count : BeardLock.places.count * 2 / 5
        return BeardLock.places.prefix(count).filter {
            zone.density(at: $0) > 0.25 + 0.4 * random.unit()
        }
    }
}
