/// Takes pictures of meshes, with their truth.
///
/// One renderer may be used from several threads; each picture builds its own scene. Equal inputs
/// give equal bytes, whatever ``RenderOptions/threads`` is. Across kinds of processor Embree's
/// vectors differ in width, and the last bit of a few pixels with them.
///
/// ```swift
/// let renderer = try Renderer()
/// let view = try renderer.render(
///     head.surfaces, camera: .lookAt(yaw: 0.3, pitch: 0), light: LightRig.presets[0],
///     backdrop: .solid(colour: [0.2, 0.2, 0.2]), options: RenderOptions(width: 256, height: 256))
/// ```
public final class Renderer: Sendable {
    let device: RayDevice

    /// Starts Embree.
    ///
    /// - Throws: ``RenderError/rayCasting(detail:)``.
    public init() throws { device = try RayDevice() }

    /// How many rays travel together on this machine: 16, 8, 4 or 1.
    public var packetWidth: Int { device.packetWidth }

    /// Takes one picture.
    ///
    /// - Parameters:
    ///   - surfaces: posed meshes, at most one of each part and person, metres.
    ///   - camera: where from.
    ///   - light: what light falls on them.
    ///   - backdrop: what is behind them.
    ///   - options: size and fineness.
    /// - Returns: the picture and its truth.
    /// - Throws: ``RenderError``; `ImageError` for an impossible size.
    public func render(
        _ surfaces: [Surface], camera: Camera, light: LightRig, backdrop: Backdrop,
        options: RenderOptions
    ) throws -> RenderedView {
        try timedRender(
            surfaces, camera: camera, light: light, backdrop: backdrop, options: options
        ).view
    }

    /// Takes one picture and says how long it took.
    ///
    /// - Parameters:
    ///   - surfaces: posed meshes, at most one of each part and person, metres.
    ///   - camera: where from.
    ///   - light: what light falls on them.
    ///   - backdrop: what is behind them.
    ///   - options: size and fineness.
    /// - Returns: the picture, and where its time went.
    /// - Throws: ``RenderError``; `ImageError` for an impossible size.
    public func timedRender(
        _ surfaces: [Surface], camera: Camera, light: LightRig, backdrop: Backdrop,
        options: RenderOptions
    ) throws -> (view: RenderedView, times: RenderTimes) {
        try options.check()
        let start = ContinuousClock.now
        let prepared = try PreparedLight(light)
        let textures = surfaces.map(\.material.texture)
        let result = try TextureView.withViews(of: textures[...]) { views in
            try Circle.shared.with { circle in
                let scene = try RayScene(surfaces, views: views, device: device)
                let built = ContinuousClock.now
                let job = RenderJob(
                    scene: scene, camera: camera, light: prepared,
                    backdrop: PreparedBackdrop(backdrop, scale: options.backdropScale),
                    options: options, circle: circle)
                let nanoseconds = try job.run()
                return (
                    try job.frame.view(camera: camera, of: surfaces),
                    RenderTimes(
                        building: built - start,
                        casting: .nanoseconds(nanoseconds) / min(options.threads, options.height),
                        total: ContinuousClock.now - start)
                )
            }
        }
        guard let result else { throw RenderError.rayCasting(detail: "out of memory") }
        return result
    }
}

/// Where the time of one picture went.
public struct RenderTimes: Equatable, Sendable {
    /// Preparing light and meshes and building Embree's tree.
    public let building: Duration
    /// Casting rays, the mean over threads.
    public let casting: Duration
    /// All of it.
    public let total: Duration
}
