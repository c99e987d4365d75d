/// EG3D's camera labels and its sampler of poses (Chan et al. 2022, `camera_utils.py`).
extension Camera {
    /// Focal length of EG3D's FFHQ labels as a multiple of the picture's side: 2985.29 / 700.
    public static let eg3dFocal: Float = 4.2647
    /// Distance of EG3D's cameras from the origin, in scene units.
    public static let eg3dRadius: Float = 2.7
    /// What EG3D's cameras look at, in scene units.
    public static let eg3dPivot = SIMD3<Float>(0, 0, 0.2)

    /// Reads a label.
    ///
    /// - Parameter scalars: 25 numbers: cam2world, 4 x 4, row by row, in scene units; then intrinsics,
    ///   3 x 3, row by row, normalised by the picture's size.
    /// - Throws: ``RenderError/badCamera(detail:)`` for another count, a matrix that is not rigid,
    ///   or last rows other than (0, 0, 0, 1) and (0, 0, 1).
    public init(eg3d scalars: [Float]) throws {
        guard scalars.count == 25 else {
            throw RenderError.badCamera(detail: "25 numbers expected, \(scalars.count) found")
        }
        let m = scalars[0..<16]
        let k = Array(scalars[16..<25])
        guard Array(m[12..<16]) == [0, 0, 0, 1] else {
            throw RenderError.badCamera(
                detail: "cam2world's last row is \(Array(m[12..<16])), not (0, 0, 0, 1)")
        }
        guard k[3] == 0, Array(k[6..<9]) == [0, 0, 1] else {
            throw RenderError.badCamera(detail: "the intrinsics \(k) are not upper triangular")
        }
        try self.init(
            right: [m[0], m[4], m[8]], down: [m[1], m[5], m[9]], forward: [m[2], m[6], m[10]],
            origin: [m[3], m[7], m[11]], focal: [k[0], k[4]], principal: [k[2], k[5]], skew: k[1])
    }

    /// The label of this camera, 25 numbers; reads back as an equal camera.
    public var eg3dScalars: [Float] {
        [
            right.x, down.x, forward.x, origin.x,
            right.y, down.y, forward.y, origin.y,
            right.z, down.z, forward.z, origin.z,
            0, 0, 0, 1,
            focal.x, skew, principal.x,
            0, focal.y, principal.y,
            0, 0, 1,
        ]
    }

    /// A camera on EG3D's sphere, looking at its pivot: `LookAtPoseSampler` without the noise.
    ///
    /// The vertical angle follows EG3D's own rule, arccos(1 - 2v/π): the camera's height is
    /// -2 pitch / π of the radius, which is not quite sine.
    ///
    /// - Parameters:
    ///   - yaw: radians from the front; positive to +x, the person's left.
    ///   - pitch: radians from level, as EG3D adds them to π/2; positive is below.
    ///   - radius: distance from the origin in scene units, above 0.
    ///   - pivot: what is looked at, scene units.
    ///   - focal: multiple of the picture's side.
    /// - Returns: a square picture's camera; the frontal one has rotation diag(1, -1, -1) and
    ///   translation (0, 0, radius).
    /// - Throws: ``RenderError/badCamera(detail:)`` when a number is out of range.
    public static func lookAt(
        yaw: Float, pitch: Float, radius: Float = eg3dRadius, pivot: SIMD3<Float> = eg3dPivot,
        focal: Float = eg3dFocal
    ) throws -> Camera {
        let v = min(max(Float.pi / 2 + pitch, 1e-5), .pi - 1e-5) / .pi
        let height = 1 - 2 * v
        let ring = (1 - height * height).squareRoot()
        // theta = π/2 + yaw: cos(π - theta) = sin(yaw), sin(π - theta) = cos(yaw).
        let origin =
            SIMD3(ring * Scalar.sine(yaw), height, ring * Scalar.cosine(yaw)) * radius
        let forward = Vector.unit(pivot - origin)
        let right = -Vector.unit(Vector.cross([0, 1, 0], forward))
        return try Camera(
            right: right, down: Vector.unit(Vector.cross(forward, right)), forward: forward,
            origin: origin, focal: [focal, focal])
    }

    /// EG3D's focal length for a field of view, as `FOV_to_intrinsics` computes it: with 3.14159
    /// for π and 1.414 for √2, the view being measured across the diagonal.
    ///
    /// - Parameter degrees: field of view, above 0 and below 180.
    /// - Returns: focal length as a multiple of the picture's side; 18.837 gives 4.2634.
    public static func focal(fieldOfViewDegrees degrees: Float) -> Float {
        1 / (Scalar.tangent(degrees * 3.14159 / 360) * 1.414)
    }
}
