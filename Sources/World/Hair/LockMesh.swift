import Foundation

/// Gathers locks into one mesh: each a curved, tapering ribbon or tube with its own strip of texture.
struct LockMesh {
    /// Cross-section and taper of a lock.
    struct Shape {
        /// Millimetres across and from the middle to the outside.
        var width: Float
        var thickness: Float
        /// Width at the root and the tip, as parts of the whole.
        var root: Float = 0.6
        var tip: Float = 0.25
        /// Where the taper begins, 0...1 along the lock.
        var taper: Float = 0.45
        /// Faces across.
        var across = 3
        /// Half the angle of the outline; pi closes it to a tube.
        var bow: Float = 1.25
    }

    /// One guide: a curve and what is outside at each of its points.
    struct Guide {
        var points: [SIMD3<Float>] = []
        var normals: [SIMD3<Float>] = []

        mutating func clear() {
            points.removeAll(keepingCapacity: true)
            normals.removeAll(keepingCapacity: true)
        }
    }

    /// Millimetres.
    private(set) var positions: [SIMD3<Float>] = []
    private(set) var normals: [SIMD3<Float>] = []
    private(set) var tangents: [SIMD3<Float>] = []
    /// Of the shell: texture coordinates. Of locks: x across, y from root to tip, each 0...1.
    private(set) var coordinates: [SIMD2<Float>] = []
    private(set) var triangles: [SIMD3<UInt32>] = []
    /// The first vertex of each lock.
    private(set) var starts: [Int] = []
    /// Lightness of each lock, about 1.
    private(set) var tones: [Float] = []
    /// Vertices that belong to the shell below the locks; they come first.
    private(set) var shellCount = 0

    init(reserving vertices: Int, triangles count: Int) {
        positions.reserveCapacity(vertices)
        normals.reserveCapacity(vertices)
        tangents.reserveCapacity(vertices)
        coordinates.reserveCapacity(vertices)
        triangles.reserveCapacity(count)
    }

    /// A vertex of the shell; all of them before the first lock.
    mutating func add(
        shell position: SIMD3<Float>, normal: SIMD3<Float>, tangent: SIMD3<Float>,
        coordinate: SIMD2<Float>
    ) {
        positions.append(position)
        normals.append(normal)
        tangents.append(tangent)
        coordinates.append(coordinate)
        shellCount = positions.count
    }

    /// Replaces the coordinates of all locks by those of their strips.
    mutating func lay(out texture: HairTexture) {
        for lock in starts.indices {
            let end = lock + 1 < starts.count ? starts[lock + 1] : positions.count
            for i in starts[lock]..<end {
                coordinates[i] = texture.strip(lock, coordinates[i].x, coordinates[i].y)
            }
        }
    }

    mutating func add(triangle: SIMD3<UInt32>) { triangles.append(triangle) }

    /// Sweeps `shape` along a guide of at least two points.
    ///
    /// - Parameters:
    ///   - guide: from root to tip.
    ///   - shape: of the lock.
    ///   - tone: lightness, about 1.
    ///   - settle: moves a vertex out of whatever it must not be in.
    mutating func add(
        _ guide: LockMesh.Guide, _ shape: Shape, tone: Float,
        settle: (SIMD3<Float>) -> SIMD3<Float> = { $0 }
    ) {
        let n = guide.points.count
        // Open ribbons are shaded flatter than they are, so that neighbours run into one another.
        let roundness: Float = shape.bow > 2 ? 1 : 0.62
        let first = UInt32(positions.count)
        starts.append(positions.count)
        tones.append(tone)
        for i in 0..<n {
            let c = guide.points[i]
            let ahead = guide.points[min(i + 1, n - 1)] - guide.points[max(i - 1, 0)]
            let along = Vector.direction(ahead, or: SIMD3(0, -1, 0))
            let out = Vector.direction(
                Vector.flat(guide.normals[i], on: along),
                or: Vector.direction(Vector.flat(SIMD3(0.3, 0.2, 1), on: along)))
            let side = Vector.cross(along, out)
            let t = Float(i) / Float(n - 1)
            let grown = shape.root + (1 - shape.root) * ramp(t, 0, 0.35)
            let size = grown * (1 - (1 - shape.tip) * ramp(t, shape.taper, 1.02))
            for j in 0...shape.across {
                let s = Float(j) / Float(shape.across)
                let angle = (2 * s - 1) * shape.bow
                let (sine, cosine) = (sinf(angle), cosf(angle))
                let p =
                    c + side * (0.5 * shape.width * size * sine)
                    + out * (shape.thickness * size * (cosine - 0.3))
                // The root ends just below the skin, so that no end shows.
                positions.append(i == 0 ? settle(p) - out * 0.8 : settle(p))
                normals.append(Vector.direction(side * (roundness * sine) + out * cosine, or: out))
                tangents.append(along)
                coordinates.append(SIMD2(s, t))
            }
        }
        let row = UInt32(shape.across + 1)
        for i in 0..<UInt32(n - 1) {
            for j in 0..<UInt32(shape.across) {
                let a = first + i * row + j
                triangles.append(SIMD3(a, a + 1, a + row + 1))
                triangles.append(SIMD3(a, a + row + 1, a + row))
            }
        }
    }
}
