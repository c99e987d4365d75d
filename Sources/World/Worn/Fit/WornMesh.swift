import Foundation

/// A mesh that is being made, in millimetres of the world's axes.
struct WornMesh {
    private(set) var positions: [SIMD3<Float>] = []
    private(set) var coordinates: [SIMD2<Float>] = []
    private(set) var triangles: [SIMD3<UInt32>] = []
    /// Vertices that share a normal though their coordinates differ point at the first of them.
    private var twin: [Int] = []

    /// A rectangle of the texture.
    struct Patch {
        var low: SIMD2<Float>
        var high: SIMD2<Float>

        init(_ u: ClosedRange<Float>, _ v: ClosedRange<Float>) {
            low = SIMD2(u.lowerBound, v.lowerBound)
            high = SIMD2(u.upperBound, v.upperBound)
        }

        /// From 0...1 of the patch to coordinates.
        func at(_ s: Float, _ t: Float) -> SIMD2<Float> { low + (high - low) * SIMD2(s, t) }
    }

    mutating func add(_ p: SIMD3<Float>, _ uv: SIMD2<Float>, twin first: Int? = nil) -> Int {
        positions.append(p)
        coordinates.append(pointwiseMin(pointwiseMax(uv, .zero), .one))
        twin.append(first ?? positions.count - 1)
        return positions.count - 1
    }

    mutating func add(triangle a: Int, _ b: Int, _ c: Int) {
        triangles.append(SIMD3(UInt32(a), UInt32(b), UInt32(c)))
    }

    /// Adds a sheet whose outside is on the left of its rows as they go down.
    ///
    /// - Parameters:
    ///   - rows: equally many points each; a closed sheet repeats the first point at the end.
    ///   - isClosed: whether the last column is the first one again and shares its normals.
    ///   - isFlipped: turns the outside to the other side.
    ///   - sharing: the column of the same row whose normal a vertex shares.
    ///   - coordinates: of row and column.
    mutating func sheet(
        _ rows: [[SIMD3<Float>]], isClosed: Bool = false, isFlipped: Bool = false,
        sharing: (Int, Int) -> Int? = { _, _ in nil }, coordinates: (Int, Int) -> SIMD2<Float>
    ) {
        let first = positions.count
        let n = rows[0].count
        for (r, row) in rows.enumerated() {
            for (c, p) in row.enumerated() {
                let other = isClosed && c == n - 1 ? 0 : sharing(r, c)
                _ = add(p, coordinates(r, c), twin: other.map { first + r * n + $0 })
            }
        }
        for r in 0..<rows.count - 1 {
            for c in 0..<n - 1 {
                let a = first + r * n + c
                let (b, d) = isFlipped ? (a + 1, a + n) : (a + n, a + 1)
                add(triangle: a, b, d)
                add(triangle: b, a + n + 1, d)
            }
        }
    }

    /// Adds a tube along a path.
    ///
    /// - Parameters:
    ///   - path: its middle line.
    ///   - radii: of each point of the path: across `up`, and along it.
    ///   - up: roughly square to the path.
    ///   - sides: of its section.
    ///   - isClosed: joins the end to the start; open tubes get flat ends.
    ///   - squareness: of the section: 1 is round, less is squarer.
    ///   - patch: of the texture: u along the tube, v around it.
    mutating func tube(
        _ path: [SIMD3<Float>], radii: [SIMD2<Float>], up: SIMD3<Float>, sides: Int,
        isClosed: Bool = false, squareness: Float = 1, patch: Patch
    ) {
        let n = path.count
        var rows: [[SIMD3<Float>]] = []
        let steps = isClosed ? n + 1 : n
        for i in 0..<steps {
            let p = path[i % n]
            let before = isClosed ? path[(i + n - 1) % n] : path[max(i - 1, 0)]
            let after = isClosed ? path[(i + 1) % n] : path[min(i + 1, n - 1)]
            let along = Vector.unit(after - before)
            let side = Vector.unit(Vector.cross(along, up))
            let top = Vector.cross(side, along)
            rows.append(
                (0...sides).map { k in
                    let a = 2 * Float.pi * Float(k % sides) / Float(sides)
                    let (c, s) = (
                        Self.squared(cosf(a), squareness), Self.squared(sinf(a), squareness)
                    )
                    return p + side * (c * radii[i % n].x) + top * (s * radii[i % n].y)
                })
        }
        let first = positions.count
        sheet(rows, isClosed: true) { r, c in
            patch.at(Float(r) / Float(steps - 1), Float(c) / Float(sides))
        }
        if isClosed {
            for c in 0...sides { twin[first + n * (sides + 1) + c] = twin[first + c] }
        } else {
            close(rows[0], patch.at(0, 0.5), turned: false)
            close(rows[n - 1], patch.at(1, 0.5), turned: true)
        }
    }

    /// Raises the sides of a circle towards those of a square: 1 leaves it round.
    private static func squared(_ x: Float, _ power: Float) -> Float {
        x < 0 ? -powf(-x, power) : powf(x, power)
    }

    private mutating func close(_ ring: [SIMD3<Float>], _ uv: SIMD2<Float>, turned: Bool) {
        let middle = ring.dropLast().reduce(.zero, +) / Float(ring.count - 1)
        let m = add(middle, uv)
        let rim = ring.dropLast().map { add($0, uv) }
        for k in rim.indices {
            let (a, b) = (rim[k], rim[(k + 1) % rim.count])
            turned ? add(triangle: m, a, b) : add(triangle: m, b, a)
        }
    }

    /// Adds an ellipsoid with its poles along `axis`; `radii`: side, other side, axis.
    mutating func bead(
        _ centre: SIMD3<Float>, axis: SIMD3<Float>, side: SIMD3<Float>, radii: SIMD3<Float>,
        turns: Int = 10, rings: Int = 6, patch: Patch,
        profile: (Float) -> Float = { _ in 1 }
    ) {
        let z = Vector.unit(axis)
        let x = Vector.unit(side - z * Vector.dot(side, z))
        let y = Vector.cross(z, x)
        let rows = (0...rings).map { r in
            let latitude = Float.pi * Float(r) / Float(rings)
            // Poles keep a trace of width, so that their triangles have normals.
            let wide = max(sinf(latitude), 0.02) * profile(Float(r) / Float(rings))
            return (0...turns).map { k in
                let a = 2 * Float.pi * Float(k % turns) / Float(turns)
                return centre + x * (radii.x * wide * cosf(a)) + y * (radii.y * wide * sinf(a))
                    + z * (radii.z * cosf(latitude))
            }
        }
        sheet(rows, isClosed: true) { patch.at(Float($1) / Float(turns), Float($0) / Float(rings)) }
    }

    /// The finished surface in metres, with area-weighted normals.
    func surface(_ part: Part, _ material: Material) -> Surface {
        var sums = [SIMD3<Float>](repeating: .zero, count: positions.count)
        for t in triangles {
            let (a, b, c) = (Int(t.x), Int(t.y), Int(t.z))
            let n = Vector.cross(positions[b] - positions[a], positions[c] - positions[a])
            sums[twin[a]] += n
            sums[twin[b]] += n
            sums[twin[c]] += n
        }
        return Surface(
            part: part, positions: positions.map { $0 * 1e-3 },
            normals: twin.map { sums[$0] == .zero ? SIMD3(0, 0, 1) : Vector.unit(sums[$0]) },
            coordinates: coordinates, triangles: triangles, material: material)
    }
}
