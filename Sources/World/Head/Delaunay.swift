/// Delaunay triangulation of points in a plane, by insertion (Bowyer 1981; Watson 1981).
///
/// Every point of the same list gives the same triangles in the same order on every machine.
enum Delaunay {
    private struct Triangle {
        var corners: SIMD3<Int32>
        /// Across the edge opposite to each corner; -1 outside.
        var neighbours: SIMD3<Int32>
        var alive = true
    }

    /// - Parameter points: distinct.
    /// - Returns: corners of each triangle, counter-clockwise.
    static func triangulate(_ points: [SIMD2<Double>]) -> [SIMD3<Int32>] {
        let count = Int32(points.count)
        let reach = points.reduce(1) { max($0, abs($1.x), abs($1.y)) } * 1000
        let all = points + [SIMD2(-reach, -reach), SIMD2(reach, -reach), SIMD2(0, reach)]
        var triangles = [
            Triangle(
                corners: SIMD3(count, count + 1, count + 2), neighbours: SIMD3(repeating: -1))
        ]
        var last = 0
        for i in 0..<points.count { insert(Int32(i), all, &triangles, &last) }
        return triangles.filter { $0.alive && $0.corners.max() < count }.map(\.corners)
    }

    private static func insert(
        _ point: Int32, _ points: [SIMD2<Double>], _ triangles: inout [Triangle], _ last: inout Int
    ) {
        let p = points[Int(point)]
        // Walk from the last triangle made towards the point, then flood over the circles around it.
        var bad = [walk(to: p, from: last, points, triangles)]
        triangles[bad[0]].alive = false
        var next = 0
        var rim: [(a: Int32, b: Int32, outside: Int32)] = []
        while next < bad.count {
            let t = triangles[bad[next]]
            next += 1
            for k in 0..<3 {
                let across = t.neighbours[k]
                if across >= 0, !triangles[Int(across)].alive { continue }
                if across >= 0, circle(of: triangles[Int(across)].corners, holds: p, points) {
                    triangles[Int(across)].alive = false
                    bad.append(Int(across))
                } else {
                    rim.append((t.corners[(k + 1) % 3], t.corners[(k + 2) % 3], across))
                }
            }
        }
        // A triangle may have been flooded after its neighbour put their edge on the rim.
        rim.removeAll { $0.outside >= 0 && !triangles[Int($0.outside)].alive }
        let first = triangles.count
        var startingAt: [Int32: Int] = [:]
        for (i, edge) in rim.enumerated() { startingAt[edge.a] = first + i }
        var endingAt: [Int32: Int] = [:]
        for (i, edge) in rim.enumerated() { endingAt[edge.b] = first + i }
        for (i, edge) in rim.enumerated() {
            let after = Int32(startingAt[edge.b] ?? -1)
            let before = Int32(endingAt[edge.a] ?? -1)
            triangles.append(
                Triangle(
                    corners: SIMD3(point, edge.a, edge.b),
                    neighbours: SIMD3(edge.outside, after, before)))
            guard edge.outside >= 0 else { continue }
            let o = Int(edge.outside)
            for k in 0..<3
            where triangles[o].corners[(k + 1) % 3] == edge.b
                && triangles[o].corners[(k + 2) % 3] == edge.a
            {
                triangles[o].neighbours[k] = Int32(first + i)
            }
        }
        last = triangles.count - 1
    }

    private static func walk(
        to p: SIMD2<Double>, from start: Int, _ points: [SIMD2<Double>], _ triangles: [Triangle]
    ) -> Int {
        var now = start
        steps: for step in 0..<4 * triangles.count {
            let t = triangles[now]
            for k in 0..<3 {
                let edge = (step + k) % 3
                let a = points[Int(t.corners[(edge + 1) % 3])]
                let b = points[Int(t.corners[(edge + 2) % 3])]
                if turn(a, b, p) < 0, t.neighbours[edge] >= 0 {
                    now = Int(t.neighbours[edge])
                    continue steps
                }
            }
            break
        }
        return now
    }

    private static func turn(_ a: SIMD2<Double>, _ b: SIMD2<Double>, _ p: SIMD2<Double>) -> Double {
        (b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x)
    }

    private static func circle(
        of corners: SIMD3<Int32>, holds p: SIMD2<Double>, _ points: [SIMD2<Double>]
    ) -> Bool {
        let a = points[Int(corners.x)] - p
        let b = points[Int(corners.y)] - p
        let c = points[Int(corners.z)] - p
        let aa = (a * a).sum()
        let bb = (b * b).sum()
        let cc = (c * c).sum()
        return a.x * (b.y * cc - c.y * bb) - a.y * (b.x * cc - c.x * bb)
            + aa * (b.x * c.y - c.x * b.y) > 0
    }
}
