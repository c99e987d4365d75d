import Foundation

/// One lock of a beard.
enum BeardLock {
    /// Evenly strewn over all that a beard can cover, in the order in which they are used.
    static let places: [ChartPoint] = {
        var random = WorldRandomBits(state: 0xBEA2D)
        var candidates: [ChartPoint] = []
        while candidates.count < 3600 {
            candidates.append(
                ChartPoint(
                    angle: 2.9 * (random.unit() - 0.5), down: 40 + 125 * random.unit()))
        }
        let whole = Person.Beard(
            style: .full, length: 20, density: 1,
            colour: HairColour(eumelanin: 1, pheomelanin: 0), seed: 0)
        let zone = BeardZone(whole)
        return HairRoots.spread(candidates.filter { zone.density(at: $0) > 0.3 }, count: 420)
    }()

    /// Makes the guide of the lock at a place, in millimetres, and tells its shape.
    static func grow(
        _ place: ChartPoint, _ zone: BeardZone, _ beard: Person.Beard, _ posed: PosedHead,
        _ detail: Detail, _ random: inout WorldRandom, into guide: inout LockMesh.Guide
    ) -> LockMesh.Shape {
        let chart = SkinChart.shared
        func skin(_ place: ChartPoint) -> SIMD3<Float> {
            BuiltInHead.millimetres(chart.value(posed.positions, at: place))
        }
        let a = Float(place.angle)
        let onLip = place.down < 107 && abs(a) < 0.46
        let aside = 0.35 * random.signed()
        // Growth runs down the face, on the lip outwards, on the jaw towards the chin.
        let flow = onLip
            ? SIMD2((a < 0 ? -1 : 1) * (0.35 + 1.6 * min(abs(a) * 3, 1)) + aside, 1)
            : SIMD2(-0.5 * a + aside, 1.6)
        let root = skin(place)
        let normal = HairVector.unit(chart.value(posed.normals, at: place), or: SIMD3(0, 0, 1))
        let ahead = skin(
            ChartPoint(
                angle: place.angle + Double(flow.x) * 0.03, down: place.down + 3 * Double(flow.y)))
        let along = HairVector.unit(
            HairVector.flat(ahead - root, on: normal), or: posed.skull.direction(SIMD3(0, -1, 0)))
        let down = posed.skull.direction(HairVector.unit(SIMD3(-0.007 * root.x, -1, 0.16)))
        let segments = detail == .full ? 7 : 5
        let chin = ramp(Float(place.down), 100, 138) * ramp(1.15 - abs(a), 0, 0.7)
        var long = min(beard.length, 16)
        if !onLip { long = blend(min(beard.length, 18), beard.length, chin) }
        long = max(5, long) * (0.8 + 0.4 * random.unit())
        guide.clear()
        var p = root - normal * 0.6
        let puff = onLip ? 0.22 : 0.32 + 0.12 * random.unit()
        var d = HairVector.unit(along + normal * puff, or: along)
        let delta = long / Float(segments)
        for k in 0...segments {
            guide.points.append(p)
            guide.normals.append(HairVector.unit(normal * 1.5 - down * 0.15, or: normal))
            let t = Float(k) / Float(segments)
            let bend = onLip ? along - normal * 0.25 : along * (1 - t) + down * (0.5 + t)
            d = HairVector.unit(d * 1.6 + bend * (0.4 + delta * 0.06), or: d)
            p += d * delta
        }
        let width = (onLip ? 4.5 : 7 + 0.075 * min(long, 120)) * (detail == .full ? 1 : 1.5)
        return LockMesh.Shape(
            width: width * (0.8 + 0.4 * random.unit()), thickness: width * 0.22, root: 0.75,
            tip: 0.15, taper: 0.5, across: 2)
    }
}
