import Foundation

/// One lock of a beard.
enum BeardLock {
    /// Evenly strewn over all that a beard can cover, in the order in which they are used.
    static let places: [ChartPoint] = {
        let lip = strewn(.moustache, count: 130)
        let jaw = strewn(.full, count: 400).filter { $0.down > 107 || abs($0.angle) > 0.46 }
        // A third of any first so many is on the lip.
        return jaw.indices.flatMap { i in
            i % 3 == 0 && i / 3 < lip.count ? [jaw[i], lip[i / 3]] : [jaw[i]]
        }
    }()

    private static func strewn(_ style: BeardStyle, count: Int) -> [ChartPoint] {
        var random = SplitMix64(state: 0xBEA2D)
        let zone = BeardZone(
            Person.Beard(
                style: style, length: 20, density: 1,
                colour: HairColour(eumelanin: 1, pheomelanin: 0), seed: 0))
        var candidates: [ChartPoint] = []
        while candidates.count < 1800 {
            let place =
                style == .moustache
                ? ChartPoint(angle: 1.1 * (random.unit() - 0.5), down: 80 + 26 * random.unit())
                : ChartPoint(angle: 2.9 * (random.unit() - 0.5), down: 40 + 125 * random.unit())
            if zone.density(at: place) > 0.5 { candidates.append(place) }
        }
        return HairRoots.spread(candidates, count: count)
    }

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
        let flow =
            onLip
            ? SIMD2((a < 0 ? -1 : 1) * (0.35 + 1.6 * min(abs(a) * 3, 1)) + aside, 1)
            : SIMD2(-0.5 * a + aside, 1.6)
        let root = skin(place)
        let normal = Vector.direction(chart.value(posed.normals, at: place), or: SIMD3(0, 0, 1))
        let ahead = skin(
            ChartPoint(
                angle: place.angle + Double(flow.x) * 0.03, down: place.down + 3 * Double(flow.y)))
        let along = Vector.direction(
            Vector.flat(ahead - root, on: normal), or: posed.skull.direction(SIMD3(0, -1, 0)))
        let down = posed.skull.direction(Vector.direction(SIMD3(-0.007 * root.x, -1, 0.16)))
        let segments = detail == .full ? 7 : 5
        let chin = ramp(Float(place.down), 100, 138) * ramp(1.15 - abs(a), 0, 0.7)
        var long = min(beard.length, 8.5)
        if !onLip { long = blend(min(beard.length, 18), beard.length, chin) }
        long = max(5, long) * (0.8 + 0.4 * random.unit())
        guide.clear()
        var p = root - normal * 0.4
        let puff = (onLip ? 0.34 : 0.42) + 0.14 * random.unit()
        var d = Vector.direction(along + normal * puff, or: along)
        let delta = long / Float(segments)
        for k in 0...segments {
            guide.points.append(p)
            guide.normals.append(Vector.direction(normal * 1.5 - down * 0.15, or: normal))
            let t = Float(k) / Float(segments)
            let bend = onLip ? along - normal * 0.4 : along * (1 - t) + down * (0.5 + t)
            d = Vector.direction(d * 1.6 + bend * (0.4 + delta * 0.06), or: d)
            p += d * delta
        }
        let width = (onLip ? 3.2 : 3.4 + 0.1 * min(long, 110)) * (detail == .full ? 1 : 1.5)
        return LockMesh.Shape(
            width: width * (0.8 + 0.4 * random.unit()), thickness: width * 0.18, root: 0.75,
            tip: 0.15, taper: 0.5, across: 2)
    }
}
