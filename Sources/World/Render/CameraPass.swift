/// First pass: what each sample of each pixel sees.
extension RenderJob {
    func castCamera(_ rows: Range<Int>, _ worker: RenderWorker) throws {
        let width = options.width
        var count = 0
        for y in rows {
            for x in 0..<width {
                let pixel = UInt32(y * width + x)
                for sample in 0..<samples {
                    let ray = cameraRay(x, y, pixel, sample)
                    worker.rays.set(
                        count, origin: ray.origin, direction: ray.direction, near: 0.01,
                        far: .infinity, key: opacityKey(pixel, sample))
                    count += 1
                }
            }
        }
        try worker.intersect(
            scene.solid, count: count, coherent: true,
            into: frame.hits + rows.lowerBound * width * samples)
    }

    /// The ray of a sample: 0 is the truth's, through the pixel's centre; the others are spread
    /// evenly over the pixel and, with a lens, over its opening.
    @inline(__always)
    func cameraRay(_ x: Int, _ y: Int, _ pixel: UInt32, _ sample: Int) -> Ray {
        var place = SIMD2<Float>(0.5, 0.5)
        if sample > 0 { place = Noise.square(sample, Noise.hash(pixel, 1, options.seed)) }
        var ray = camera.ray(
            through: SIMD2(Float(x), Float(y)) + place, width: options.width,
            height: options.height)
        if sample > 0, let lens = options.lens, lens.radius > 0 {
            let spot = Noise.square(sample, Noise.hash(pixel, 2, options.seed))
            let turn = circle[Int(spot.y * 256)]
            let radius = lens.radius * spot.x.squareRoot()
            let offset = (camera.right * turn.x + camera.down * turn.y) * radius
            // Directions have length 1 along the axis, so distances along them are depths.
            ray = Ray(
                origin: ray.origin + offset, direction: ray.direction - offset * (1 / lens.focus))
        }
        return ray
    }

    /// The threshold at cut-out meshes: one half for the truth; shared out evenly over a pixel's
    /// samples for the colour, so that together they blend.
    @inline(__always)
    func opacityKey(_ pixel: UInt32, _ sample: Int) -> UInt32 {
        guard sample > 0 else { return 0 }
        let fraction = UInt32(sample * 256 / samples) & 0xFF
        return Noise.hash(pixel, 3, options.seed) & 0xFFFF_FF00 | 0x100 | fraction
    }
}
