import World

/// A person's head at rest without the detour over tensors, and measures of what it wears.
struct WornFixture {
    let person: Person
    let rest: PosedHead
    let head = BuiltInHead.shared
    let wearer: WearersHead
    /// The skin's points in front, which glasses might cut.
    let face: [SIMD3<Float>]

    init(_ index: Int) {
        person = Person(seed: 7, index: index)
        rest = PosedHead(atRest: person)
        wearer = WearersHead(rest, head)
        let least = wearer.eyes[0].z * 1e-3 - 0.02
        let (kinds, points) = (head.kinds, rest.positions)
        face = points.indices.filter { kinds[$0] == .skin && points[$0].z > least }.map {
            points[$0]
        }
    }

    /// The person's look with something of every kind; kinds go round with the numbers.
    func look(_ kind: Int) -> Look {
        var look = Look(of: person, view: kind)
        look.glasses.style = GlassesStyle.allCases[1 + kind % 5]
        look.hat.style = HatStyle.allCases[1 + kind % 4]
        look.earRings.style = EarRingStyle.allCases[1 + kind % 3]
        look.clothes.style = ClothesStyle.allCases[kind % 7]
        return look
    }

    func worn(_ look: Look) -> [Surface] {
        Worn.rigid(look: look, person: person, rest: rest, head: head)
            + Worn.fixed(look: look, person: person, rest: rest, head: head)
            + [Lashes.surface(for: person, on: rest, head: head)]
    }

    /// Skin with the neck turned by an axis-angle, radians; skinned as FLAME does it.
    func turned(_ turn: SIMD3<Float>) -> PosedHead {
        var pivot = SIMD3<Float>.zero
        var count: Float = 0
        for i in rest.positions.indices
        where head.kinds[i] == .skin && (190...225).contains(head.places[i].down) {
            pivot += rest.positions[i]
            count += 1
        }
        let motion = RigidMotion(axisAngle: turn, pivot: pivot / count)
        var posed = rest
        posed.skull = motion
        for i in rest.positions.indices {
            let p = rest.positions[i]
            let t = Float(min(max((head.places[i].down - 150) / 95, 0), 1))
            let share = 1 - t * t * (3 - 2 * t)
            posed.positions[i] = p + (motion.point(p) - p) * share
            posed.normals[i] += (motion.direction(rest.normals[i]) - rest.normals[i]) * share
        }
        return posed
    }

    /// How many points of the skin below a garment's opening see no cloth within 60 mm outside.
    func barePoints(under clothes: Surface, from down: (Double) -> Double, _ skin: PosedHead) -> Int
    {
        var bare = 0
        for i in skin.positions.indices
        where head.kinds[i] == .skin && head.places[i].down > down(head.places[i].angle)
            && head.places[i].down < 344
        {
            let hit = clothes.triangles.contains { t in
                Self.hits(
                    skin.positions[i], skin.normals[i], clothes.positions[Int(t.x)],
                    clothes.positions[Int(t.y)], clothes.positions[Int(t.z)], reach: 0.06)
            }
            if !hit { bare += 1 }
        }
        return bare
    }

    /// How far the face stands out before the lenses, millimetres; at most zero when it does not.
    func cut(by lens: Surface) -> Float {
        var deepest: Float = -.infinity
        for t in lens.triangles {
            let (a, b, c) = (
                lens.positions[Int(t.x)], lens.positions[Int(t.y)], lens.positions[Int(t.z)]
            )
            let (low, high) = (
                pointwiseMin(a, pointwiseMin(b, c)), pointwiseMax(a, pointwiseMax(b, c))
            )
            for p in face where p.x >= low.x && p.x <= high.x && p.y >= low.y && p.y <= high.y {
                deepest = max(deepest, (p.z - high.z) * 1e3)
            }
        }
        return deepest
    }

    /// How far a point lies off the skin, metres; negative inside.
    func clearance(of p: SIMD3<Float>) -> Float {
        var (nearest, height) = (Float.infinity, Float(0))
        for i in rest.positions.indices where head.kinds[i] == .skin {
            let d = p - rest.positions[i]
            let square = Shapes.dot(d, d)
            if square < nearest { (nearest, height) = (square, Shapes.dot(d, rest.normals[i])) }
        }
        return height
    }

    /// Möller and Trumbore 1997.
    private static func hits(
        _ o: SIMD3<Float>, _ d: SIMD3<Float>, _ a: SIMD3<Float>, _ b: SIMD3<Float>,
        _ c: SIMD3<Float>, reach: Float
    ) -> Bool {
        let (e, f) = (b - a, c - a)
        let h = Shapes.cross(d, f)
        let determinant = Shapes.dot(e, h)
        guard abs(determinant) > 1e-14 else { return false }
        let s = o - a
        let u = Shapes.dot(s, h) / determinant
        // Rays through an edge hit both of its triangles.
        guard u >= -1e-4, u <= 1 + 1e-4 else { return false }
        let q = Shapes.cross(s, e)
        let v = Shapes.dot(d, q) / determinant
        guard v >= -1e-4, u + v <= 1 + 1e-4 else { return false }
        let t = Shapes.dot(f, q) / determinant
        return t > 0 && t < reach
    }

    static func length(_ a: SIMD3<Float>) -> Float { Shapes.dot(a, a).squareRoot() }
}
