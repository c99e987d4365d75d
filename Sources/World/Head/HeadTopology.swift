import Foundation

/// The skin's one mesh: places on the chart, triangles, and the rims of its openings.
///
/// Rings follow the lids and the lips; in between, points are strewn evenly at a spacing that is
/// fine in the face and coarse behind; Delaunay's triangulation in the chart's conformal plane joins
/// them. Both halves are mirror images. At the back of the head the texture is cut, so the points of
/// that line exist twice.
package struct HeadTopology {
    /// `[V]`.
    var places: [ChartPoint] = []
    /// Corners, counter-clockwise from outside.
    package var triangles: [SIMD3<Int32>] = []
    /// Rims of the lids, from the inner corner over the top; left eye, right eye.
    package var lidRims: [[Int]] = []
    /// Rim of the lips, from the left corner over the upper lip.
    package var lipRim: [Int] = []
    /// For each vertex the first one at the same place: the twins of the cut share normals.
    var twin: [Int] = []

    static let lidCount = 40
    static let lipCount = 48

    init() {
        var half: [ChartPoint] = []
        var middle: [ChartPoint] = []
        // Rims first, so that their numbers are known.
        let lids = Self.lidRings()
        half += lids
        let lips = Self.lipRings()
        lipRim = []
        var lipPlaces: [(place: ChartPoint, mirrored: Int)] = []
        for place in lips { lipPlaces.append((place, 0)) }
        middle += Self.middleLine()
        let end = stride(from: 1.0, to: 20.0, by: 1).map {
            ChartPoint(angle: .pi * $0 / 20, down: HeadChart.end)
        }
        half += end
        let fixed = half + middle + lips
        half += Self.strewn(around: fixed)

        // Left half, its mirror image, then what lies in the middle or is symmetric in itself.
        let mirrored = half.map { ChartPoint(angle: -$0.angle, down: $0.down) }
        places = half + mirrored + lips + middle
        let count = Self.lidCount
        lidRims = [Array(0..<count), Array(half.count..<half.count + count)]
        lipRim = Array(2 * half.count..<2 * half.count + Self.lipCount)

        let raw = Delaunay.triangulate(places.map(HeadChart.plane))
        let lidPolygon = lidRims.map { $0.map { Self.flat(places[$0]) } }
        let lipPolygon = lipRim.map { Self.flat(places[$0]) }
        triangles = raw.filter { triangle in
            let corners = (0..<3).map { places[Int(triangle[$0])] }
            guard corners.allSatisfy({ abs($0.angle) < 2 && $0.down > 0 }) else { return true }
            let centre = corners.reduce(SIMD2<Double>.zero) { $0 + Self.flat($1) } / 3
            return !(lidPolygon + [lipPolygon]).contains { Self.polygon($0, holds: centre) }
        }
        twin = Array(places.indices)
        cutBehind()
        // The plane is seen from above the crown; outside is up there, so the turn is kept.
        triangles = triangles.map { SIMD3($0.x, $0.z, $0.y) }
    }

    /// Chart in millimetres, for distances in the face.
    static func flat(_ c: ChartPoint) -> SIMD2<Double> {
        SIMD2(HeadChart.radius * c.angle, c.down)
    }

    private static func lidRings() -> [ChartPoint] {
        var result: [ChartPoint] = []
        let rim = (0..<lidCount).map {
            HeadChart.place(Eye.margin(Double($0) / Double(lidCount)))
        }
        result += rim
        for (distance, step) in [(1.0, 1), (2.2, 1), (3.5, 1), (5.0, 1), (6.8, 2), (9, 2)] {
            for i in stride(from: 0, to: lidCount, by: step) {
                let n = Eye.outward(Double(i) / Double(lidCount))
                let p = flat(rim[i]) + SIMD2(n.x, -n.y) * distance
                result.append(ChartPoint(angle: p.x / HeadChart.radius, down: p.y))
            }
        }
        return result
    }

    private static func lipRings() -> [ChartPoint] {
        var result: [ChartPoint] = []
        let rim = (0..<lipCount).map { Mouth.edge(Double($0) / Double(lipCount)) }
        result += rim
        for (distance, step) in [(1.1, 1), (2.4, 1), (3.9, 1), (5.6, 1), (7.4, 2), (9.8, 2)] {
            for i in stride(from: 0, to: lipCount, by: step) {
                let a = flat(rim[(i + lipCount - 1) % lipCount])
                let b = flat(rim[(i + 1) % lipCount])
                let along = (b - a) / ((b - a) * (b - a)).sum().squareRoot()
                let p = flat(rim[i]) + SIMD2(-along.y, along.x) * distance
                result.append(ChartPoint(angle: p.x / HeadChart.radius, down: p.y))
            }
        }
        return result.map { abs($0.angle) < 1e-9 ? ChartPoint(angle: 0, down: $0.down) : $0 }
    }

    /// The line down the face and the line up the back, with the crown.
    private static func middleLine() -> [ChartPoint] {
        var result = [ChartPoint(angle: 0, down: HeadChart.crown)]
        var down = HeadChart.crown + 4
        while down < HeadChart.end - 6 {
            let place = ChartPoint(angle: 0, down: down)
            let lips = HeadChart.ring - Mouth.line
            if abs(down - lips) > 11 { result.append(place) }
            down += spacing(place)
        }
        down = HeadChart.crown + 4
        while down < HeadChart.end - 6 {
            result.append(ChartPoint(angle: .pi, down: down))
            down += 0.8 * spacing(ChartPoint(angle: .pi, down: down))
        }
        result.append(ChartPoint(angle: 0, down: HeadChart.end))
        result.append(ChartPoint(angle: .pi, down: HeadChart.end))
        return result
    }

    /// Millimetres between neighbouring points.
    private static func spacing(_ c: ChartPoint) -> Double {
        let p = flat(c)
        let q = SIMD2(abs(p.x), p.y)
        func near(_ x: Double, _ y: Double, _ reach: Double) -> Double {
            let d = q - SIMD2(x, y)
            return max(0, (d * d).sum().squareRoot() - reach)
        }
        let eye = 2.3 + 0.16 * near(36, 30, 22)
        let mouth = 2.2 + 0.16 * near(0, 100, 20)
        let lipEnd = 2.2 + 0.16 * near(20, 100, 10)
        let nose = 2.1 + 0.14 * near(5, 76, 16)
        let front = abs(c.angle) < 1.5 ? 4.6 : 4.6 + 5 * (abs(c.angle) - 1.5)
        var far = max(front, 4.6)
        if c.down < -20 { far = max(far, 4.6 + 0.09 * (-20 - c.down)) }
        if c.down > 140 { far = max(far, 5 + 0.08 * (c.down - 140)) }
        far = min(far, 10)
        if c.down > 240 { far = 10 + 0.09 * (c.down - 240) }
        return min(eye, mouth, lipEnd, nose, far)
    }

    /// Points strewn over the left half, none nearer to another than the spacing there.
    private static func strewn(around fixed: [ChartPoint]) -> [ChartPoint] {
        var grid = ChartGrid()
        for place in fixed { grid.add(place) }
        var random = SplitMix64(state: 0x5EED_0F_FACE5)
        var result: [ChartPoint] = []
        for _ in 0..<500_000 {
            let angle = Double.pi * random.unit()
            let down = HeadChart.crown + (HeadChart.end - 4 - HeadChart.crown) * random.unit()
            let place = ChartPoint(angle: angle, down: down)
            let least = spacing(place)
            var chance = 4.2 / (least * least)
            if down < 0 { chance *= cos(down / HeadChart.radius) }
            guard random.unit() < chance else { continue }
            // Neighbours across the middle are mirror images of points of this half.
            let sideways = HeadChart.radius * (down < 0 ? cos(down / HeadChart.radius) : 1)
            let fromMiddle =
                sideways * min(sin(min(angle, .pi / 2)), sin(.pi - max(angle, .pi / 2)))
            guard fromMiddle > 0.5 * least, !holds(place), !grid.holds(place, within: least) else {
                continue
            }
            grid.add(place)
            result.append(place)
        }
        return result
    }

    /// In an opening, or among the rings around it.
    private static func holds(_ place: ChartPoint) -> Bool {
        let p = flat(place)
        let eye = flat(HeadChart.place(Eye.centre + [0, 0.5, 13]))
        let e = (p - eye) / SIMD2(15, 4.5)
        let m = (p - SIMD2(0, HeadChart.ring - Mouth.line)) / SIMD2(24, 0.8)
        return (e * e).sum() < 1 || (m * m).sum() < 1
    }

    private static func polygon(_ corners: [SIMD2<Double>], holds p: SIMD2<Double>) -> Bool {
        var inside = false
        var b = corners[corners.count - 1]
        for a in corners {
            if (a.y > p.y) != (b.y > p.y), p.x < (b.x - a.x) * (p.y - a.y) / (b.y - a.y) + a.x {
                inside.toggle()
            }
            b = a
        }
        return inside
    }

    /// Gives the right half its own copies of the points on the line at the back.
    private mutating func cutBehind() {
        var copies: [Int: Int] = [:]
        for i in triangles.indices {
            let corners = (0..<3).map { Int(triangles[i][$0]) }
            guard corners.contains(where: { places[$0].angle < -1.6 && places[$0].angle > -.pi })
            else { continue }
            for k in 0..<3 where places[corners[k]].angle == .pi {
                let copy = copies[corners[k]] ?? places.count
                if copies[corners[k]] == nil {
                    copies[corners[k]] = copy
                    places.append(ChartPoint(angle: -.pi, down: places[corners[k]].down))
                    twin.append(corners[k])
                }
                triangles[i][k] = Int32(copy)
            }
        }
    }
}

/// Points on the capsule in cells, to find neighbours.
struct ChartGrid {
    private static let cell = 6.0
    private var cells: [SIMD3<Int32>: [SIMD3<Double>]] = [:]

    mutating func add(_ place: ChartPoint) {
        let p = HeadChart.capsule(place)
        cells[Self.key(p), default: []].append(p)
    }

    func holds(_ place: ChartPoint, within reach: Double) -> Bool {
        let p = HeadChart.capsule(place)
        let low = Self.key(p - SIMD3(repeating: reach))
        let high = Self.key(p + SIMD3(repeating: reach))
        for x in low.x...high.x {
            for y in low.y...high.y {
                for z in low.z...high.z {
                    for q in cells[SIMD3(x, y, z)] ?? [] {
                        let d = p - q
                        if (d * d).sum() < reach * reach { return true }
                    }
                }
            }
        }
        return false
    }

    private static func key(_ p: SIMD3<Double>) -> SIMD3<Int32> {
        SIMD3<Int32>((p / cell).rounded(.down))
    }
}
