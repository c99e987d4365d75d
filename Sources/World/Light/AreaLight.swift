/// A lamp of some size that shines on the head.
public struct AreaLight: Equatable, Codable, Sendable {
    /// The outline that shadows and reflections in the eyes show.
    public enum Shape: String, Codable, Sendable {
        /// A soft box or a window.
        case rectangle
        /// A round reflector, a bulb, the sun.
        case disc
        /// A round lamp around the camera, open within 70 % of its radius.
        case ring
    }

    /// Its middle in metres; it faces the world's origin, the middle of the head.
    public var position: SIMD3<Float>
    /// Width and height in metres; a disc's and ring's diameter is the width.
    public var size: SIMD2<Float>
    /// Its outline.
    public var shape: Shape
    /// Linear RGB; its brightest channel is 1 for a plain lamp.
    public var colour: SIMD3<Float>
    /// Radiance, before exposure, of a white card at the origin that faces the lamp. It falls off
    /// with the square of the distance around there.
    public var intensity: Float

    /// A lamp.
    public init(
        position: SIMD3<Float>, size: SIMD2<Float>, shape: Shape = .rectangle,
        colour: SIMD3<Float> = [1, 1, 1], intensity: Float
    ) {
        self.position = position
        self.size = size
        self.shape = shape
        self.colour = colour
        self.intensity = intensity
    }

    /// A lamp placed by angles, as photographers say it.
    ///
    /// - Parameters:
    ///   - yawDegrees: from the front towards the person's left (+x).
    ///   - pitchDegrees: upwards.
    ///   - distance: metres from the origin.
    ///   - size: width and height in metres.
    ///   - shape: its outline.
    ///   - colour: linear RGB.
    ///   - intensity: see ``intensity``.
    public init(
        yawDegrees: Float, pitchDegrees: Float, distance: Float, size: SIMD2<Float>,
        shape: Shape = .rectangle, colour: SIMD3<Float> = [1, 1, 1], intensity: Float
    ) {
        let yaw = yawDegrees * .pi / 180
        let pitch = pitchDegrees * .pi / 180
        let ring = Scalar.cosine(pitch)
        self.init(
            position: SIMD3(
                ring * Scalar.sine(yaw), Scalar.sine(pitch), ring * Scalar.cosine(yaw)) * distance,
            size: size, shape: shape, colour: colour, intensity: intensity)
    }

    /// Throws ``RenderError/badOption(name:found:expected:)`` for a lamp that cannot be.
    func check() throws {
        let distance = Vector.length(position)
        guard distance > 0.3, distance.isFinite else {
            throw RenderError.badOption(
                name: "lamp's distance from the origin", found: "\(distance) m",
                expected: "more than 0.3 m, outside the head")
        }
        guard size.x > 0, size.y > 0, size.x < 100, size.y < 100 else {
            throw RenderError.badOption(
                name: "lamp's size", found: "\(size.x) m x \(size.y) m",
                expected: "above 0 and below 100 m")
        }
        guard intensity >= 0, intensity.isFinite, colour.min() >= 0, colour.max().isFinite else {
            throw RenderError.badOption(
                name: "lamp's light", found: "\(intensity) x \(colour)",
                expected: "finite and not below 0")
        }
    }
}
