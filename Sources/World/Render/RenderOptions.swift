/// How finely a picture is rendered, and on how many threads.
public struct RenderOptions: Equatable, Sendable {
    /// A lens of finite size; what is not at its focus is blurred in the colour picture.
    public struct Lens: Equatable, Codable, Sendable {
        /// Radius of the opening in metres; 0.01...0.02 suits portraits.
        public var radius: Float
        /// Depth of the sharp plane in metres.
        public var focus: Float

        /// A lens.
        public init(radius: Float, focus: Float) {
            self.radius = radius
            self.focus = focus
        }
    }

    /// Columns, 1...8192.
    public var width: Int
    /// Rows, 1...8192.
    public var height: Int
    /// Rays through each pixel for the colour picture, 1...64; the first goes through its centre.
    public var samplesPerPixel: Int
    /// Shadow rays to each area light from each visible surface in a pixel, 0...64; 0 casts none.
    public var shadowRays: Int
    /// Rays for ambient occlusion from each visible surface in a pixel, 0...64; 0 casts none.
    public var ambientRays: Int
    /// How far an object dims the environment's light, in metres.
    public var ambientReach: Float
    /// Passes of the filter that takes the grain out of soft shadows, 0...4; each doubles its reach.
    public var smoothing: Int
    /// Nil for a pinhole.
    public var lens: Lens?
    /// Multiplies the size of a backdrop's things, above 0: 1 suits EG3D's field of view.
    public var backdropScale: Float = 1
    /// Changes the noise and nothing else.
    public var seed: UInt32
    /// Worker threads, 1...256; any number gives the same bytes.
    public var threads: Int

    /// Options; those left out suit a training picture.
    public init(
        width: Int, height: Int, samplesPerPixel: Int = 4, shadowRays: Int = 4,
        ambientRays: Int = 4, ambientReach: Float = 0.12, smoothing: Int = 2, lens: Lens? = nil,
        seed: UInt32 = 0,
        threads: Int = 1
    ) {
        self.width = width
        self.height = height
        self.samplesPerPixel = samplesPerPixel
        self.shadowRays = shadowRays
        self.ambientRays = ambientRays
        self.ambientReach = ambientReach
        self.smoothing = smoothing
        self.lens = lens
        self.seed = seed
        self.threads = threads
    }

    /// Throws ``RenderError/badOption(name:found:expected:)`` for the first that is out of range.
    func check() throws {
        try check("width", width, 1...8192)
        try check("height", height, 1...8192)
        try check("number of samples per pixel", samplesPerPixel, 1...64)
        try check("number of shadow rays", shadowRays, 0...64)
        try check("number of ambient rays", ambientRays, 0...64)
        try check("number of smoothing passes", smoothing, 0...4)
        try check("number of threads", threads, 1...256)
        guard ambientReach > 0, ambientReach.isFinite else {
            throw RenderError.badOption(
                name: "reach of ambient occlusion", found: "\(ambientReach) m",
                expected: "above 0")
        }
        guard backdropScale > 0, backdropScale.isFinite else {
            throw RenderError.badOption(
                name: "backdrop's scale", found: "\(backdropScale)", expected: "above 0")
        }
        if let lens, !(lens.radius >= 0 && lens.radius < 1 && lens.focus > 0.01) {
            throw RenderError.badOption(
                name: "lens", found: "\(lens.radius) m wide and focused at \(lens.focus) m",
                expected: "0 ..< 1 m wide and focused beyond 0.01 m")
        }
    }

    private func check(_ name: String, _ value: Int, _ range: ClosedRange<Int>) throws {
        guard range.contains(value) else {
            throw RenderError.badOption(
                name: name, found: "\(value)",
                expected: "\(range.lowerBound) to \(range.upperBound)")
        }
    }
}
