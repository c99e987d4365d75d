/// Third pass: light and colour of every sample, and the pixel they make.
extension RenderJob {
    func shade(_ rows: Range<Int>, _ worker: RenderWorker) throws {
        let width = options.width
        let firstPixel = rows.lowerBound * width
        var strays = 0
        var place = 0
        for y in rows {
            for x in 0..<width {
                gather(x, y, place, worker, strays: &strays)
                place += samples
            }
        }
        // What a pixel shows beside its centre's surface gets half as many rays a sample.
        try trace(
            worker, count: strays, shadowRays: (options.shadowRays + 1) / 2,
            ambientRays: (options.ambientRays + 1) / 2)
        try findGlass(rows, worker)
        for y in rows {
            for x in 0..<width {
                finish(x, y, (y * width + x - firstPixel) * samples, worker)
            }
        }
    }

    /// Looks at a pixel's samples; those on another surface than its centre's become strays.
    @inline(__always)
    private func gather(
        _ x: Int, _ y: Int, _ start: Int, _ worker: RenderWorker, strays: inout Int
    ) {
        let pixel = y * options.width + x
        let centre = pixel * samples
        let hasCentre = frame.hits.mesh[centre] != HitPointers.miss
        for sample in 0..<samples {
            let hit = centre + sample
            let place = start + sample
            guard frame.hits.mesh[hit] != HitPointers.miss else { continue }
            let ray = cameraRay(x, y, UInt32(pixel), sample)
            worker.fragments[place] = fragment(hit, direction: ray.direction)
            worker.places[place] = -1
            guard sample > 0 else { continue }
            if hasCentre,
                isAlike(worker.fragments[start], worker.fragments[place], frame.depth[pixel])
            {
                continue
            }
            worker.points[strays] = LightPoint(
                worker.fragments[place],
                hash: Noise.hash(UInt32(pixel), UInt32(sample) + 16, options.seed))
            worker.places[place] = Int32(strays)
            strays += 1
        }
    }

    /// Whether two samples of a pixel lie on one smooth piece of surface, so that the same light
    /// reaches both.
    @inline(__always)
    private func isAlike(_ a: Fragment, _ b: Fragment, _ depth: Float) -> Bool {
        guard a.mesh == b.mesh, Vector.dot(a.smooth, b.smooth) > 0.8 else { return false }
        let step = Vector.dot(b.position - a.position, a.smooth)
        return abs(step) < max(depth * pixelSide, 0.0005)
    }

    /// Finds lenses in front of a chunk's samples.
    private func findGlass(_ rows: Range<Int>, _ worker: RenderWorker) throws {
        guard let glass = scene.glass else { return }
        let width = options.width
        var count = 0
        for y in rows {
            for x in 0..<width {
                let pixel = y * width + x
                for sample in 0..<samples {
                    let ray = cameraRay(x, y, UInt32(pixel), sample)
                    let hit = pixel * samples + sample
                    let isHit = frame.hits.mesh[hit] != HitPointers.miss
                    worker.rays.set(
                        count, origin: ray.origin, direction: ray.direction, near: 0.01,
                        far: isHit ? frame.hits.distance[hit] : .infinity, key: 0)
                    count += 1
                }
            }
        }
        try worker.intersect(glass, count: count, coherent: true, into: worker.glass)
    }

    /// Shades a pixel's samples and writes its colour and shading.
    @inline(__always)
    private func finish(_ x: Int, _ y: Int, _ start: Int, _ worker: RenderWorker) {
        let pixel = y * options.width + x
        let centre = pixel * samples
        var colour = SIMD3<Float>()
        var received = SIMD3<Float>()
        var receivers: Float = 0
        var behind: SIMD3<Float>?
        for sample in 0..<samples {
            let hit = centre + sample
            var seen: SIMD3<Float>
            if frame.hits.mesh[hit] == HitPointers.miss {
                let backdrop = behind ?? background(x, y)
                behind = backdrop
                seen = backdrop
            } else {
                let stray = Int(worker.places[start + sample])
                let lit: Lit
                if stray < 0 {
                    lit = light.shade(
                        worker.fragments[start + sample], lamps: frame.visibility.lamps[pixel],
                        ambient: frame.visibility.ambient[pixel])
                    received += lit.received
                    receivers += 1
                } else {
                    let point = worker.points[stray]
                    lit = light.shade(
                        worker.fragments[start + sample], lamps: point.lamps,
                        ambient: point.ambient)
                }
                seen = Tone.shoulder(
                    worker.fragments[start + sample].albedo * lit.received + lit.mirrored)
            }
            guard sample >= firstColour else { continue }
            if scene.glass != nil, worker.glass.mesh[start + sample] != HitPointers.miss {
                seen = throughGlass(seen, x, y, sample, start + sample, worker)
            }
            colour += seen
        }
        Tone.write(colour * (1 / Float(samples - firstColour)), frame.colour + 3 * pixel)
        if receivers > 0 { frame.shading[pixel] = received * (1 / receivers) }
    }

    private func background(_ x: Int, _ y: Int) -> SIMD3<Float> {
        let place = SIMD2(Float(x) + 0.5, Float(y) + 0.5)
        let direction = camera.ray(
            through: place, width: options.width, height: options.height
        ).direction
        let size = SIMD2(Float(options.width), Float(options.height))
        return backdrop.colour(at: place / size * 2 - 1, direction: direction)
    }

    /// What is behind a lens, tinted, with the lens's own faint reflections added.
    private func throughGlass(
        _ seen: SIMD3<Float>, _ x: Int, _ y: Int, _ sample: Int, _ place: Int,
        _ worker: RenderWorker
    ) -> SIMD3<Float> {
        let mesh = scene.solidCount + Int(worker.glass.mesh[place])
        let ray = cameraRay(x, y, UInt32(y * options.width + x), sample)
        let fragment = Fragment(
            scene.tables[mesh], mesh: mesh, triangle: Int(worker.glass.triangle[place]),
            u: worker.glass.u[place], v: worker.glass.v[place], direction: ray.direction,
            footprint: worker.glass.distance[place] * pixelSide)
        let mirrored = light.shade(fragment, lamps: SIMD4(repeating: 1), ambient: 1).mirrored
        return seen * fragment.albedo + Tone.shoulder(mirrored)
    }
}
