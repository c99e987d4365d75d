import Foundation

/// How finely hair is made.
package enum Detail: Sendable {
    /// For pictures of about 128 pixels: at most 10,000 triangles.
    case low
    /// At most 30,000 triangles.
    case full
}

/// Hair of the head as geometry: a shell over the scalp, and locks that grow from it.
///
/// The same person's hair has the same vertices in every picture; it is made for the head at rest and
/// moves with the skull (``RigidMotion/moved(_:)``).
package enum Hair {
    /// The hair of a person, in the world's metres.
    ///
    /// - Parameters:
    ///   - person: whose ``Person/hair`` says all about it.
    ///   - rest: the person's head, neutral and not posed.
    ///   - head: its topology.
    ///   - detail: how finely.
    /// - Returns: nil where nothing stands off the scalp: bald or shaved.
    package static func surface(
        for person: Person, on rest: PosedHead, head: BuiltInHead, detail: Detail
    ) -> Surface? {
        let hairline = hairline(of: person)
        let style = person.hair.style
        guard style != .shaved, style != .bald || person.hair.recession > 0.3 else { return nil }
        let cut = HairCut(person, rest, hairline, detail: detail)
        let envelope = HeadEnvelope(rest.positions, head: head)
        var random = WorldRandom(seed: person.hair.seed, stream: "hair/locks")
        var mesh = LockMesh(reserving: 24_000, triangles: 30_000)
        let isShort = cut.count == 0
        let square = isShort ? (detail == .full ? 256 : 128) : detail == .full ? 128 : 80
        let roots = roots(cut, rest, &random)
        let tails = HairTails(cut: cut, envelope: envelope)
        let layout = HairTexture(
            locks: roots.count + tails.count, square: square, detail: detail)
        HairShell.add(to: &mesh, cut, rest, head: head, layout)
        var grower = LockGrower(envelope)
        var guide = LockMesh.Guide()
        for var root in roots {
            let depth = style == .afro ? cut.afroHeight(root.place) : 0
            if style == .afro {
                root.position += root.normal * (depth * (0.55 + 0.4 * random.unit()))
            }
            let (growth, shape) = cut.lock(at: root, &random)
            grower.grow(
                root: root.position, normal: root.normal, growth, segments: cut.segments,
                into: &guide)
            mesh.add(guide, shape, tone: 0.88 + 0.22 * random.unit()) {
                envelope.push($0, clearance: 0.4, ears: 0.6)
            }
        }
        tails.add(to: &mesh, &random)
        mesh.lay(out: layout)
        let texture = layout.texture(
            StrandColours(person.hair.colour, variation: person.hair.variation), tones: mesh.tones,
            fray: style == .bob || style == .fringeBob ? 0.12 : 0.22, seed: random.next(),
            region: .hair, stipple: isShort ? 0.55 : 0.15, cover: { hairline.density(at: $0) })
        return Surface(
            part: .hair, positions: mesh.positions.map(BuiltInHead.metres), normals: mesh.normals,
            coordinates: mesh.coordinates, triangles: mesh.triangles, tangents: mesh.tangents,
            material: Material(
                model: .hair, albedo: person.hair.colour.linear, specular: 0.5, roughness: 0.42,
                region: .hair, texture: texture))
    }

    /// Where a person's hair grows.
    static func hairline(of person: Person) -> Hairline {
        let hair = person.hair
        let shows = hair.style.allowsRecession || hair.style == .bald || hair.style == .shaved
        return Hairline(
            masculinity: person.masculinity,
            recession: hair.style == .bald ? max(hair.recession, 0.95) : shows ? hair.recession : 0,
            softness: hair.style == .buzz || hair.style == .bald ? 9 : 6,
            phase: Float(hair.seed % 628) / 100)
    }

    /// The roots of the locks, in their fixed order.
    private static func roots(
        _ cut: HairCut, _ rest: PosedHead, _ random: inout WorldRandom
    ) -> [HairCut.Root] {
        var result: [HairCut.Root] = []
        let chart = SkinChart.shared
        for place in HairRoots.places.prefix(cut.count) {
            guard cut.hairline.density(at: place) > 0.3 + 0.3 * random.unit() else { continue }
            let root = HairCut.Root(
                place: place,
                position: BuiltInHead.millimetres(chart.value(rest.positions, at: place)),
                normal: Vector.direction(chart.value(rest.normals, at: place)))
            if cut.isLock(root) { result.append(root) }
        }
        return result
    }
}
