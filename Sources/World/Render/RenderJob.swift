import Dispatch

/// One picture being made: what its passes read, and the frame they write.
///
/// Passes run one after the other over chunks of whole rows. A chunk's work and its batches of rays
/// depend on nothing but the options, so any number of threads writes the same bytes.
final class RenderJob {
    let scene: RayScene
    let camera: Camera
    let light: PreparedLight
    let backdrop: PreparedBackdrop
    let options: RenderOptions
    let frame: Frame
    /// 256 points of a circle.
    let circle: UnsafePointer<SIMD2<Float>>
    /// Rays through a pixel: one more than the colour's samples when those go through a lens, as the
    /// truth never does.
    let samples: Int
    /// The first sample that counts for the colour: 0, or 1 behind a lens.
    let firstColour: Int
    /// Side of a pixel at a depth of 1 m, metres.
    let pixelSide: Float
    /// How much each lamp's shadows may be smoothed: 0 for a point, 1 for a soft box.
    let lampSoftness: SIMD4<Float>
    private let rowsInChunk: Int

    init(
        scene: RayScene, camera: Camera, light: PreparedLight, backdrop: PreparedBackdrop,
        options: RenderOptions, circle: UnsafePointer<SIMD2<Float>>
    ) {
        self.scene = scene
        self.camera = camera
        self.light = light
        self.backdrop = backdrop
        self.options = options
        self.circle = circle
        firstColour = (options.lens?.radius ?? 0) > 0 ? 1 : 0
        samples = options.samplesPerPixel + firstColour
        var softness = SIMD4<Float>()
        for i in 0..<light.lampCount {
            let lamp = light.lamps[i]
            softness[i] = Scalar.smooth(0.03, 0.15, lamp.reach / lamp.square.squareRoot())
        }
        lampSoftness = softness
        pixelSide = 1 / (camera.focal.x * Float(options.width))
        rowsInChunk = max(1, 512 / options.width)
        frame = Frame(width: options.width, height: options.height, samples: samples)
    }

    /// Runs all passes.
    ///
    /// - Returns: nanoseconds spent casting rays, over all threads.
    func run() throws -> Int {
        let chunks = (options.height + rowsInChunk - 1) / rowsInChunk
        let pixels = rowsInChunk * options.width
        let rays = pixels * max(samples, options.shadowRays, options.ambientRays, 4)
        let threads = min(options.threads, chunks)
        let workers = (0..<threads).map { _ in
            RenderWorker(rays: rays, pixels: pixels, samples: samples)
        }
        func pass(_ body: (Range<Int>, RenderWorker) throws -> Void) throws {
            try RenderJob.parallel(workers, chunks: chunks) { chunk, worker in
                let first = chunk * rowsInChunk
                try body(first..<min(first + rowsInChunk, options.height), worker)
            }
        }
        try pass(castCamera)
        try pass(findVisibility)
        for i in 0..<options.smoothing {
            let (source, target) = (frame.visibility, frame.smoother)
            try pass { rows, _ in smooth(rows, step: 1 << i, from: source, to: target) }
            (frame.visibility, frame.smoother) = (target, source)
        }
        try pass(shade)
        return workers.reduce(0) { $0 + $1.castNanoseconds }
    }

    /// Calls `body` for every chunk, chunk i on worker i modulo their number.
    private static func parallel(
        _ workers: [RenderWorker], chunks: Int, _ body: (Int, RenderWorker) throws -> Void
    ) throws {
        if workers.count == 1 {
            for chunk in 0..<chunks { try body(chunk, workers[0]) }
            return
        }
        // Each worker touches its own scratch memory and its own chunks' pixels only, and all are
        // done when `concurrentPerform` returns.
        withoutActuallyEscaping(body) { body in
            nonisolated(unsafe) let body = body
            nonisolated(unsafe) let workers = workers
            DispatchQueue.concurrentPerform(iterations: workers.count) { i in
                do {
                    for chunk in stride(from: i, to: chunks, by: workers.count) {
                        try body(chunk, workers[i])
                    }
                } catch {
                    workers[i].failure = error
                }
            }
        }
        for worker in workers {
            if let failure = worker.failure { throw failure }
        }
    }
}

/// One thread's scratch memory.
final class RenderWorker {
    let rays: RayBatch
    /// Points whose light is asked for; as many as a chunk has samples.
    let points: UnsafeMutablePointer<LightPoint>
    let fragments: UnsafeMutablePointer<Fragment>
    /// For each sample of a chunk the place of its light point, or -1 for the pixel's own.
    let places: UnsafeMutablePointer<Int32>
    /// Which ray belongs to which point.
    let owners: UnsafeMutablePointer<Int32>
    let glass: HitPointers
    var castNanoseconds = 0
    var failure: (any Error)?

    init(rays capacity: Int, pixels: Int, samples: Int) {
        rays = RayBatch(capacity: capacity)
        points = .allocate(capacity: pixels * samples)
        fragments = .allocate(capacity: pixels * samples)
        places = .allocate(capacity: pixels * samples)
        owners = .allocate(capacity: capacity)
        glass = HitPointers(capacity: pixels * samples)
    }

    deinit {
        points.deallocate()
        fragments.deallocate()
        places.deallocate()
        owners.deallocate()
        glass.deallocate()
    }

    /// Casts the first `count` rays, with the clock running.
    func intersect(
        _ scene: OpaquePointer, count: Int, coherent: Bool, into hits: HitPointers
    ) throws {
        let start = DispatchTime.now().uptimeNanoseconds
        try rays.intersect(scene, count: count, coherent: coherent, into: hits)
        castNanoseconds += Int(DispatchTime.now().uptimeNanoseconds &- start)
    }

    /// Asks for the first `count` rays whether anything is in their way, with the clock running.
    func occlude(_ scene: OpaquePointer, count: Int, coherent: Bool) throws {
        let start = DispatchTime.now().uptimeNanoseconds
        try rays.occlude(scene, count: count, coherent: coherent)
        castNanoseconds += Int(DispatchTime.now().uptimeNanoseconds &- start)
    }
}
