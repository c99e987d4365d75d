/// The procedural surroundings. Radiances are of the order of 1 where it is bright to the eye.
extension EnvironmentMap {
    /// Paints surroundings with their strength, tint and turn.
    init(_ environment: LightRig.Environment) {
        let turn = environment.turnDegrees * .pi / 180
        let (cosine, sine) = (Scalar.cosine(turn), Scalar.sine(turn))
        let paint = EnvironmentMap.painter(environment.kind)
        let scale = environment.tint * environment.strength
        self.init { direction in
            // Turning the surroundings one way is looking the other way.
            let turned = SIMD3(
                cosine * direction.x - sine * direction.z, direction.y,
                sine * direction.x + cosine * direction.z)
            return paint(turned) * scale
        }
    }

    private static func painter(
        _ kind: LightRig.Environment.Kind
    ) -> @Sendable (SIMD3<Float>) -> SIMD3<Float> {
        switch kind {
        case .even: { _ in SIMD3(1, 1, 1) }
        case .studio: studio
        case .overcast:
            { d in vertical(d, [0.17, 0.155, 0.14], [0.5, 0.53, 0.57], [1.6, 1.65, 1.75]) }
        case .clearSky:
            { d in
                vertical(d, [0.3, 0.25, 0.19], [0.72, 0.85, 1.0], [0.3, 0.52, 1.0])
                    + blob(d, [0.5, 0.75, 0.6], 20, [1.0, 0.95, 0.85])
            }
        case .sunset: sunset
        case .window: window
        case .room: room
        case .neonStreet: neonStreet
        case .forest: forest
        }
    }

    @Sendable private static func studio(_ d: SIMD3<Float>) -> SIMD3<Float> {
        vertical(d, [0.16, 0.15, 0.14], [0.22, 0.22, 0.23], [0.7, 0.7, 0.72])
            + panel(d, yaw: 50, pitch: 25, width: 46, height: 56, [3.4, 3.3, 3.2])
            + panel(d, yaw: -60, pitch: 15, width: 40, height: 60, [1.5, 1.55, 1.65])
    }

    @Sendable private static func sunset(_ d: SIMD3<Float>) -> SIMD3<Float> {
        vertical(d, [0.16, 0.1, 0.09], [1.1, 0.55, 0.28], [0.22, 0.24, 0.45])
            + blob(d, [0.85, 0.15, 0.5], 24, [5.0, 2.2, 0.7])
    }

    @Sendable private static func window(_ d: SIMD3<Float>) -> SIMD3<Float> {
        vertical(d, [0.12, 0.1, 0.08], [0.18, 0.165, 0.15], [0.24, 0.23, 0.22])
            + panel(d, yaw: 75, pitch: 12, width: 50, height: 60, [4.2, 4.5, 5.0])
    }

    @Sendable private static func room(_ d: SIMD3<Float>) -> SIMD3<Float> {
        vertical(d, [0.3, 0.22, 0.15], [0.55, 0.46, 0.36], [0.8, 0.7, 0.56])
            + blob(d, [0.25, 0.85, 0.45], 14, [3.0, 2.3, 1.5])
    }

    @Sendable private static func neonStreet(_ d: SIMD3<Float>) -> SIMD3<Float> {
        vertical(d, [0.05, 0.045, 0.06], [0.09, 0.07, 0.12], [0.03, 0.035, 0.07])
            + panel(d, yaw: 70, pitch: 10, width: 34, height: 50, [3.6, 0.35, 2.0])
            + panel(d, yaw: -75, pitch: 8, width: 40, height: 34, [0.2, 2.0, 2.9])
            + blob(d, [0.1, 0.5, -0.85], 40, [2.2, 1.4, 0.5])
    }

    @Sendable private static func forest(_ d: SIMD3<Float>) -> SIMD3<Float> {
        vertical(d, [0.15, 0.13, 0.08], [0.4, 0.47, 0.26], [0.95, 1.02, 0.95])
            + blob(d, [-0.5, 0.8, 0.35], 16, [1.6, 1.5, 1.1])
    }

    /// Blends from below over the horizon to above.
    private static func vertical(
        _ d: SIMD3<Float>, _ below: SIMD3<Float>, _ horizon: SIMD3<Float>, _ above: SIMD3<Float>
    ) -> SIMD3<Float> {
        d.y < 0
            ? Scalar.mix(horizon, below, Scalar.smooth(0, 0.5, -d.y))
            : Scalar.mix(horizon, above, Scalar.smooth(0, 0.9, d.y))
    }

    /// A round light; higher exponents are smaller.
    private static func blob(
        _ d: SIMD3<Float>, _ towards: SIMD3<Float>, _ exponent: Float, _ colour: SIMD3<Float>
    ) -> SIMD3<Float> {
        colour * Scalar.power(Scalar.saturate(Vector.dot(d, Vector.unit(towards))), exponent)
    }

    /// A soft-edged rectangle; angles in degrees, yaw from the front to the person's left.
    private static func panel(
        _ d: SIMD3<Float>, yaw: Float, pitch: Float, width: Float, height: Float,
        _ colour: SIMD3<Float>
    ) -> SIMD3<Float> {
        let degrees = 180 / Float.pi
        var across = abs(Scalar.arcTangent(d.x, d.z) * degrees - yaw)
        if across > 180 { across = 360 - across }
        let up = abs(90 - Scalar.arcCosine(d.y) * degrees - pitch)
        let edge: Float = 6
        return colour
            * (1 - Scalar.smooth(width / 2 - edge, width / 2 + edge, across))
            * (1 - Scalar.smooth(height / 2 - edge, height / 2 + edge, up))
    }
}
