/// A point of a surface whose light is asked for, and the answer.
struct LightPoint {
    /// Where rays start, metres.
    var origin: SIMD3<Float>
    /// The smooth unit normal.
    var normal: SIMD3<Float>
    /// The triangle's unit normal.
    var facet: SIMD3<Float>
    /// Side of a pixel on the surface, metres.
    var footprint: Float
    var model: Material.Model
    /// Where its noise comes from.
    var hash: UInt32
    /// How much of each lamp it sees, 0...1.
    var lamps = SIMD4<Float>()
    /// How much of the surroundings it sees, 0...1.
    var ambient: Float = 1

    @inline(__always)
    init(_ fragment: Fragment, hash: UInt32) {
        origin = fragment.lifted
        normal = fragment.smooth
        facet = fragment.facet
        footprint = fragment.footprint
        model = fragment.model
        self.hash = hash
    }
}

/// Second pass: the truth of every pixel's centre, and what light reaches it.
extension RenderJob {
    func findVisibility(_ rows: Range<Int>, _ worker: RenderWorker) throws {
        let width = options.width
        var count = 0
        for y in rows {
            for x in 0..<width {
                let pixel = y * width + x
                let hit = pixel * samples
                guard frame.hits.mesh[hit] != HitPointers.miss else { continue }
                let ray = cameraRay(x, y, UInt32(pixel), 0)
                let fragment = fragment(hit, direction: ray.direction)
                writeTruth(pixel, hit, fragment)
                worker.points[count] = LightPoint(
                    fragment, hash: Noise.hash(UInt32(pixel), 4, options.seed))
                worker.places[count] = Int32(pixel)
                count += 1
            }
        }
        try trace(
            worker, count: count, shadowRays: options.shadowRays, ambientRays: options.ambientRays)
        for i in 0..<count {
            let pixel = Int(worker.places[i])
            frame.visibility.lamps[pixel] = worker.points[i].lamps
            frame.visibility.ambient[pixel] = worker.points[i].ambient
        }
    }

    /// Everything about a hit of the solid scene.
    @inline(__always)
    func fragment(_ hit: Int, direction: SIMD3<Float>) -> Fragment {
        let mesh = Int(frame.hits.mesh[hit])
        return Fragment(
            scene.tables[mesh], mesh: mesh, triangle: Int(frame.hits.triangle[hit]),
            u: frame.hits.u[hit], v: frame.hits.v[hit], direction: direction,
            footprint: frame.hits.distance[hit] * pixelSide)
    }

    private func writeTruth(_ pixel: Int, _ hit: Int, _ fragment: Fragment) {
        let table = scene.tables[Int(fragment.mesh)]
        frame.depth[pixel] = frame.hits.distance[hit]
        frame.normal[pixel] = camera.toCamera(fragment.smooth)
        frame.part[pixel] = table.part
        frame.person[pixel] = table.person
        frame.region[pixel] =
            table.texture?.nearestRegion(fragment.coordinate) ?? table.region
        frame.triangle[pixel] = frame.hits.triangle[hit]
        frame.barycentrics[pixel] = SIMD2(frame.hits.u[hit], frame.hits.v[hit])
        frame.coordinate[pixel] = fragment.coordinate
        Tone.write(fragment.albedo, frame.albedo + 3 * pixel)
    }

    /// Finds how much of each lamp and of the surroundings the worker's first `count` points see.
    func trace(
        _ worker: RenderWorker, count: Int, shadowRays: Int, ambientRays: Int
    ) throws {
        for lamp in 0..<light.lampCount {
            try traceLamp(lamp, worker, count: count, rays: shadowRays)
        }
        try traceAmbient(worker, count: count, rays: ambientRays)
    }

    private func traceLamp(
        _ index: Int, _ worker: RenderWorker, count: Int, rays: Int
    ) throws {
        let lamp = light.lamps[index]
        guard rays > 0 else {
            for i in 0..<count { worker.points[i].lamps[index] = 1 }
            return
        }
        let share = 1 / Float(rays)
        let block = worker.rays.capacity / rays
        for start in stride(from: 0, to: count, by: block) {
            let points = start..<min(start + block, count)
            var cast = 0
            for ray in 0..<rays {
                for i in points {
                    let point = worker.points[i]
                    let square = Noise.square(ray, point.hash &+ UInt32(index) &* 0x9E37_79B9)
                    let target = spot(on: lamp, square)
                    // Rays start all over the pixel, so that sharp shadows have smooth edges.
                    let jitter = Noise.square(ray, point.hash ^ 0x632B_E5AB) - 0.5
                    guard
                        setShadowRay(
                            worker.rays, cast, from: point, jitter: jitter, to: target)
                    else { continue }
                    worker.owners[cast] = Int32(i)
                    cast += 1
                }
            }
            try worker.occlude(scene.solid, count: cast, coherent: false)
            for ray in 0..<cast where worker.rays.occluded[ray] == 0 {
                worker.points[Int(worker.owners[ray])].lamps[index] += share
            }
        }
    }

    /// A point on a lamp for a point of the unit square.
    @inline(__always)
    private func spot(on lamp: PreparedLight.Lamp, _ square: SIMD2<Float>) -> SIMD3<Float> {
        var offset = square * 2 - 1
        if lamp.shape != .rectangle {
            let inner: Float = lamp.shape == .ring ? 0.49 : 0
            offset = circle[Int(square.y * 256)] * (inner + (1 - inner) * square.x).squareRoot()
        }
        return lamp.centre + lamp.across * (offset.x * lamp.half.x)
            + lamp.up * (offset.y * lamp.half.y)
    }

    /// Prepares a ray to a lamp; false when the surface itself is in the way.
    @inline(__always)
    private func setShadowRay(
        _ rays: RayBatch, _ place: Int, from point: LightPoint, jitter: SIMD2<Float>,
        to target: SIMD3<Float>
    ) -> Bool {
        let (a, b) = Vector.frame(point.normal)
        var origin = point.origin + (a * jitter.x + b * jitter.y) * point.footprint
        var direction = target - origin
        let distance = Vector.length(direction)
        var near: Float = 0
        switch point.model {
        case .skin:
            // Light wanders a few millimetres under skin before it comes out: past the terminator
            // the rays start that much higher, else the facets' own shadow would cut it hard.
            let cosine = Vector.dot(point.normal, direction) / distance
            guard cosine > -0.45 else { return false }
            origin += point.normal * (0.003 * Scalar.saturate((0.35 - cosine) * 1.8))
            direction = target - origin
        case .hair:
            near = 0.0015 / distance
        case .glossy, .cloth, .glass:
            guard Vector.dot(point.facet, direction) > 0 else { return false }
        }
        rays.set(
            place, origin: origin, direction: direction, near: near, far: 0.999,
            key: point.hash | 0x100)
        return true
    }

    private func traceAmbient(_ worker: RenderWorker, count: Int, rays: Int) throws {
        guard rays > 0 else { return }
        let share = 1 / Float(rays)
        let block = worker.rays.capacity / rays
        for start in stride(from: 0, to: count, by: block) {
            let points = start..<min(start + block, count)
            var cast = 0
            for ray in 0..<rays {
                for i in points {
                    let point = worker.points[i]
                    let square = Noise.square(ray, point.hash ^ 0x5851_F42D)
                    let (a, b) = Vector.frame(point.normal)
                    let turn = circle[Int(square.y * 256)]
                    let radius = square.x.squareRoot()
                    var direction =
                        a * (turn.x * radius) + b * (turn.y * radius)
                        + point.normal * (1 - square.x).squareRoot()
                    let under = Vector.dot(point.facet, direction)
                    if under < 0.01, point.model != .hair {
                        direction -= point.facet * (under * 2 - 0.02)
                    }
                    // Reaches are spread evenly, so that near things dim more than far ones.
                    let reach = Noise.unit(
                        point.hash &* 0x2C1B_3C6D &+ UInt32(ray) &* 2_654_435_761)
                    worker.rays.set(
                        cast, origin: point.origin, direction: direction,
                        near: point.model == .hair ? 0.0015 : 0,
                        far: options.ambientReach * (0.1 + 0.9 * reach), key: point.hash | 0x100)
                    cast += 1
                }
            }
            try worker.occlude(scene.solid, count: cast, coherent: false)
            for ray in 0..<cast where worker.rays.occluded[ray] != 0 {
                worker.points[points.lowerBound + ray % points.count].ambient -= share
            }
        }
    }
}
