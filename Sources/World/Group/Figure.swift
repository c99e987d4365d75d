#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Trunk and arms under a bust: portraits end above them, pictures of groups show them.
///
/// Cut from the same cloth as the clothes. Hands are behind the back.
struct Figure {
    /// Metres below the middle of the head that the figure is fit to be seen at.
    static let bottom: Float = 0.85

    private let garment: Garment
    private var mesh = WornMesh()

    /// The body of a person.
    ///
    /// - Parameters:
    ///   - look: with the clothes worn.
    ///   - person: whose folds go on.
    ///   - rest: the person's head at rest, metres.
    ///   - head: whose topology that is.
    ///   - material: of the clothes.
    /// - Returns: a surface for the person at rest.
    static func surface(
        _ look: Look, _ person: Person, rest: PosedHead, head: BuiltInHead, material: Material
    ) -> Surface {
        var figure = Figure(Clothes.garment(look.clothes, person, WearersHead(rest, head)))
        figure.addTrunk()
        figure.addArm(side: 1)
        figure.addArm(side: -1)
        return figure.mesh.surface(.body, material)
    }

    private init(_ garment: Garment) { self.garment = garment }

    /// The clothes' hem drawn down over waist and hips.
    private mutating func addTrunk() {
        let columns = Garment.columns
        func ring(_ down: Double, _ off: Float) -> [SIMD3<Float>] {
            (0...columns).map { c in
                let angle = Garment.angle(c % columns)
                return garment.place(angle, down, off + garment.fold(angle, down))
            }
        }
        // Flush with the hem, so that cloth goes on and no cape ends there.
        let hem = ring(Garment.hem, garment.cut.off - 1)
        let middle = hem.dropLast().reduce(.zero, +) / Float(columns)
        // Millimetres below the hem, and the width there as a share.
        let profile: [(down: Float, share: Float)] = [
            (0, 1), (25, 1), (60, 0.985), (105, 0.955), (160, 0.92), (225, 0.9), (300, 0.905),
            (380, 0.93), (460, 0.945), (600, 0.94),
        ]
        let rows =
            [ring(Garment.hem - 40, garment.cut.off - 2)]
            + profile.map { level in
                hem.map { p in
                    SIMD3(
                        middle.x + (p.x - middle.x) * level.share, p.y - level.down,
                        middle.z + (p.z - middle.z) * level.share)
                }
            }
        let downs = [0] + profile.map(\.down)
        mesh.sheet(rows, isClosed: true) { r, c in
            Self.coordinate(Garment.angle(c), downs[r])
        }
    }

    /// An arm that hangs down and goes behind the back.
    private mutating func addArm(side: Float) {
        let angle = Double(side) * .pi / 2
        let shoulder = garment.place(angle, 272, -46)
        let hem = garment.place(angle, Garment.hem, 0)
        func beside(_ x: Float, _ y: Float, _ z: Float) -> SIMD3<Float> {
            SIMD3(hem.x + side * x, shoulder.y - y, shoulder.z + z)
        }
        let path = [
            shoulder, SIMD3(0.6 * shoulder.x + 0.4 * hem.x, shoulder.y - 60, shoulder.z),
            beside(-26, 140, -4), beside(-12, 230, -12), beside(-6, 300, -24),
            beside(-12, 345, -44), beside(-34, 400, -78), beside(-80, 450, -112),
        ]
        let radii: [Float] = [52, 56, 53, 49, 45, 43, 39, 33]
        let sides = 20
        let rows = path.indices.map { i in
            let along = Vector.unit(
                path[min(i + 1, path.count - 1)] - path[max(i - 1, 0)])
            let across = Vector.unit(Vector.cross(along, [0, 0, 1]))
            let front = Vector.cross(across, along)
            return (0...sides).map { k in
                let a = 2 * Float.pi * Float(k % sides) / Float(sides)
                return path[i] + (across * cosf(a) + front * sinf(a)) * radii[i]
            }
        }
        mesh.sheet(rows, isClosed: true) { r, c in
            let around = 0.4 * sin(2 * .pi * Double(c) / Double(sides))
            return Self.coordinate(angle + around, shoulder.y - path[r].y)
        }
    }

    /// The cloth there, going on with the stripes of the clothes' own lower end, to and fro.
    private static func coordinate(_ angle: Double, _ down: Float) -> SIMD2<Float> {
        let length = Float(Garment.hem - HeadChart.end) - 6
        let turn = fmodf(max(down, 0), 2 * length)
        let way = turn < length ? turn : 2 * length - turn
        return Garment.bodyCoordinate(angle, Garment.hem - 3 - Double(way))
    }
}
