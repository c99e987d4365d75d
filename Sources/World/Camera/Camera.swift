/// A pinhole camera in EG3D's convention.
///
/// Camera axes are OpenCV's: x right, y down, z along the optical axis into the scene. Pixel
/// coordinates are continuous with centres at i + 0.5, so that a picture covers 0...width; note that
/// `Point` has its centres at whole numbers. Translation is kept in EG3D's scene units,
/// whose origin is the world's, so that a label survives reading and writing bit by bit.
public struct Camera: Equatable, Sendable {
    /// Metres in one of EG3D's scene units: its head of about 0.5 units becomes life-size.
    public static let metresPerUnit: Float = 0.52

    /// The camera's axes in the world: the columns of cam2world's rotation, of unit length.
    public let right, down, forward: SIMD3<Float>
    /// The pinhole in scene units.
    public let origin: SIMD3<Float>
    /// Focal lengths fx, fy as multiples of the picture's width and height.
    public let focal: SIMD2<Float>
    /// The principal point as a fraction of the picture's width and height.
    public let principal: SIMD2<Float>
    /// The intrinsic matrix's second number, a fraction of the width.
    public let skew: Float

    /// A camera from its parts.
    ///
    /// - Parameters:
    ///   - right: x axis in the world.
    ///   - down: y axis in the world.
    ///   - forward: z axis in the world.
    ///   - origin: the pinhole in scene units.
    ///   - focal: multiples of the picture's width and height, above 0.
    ///   - principal: fractions of the picture's width and height.
    ///   - skew: fraction of the width.
    /// - Throws: ``RenderError/badCamera(detail:)`` when the axes are no rotation (1e-3) or a
    ///   number is not finite.
    public init(
        right: SIMD3<Float>, down: SIMD3<Float>, forward: SIMD3<Float>, origin: SIMD3<Float>,
        focal: SIMD2<Float>, principal: SIMD2<Float> = [0.5, 0.5], skew: Float = 0
    ) throws {
        let turned = Vector.cross(right, down) - forward
        let lengths = [right, down, forward].map { abs(Vector.length($0) - 1) }
        // Written so that not-a-number fails.
        guard lengths.allSatisfy({ $0 < 1e-3 }), Vector.length(turned) < 2e-3,
            abs(Vector.dot(right, down)) < 1e-3
        else {
            throw RenderError.badCamera(
                detail: "its axes \(right), \(down), \(forward) are not those of a rotation")
        }
        guard focal.x > 0, focal.y > 0, focal.x.isFinite, focal.y.isFinite else {
            throw RenderError.badCamera(detail: "its focal lengths \(focal) are not above 0")
        }
        guard Vector.dot(origin, origin).isFinite, (principal.x + principal.y + skew).isFinite
        else {
            throw RenderError.badCamera(detail: "a number is not finite")
        }
        self.right = right
        self.down = down
        self.forward = forward
        self.origin = origin
        self.focal = focal
        self.principal = principal
        self.skew = skew
    }

    /// The pinhole in metres.
    public var position: SIMD3<Float> { origin * Camera.metresPerUnit }

    /// The ray through a place in a picture.
    ///
    /// - Parameters:
    ///   - pixel: continuous pixel coordinates; (0.5, 0.5) is the centre of the first pixel.
    ///   - width: the picture's columns.
    ///   - height: the picture's rows.
    /// - Returns: a ray from the pinhole whose direction has length 1 along the optical axis, so
    ///   that distances in multiples of it are depths.
    public func ray(through pixel: SIMD2<Float>, width: Int, height: Int) -> Ray {
        let y = (pixel.y / Float(height) - principal.y) / focal.y
        let x = (pixel.x / Float(width) - principal.x - skew * y) / focal.x
        return Ray(origin: position, direction: forward + right * x + down * y)
    }

    /// Where a point of the world appears.
    ///
    /// - Parameters:
    ///   - point: metres.
    ///   - width: the picture's columns.
    ///   - height: the picture's rows.
    /// - Returns: continuous pixel coordinates, and the depth along the optical axis in metres; nil
    ///   for points that are not in front of the pinhole.
    public func project(
        _ point: SIMD3<Float>, width: Int, height: Int
    ) -> (pixel: SIMD2<Float>, depth: Float)? {
        let seen = toCamera(point - position)
        guard seen.z > 1e-6 else { return nil }
        let x = seen.x / seen.z
        let y = seen.y / seen.z
        return (
            SIMD2(
                (focal.x * x + skew * y + principal.x) * Float(width),
                (focal.y * y + principal.y) * Float(height)), seen.z
        )
    }

    /// A direction of the world in camera axes.
    public func toCamera(_ direction: SIMD3<Float>) -> SIMD3<Float> {
        SIMD3(
            Vector.dot(right, direction), Vector.dot(down, direction),
            Vector.dot(forward, direction))
    }

    /// A direction in camera axes as one of the world.
    public func toWorld(_ direction: SIMD3<Float>) -> SIMD3<Float> {
        right * direction.x + down * direction.y + forward * direction.z
    }
}

/// A half-line in the world, metres.
public struct Ray: Equatable, Sendable {
    /// Where it starts.
    public var origin: SIMD3<Float>
    /// Where it goes; not always of unit length.
    public var direction: SIMD3<Float>

    /// A ray.
    public init(origin: SIMD3<Float>, direction: SIMD3<Float>) {
        self.origin = origin
        self.direction = direction
    }

    /// The point `distance` directions along the ray.
    public func point(at distance: Float) -> SIMD3<Float> { origin + direction * distance }
}
