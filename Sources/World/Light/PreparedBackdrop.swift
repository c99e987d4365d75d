/// A backdrop laid out: its blurred things are discs and soft boxes around the head.
///
/// Places are angles around the head in half fields of view, so that a camera that walks around sees
/// other things; horizontally they repeat every ``period``.
struct PreparedBackdrop {
    private struct Thing {
        var x, y: Float
        var half: SIMD2<Float>
        var isDisc: Bool
        /// Width of the blurred edge.
        var edge: Float
        var colour: SIMD3<Float>
        var opacity: Float
    }

    private static let period: Float = 6
    /// Radians in one unit: half of EG3D's field of view at a scale of 1.
    private let unit: Float

    private let backdrop: Backdrop
    private var things: [Thing] = []

    /// Lays a backdrop out; `scale` multiplies the size of its things.
    init(_ backdrop: Backdrop, scale: Float = 1) {
        self.backdrop = backdrop
        unit = 0.117 * scale
        switch backdrop {
        case .solid, .gradient, .vignette: break
        case .room(let tint, let seed): furnish(tint, seed)
        case .outdoors(let tint, let seed): plant(tint, seed)
        case .street(let tint, let seed): illuminate(tint, seed)
        }
    }

    /// The colour at a place.
    ///
    /// - Parameters:
    ///   - place: -1...1 over the picture, x right and y down.
    ///   - direction: of the ray in the world, any length.
    /// - Returns: linear RGB as displayed.
    func colour(at place: SIMD2<Float>, direction: SIMD3<Float>) -> SIMD3<Float> {
        switch backdrop {
        case .solid(let colour): return colour
        case .gradient(let top, let bottom):
            return Scalar.mix(top, bottom, Scalar.smooth(-1, 1, place.y))
        case .vignette(let centre, let edge):
            let offset = place - SIMD2(0, -0.1)
            let far = (offset.x * offset.x + offset.y * offset.y).squareRoot()
            return Scalar.mix(centre, edge, Scalar.smooth(0.1, 1.35, far))
        case .room(let tint, _), .outdoors(let tint, _), .street(let tint, _):
            return scenery(tint, direction)
        }
    }

    private func scenery(_ tint: SIMD3<Float>, _ direction: SIMD3<Float>) -> SIMD3<Float> {
        let d = Vector.unit(direction)
        let x = Scalar.arcTangent(d.x, -d.z) / unit
        let y = d.y / unit
        var colour = ground(tint, y)
        for thing in things {
            let dy = y - thing.y
            guard abs(dy) < thing.half.y + thing.edge else { continue }
            var dx = x - thing.x
            dx -= (dx / PreparedBackdrop.period).rounded() * PreparedBackdrop.period
            let cover: Float
            if thing.isDisc {
                let far = (dx * dx + dy * dy).squareRoot()
                cover = 1 - Scalar.smooth(thing.half.x - thing.edge, thing.half.x + thing.edge, far)
            } else {
                let e = thing.edge
                cover =
                    (1 - Scalar.smooth(thing.half.x - e, thing.half.x + e, abs(dx)))
                    * (1 - Scalar.smooth(thing.half.y - e, thing.half.y + e, abs(dy)))
            }
            colour = Scalar.mix(colour, thing.colour, cover * thing.opacity)
        }
        return colour
    }

    /// What is behind all things, by height above the head's middle.
    private func ground(_ tint: SIMD3<Float>, _ y: Float) -> SIMD3<Float> {
        switch backdrop {
        case .outdoors:
            let sky = SIMD3<Float>(0.62, 0.76, 0.92)
            let green = SIMD3<Float>(0.16, 0.24, 0.09)
            return Scalar.mix(green, sky, Scalar.smooth(-0.7, 1.3, y)) * tint
        case .street:
            return Scalar.mix(
                [0.012, 0.011, 0.018], [0.03, 0.026, 0.05], Scalar.smooth(-1.2, 1, y)) * tint
        default:
            return Scalar.mix([0.2, 0.17, 0.14], [0.42, 0.39, 0.35], Scalar.smooth(-1.6, 0.6, y))
                * tint
        }
    }

    private mutating func furnish(_ tint: SIMD3<Float>, _ seed: UInt32) {
        for i in 0..<9 {
            let r = draws(seed, i)
            let shade = 0.08 + 0.5 * r[4]
            let hue = SIMD3<Float>(1, 0.8 + 0.2 * r[5], 0.62 + 0.38 * r[6])
            things.append(
                Thing(
                    x: Float(i) * 0.67 + 0.4 * r[0], y: -1.1 + 1.7 * r[1],
                    half: SIMD2(0.12 + 0.3 * r[2], 0.25 + 0.7 * r[3]), isDisc: false,
                    edge: 0.1 + 0.06 * r[7], colour: hue * tint * shade, opacity: 0.75))
        }
        let r = draws(seed, 100)
        things.append(
            Thing(
                x: 6 * r[0], y: 0.25 + 0.4 * r[1], half: SIMD2(0.3, 0.3), isDisc: true, edge: 0.29,
                colour: SIMD3(1, 0.86, 0.62), opacity: 0.8))
    }

    private mutating func plant(_ tint: SIMD3<Float>, _ seed: UInt32) {
        for i in 0..<14 {
            let r = draws(seed, i)
            let leaf = SIMD3<Float>(0.1 + 0.2 * r[4], 0.2 + 0.28 * r[5], 0.05 + 0.1 * r[6])
            let size = 0.25 + 0.45 * r[2]
            things.append(
                Thing(
                    x: Float(i) * 0.43 + 0.4 * r[0], y: -1.2 + 1.7 * r[1] * r[1],
                    half: SIMD2(size, size), isDisc: true, edge: size * 0.9, colour: leaf * tint,
                    opacity: 0.7))
        }
        for i in 0..<16 {
            let r = draws(seed, 200 + i)
            let size = 0.07 + 0.08 * r[2]
            things.append(
                Thing(
                    x: 6 * r[0], y: -0.6 + 1.5 * r[1], half: SIMD2(size, size), isDisc: true,
                    edge: 0.02, colour: SIMD3(0.95, 0.97, 0.72) * tint, opacity: 0.1 + 0.2 * r[3]))
        }
    }

    private mutating func illuminate(_ tint: SIMD3<Float>, _ seed: UInt32) {
        let colours: [SIMD3<Float>] = [
            [1, 0.55, 0.16], [1, 0.2, 0.5], [0.1, 0.65, 1], [1, 0.85, 0.5], [0.3, 1, 0.55],
        ]
        for i in 0..<30 {
            let r = draws(seed, i)
            let size = 0.08 + 0.12 * r[2]
            let colour = colours[min(Int(r[3] * 5), 4)]
            things.append(
                Thing(
                    x: 6 * r[0], y: -0.9 + 1.5 * r[1], half: SIMD2(size, size), isDisc: true,
                    edge: 0.025, colour: colour * tint, opacity: 0.15 + 0.45 * r[4]))
        }
    }

    /// Eight numbers in 0 ..< 1 for a thing.
    private func draws(_ seed: UInt32, _ thing: Int) -> [Float] {
        (0..<8).map { Noise.unit(Noise.hash(UInt32(thing), UInt32($0) + 50, seed)) }
    }
}
