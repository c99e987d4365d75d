/// Lights with names: portrait photographers' usual ones, daylight, and hard cases.
extension LightRig {
    private static let warm = SIMD3<Float>(1, 0.82, 0.62)
    private static let candle = SIMD3<Float>(1, 0.56, 0.2)
    private static let cool = SIMD3<Float>(0.78, 0.88, 1)

    /// All of them, in a fixed order; names are unique.
    public static let presets: [LightRig] = [
        LightRig(
            name: "soft box",
            environment: Environment(.studio, strength: 0.38),
            lamps: [
                AreaLight(
                    yawDegrees: 28, pitchDegrees: 28, distance: 1.5, size: [0.8, 0.8],
                    intensity: 0.75),
                AreaLight(
                    yawDegrees: -50, pitchDegrees: 10, distance: 1.9, size: [0.9, 0.9],
                    intensity: 0.2),
            ]),
        rembrandt("Rembrandt from the left", side: 1),
        rembrandt("Rembrandt from the right", side: -1),
        LightRig(
            name: "butterfly",
            environment: Environment(.studio, strength: 0.3, turnDegrees: -20),
            lamps: [
                AreaLight(
                    yawDegrees: 0, pitchDegrees: 45, distance: 1.4, size: [0.6, 0.6],
                    intensity: 0.9),
                AreaLight(
                    yawDegrees: 0, pitchDegrees: -40, distance: 1.3, size: [0.9, 0.5],
                    intensity: 0.18),
            ]),
        LightRig(
            name: "split",
            environment: Environment(.even, strength: 0.07),
            lamps: [
                AreaLight(
                    yawDegrees: 86, pitchDegrees: 8, distance: 1.5, size: [0.5, 0.8],
                    intensity: 1.0)
            ]),
        LightRig(
            name: "rim",
            environment: Environment(.studio, strength: 0.28),
            lamps: [
                AreaLight(
                    yawDegrees: 140, pitchDegrees: 20, distance: 1.5, size: [0.5, 1.0],
                    intensity: 0.85),
                AreaLight(
                    yawDegrees: -140, pitchDegrees: 20, distance: 1.5, size: [0.5, 1.0],
                    intensity: 0.65),
                AreaLight(
                    yawDegrees: 20, pitchDegrees: 25, distance: 1.8, size: [0.8, 0.8],
                    intensity: 0.5),
            ]),
        LightRig(
            name: "ring",
            environment: Environment(.even, strength: 0.2),
            lamps: [
                AreaLight(
                    yawDegrees: 0, pitchDegrees: 3, distance: 1.1, size: [0.46, 0.46],
                    shape: .ring, intensity: 0.8)
            ]),
        LightRig(name: "overcast", environment: Environment(.overcast)),
        LightRig(
            name: "open shade", environment: Environment(.clearSky, strength: 0.9),
            lamps: [
                AreaLight(
                    yawDegrees: -25, pitchDegrees: 20, distance: 4, size: [2.6, 2.0],
                    colour: [0.95, 0.98, 1], intensity: 0.35)
            ]),
        LightRig(
            name: "noon sun", environment: Environment(.clearSky, strength: 0.45),
            lamps: [
                AreaLight(
                    yawDegrees: 25, pitchDegrees: 62, distance: 20, size: [0.5, 0.5],
                    shape: .disc, colour: [1, 0.95, 0.86], intensity: 1.5)
            ]),
        LightRig(
            name: "golden hour", environment: Environment(.sunset, strength: 0.6),
            lamps: [
                AreaLight(
                    yawDegrees: 62, pitchDegrees: 12, distance: 20, size: [0.9, 0.9],
                    shape: .disc, colour: [1, 0.7, 0.42], intensity: 1.0),
                AreaLight(
                    yawDegrees: -150, pitchDegrees: 18, distance: 4, size: [1.2, 1.2],
                    colour: [1, 0.6, 0.36], intensity: 0.5),
            ]),
        LightRig(
            name: "window", environment: Environment(.window, strength: 0.45),
            lamps: [
                AreaLight(
                    yawDegrees: 68, pitchDegrees: 12, distance: 1.5, size: [1.0, 1.2],
                    colour: [0.92, 0.96, 1], intensity: 0.85)
            ]),
        LightRig(
            name: "living room", environment: Environment(.room, strength: 0.6),
            lamps: [
                AreaLight(
                    yawDegrees: -35, pitchDegrees: 40, distance: 1.7, size: [0.35, 0.35],
                    shape: .disc, colour: warm, intensity: 0.55)
            ]),
        LightRig(
            name: "forest", environment: Environment(.forest, strength: 0.9),
            lamps: [
                AreaLight(
                    yawDegrees: -40, pitchDegrees: 50, distance: 8, size: [0.8, 0.8],
                    shape: .disc, colour: [1, 0.97, 0.8], intensity: 0.35)
            ]),
        LightRig(
            name: "from below", environment: Environment(.even, strength: 0.04, tint: cool),
            lamps: [
                AreaLight(
                    yawDegrees: 8, pitchDegrees: -62, distance: 0.9, size: [0.2, 0.2],
                    shape: .disc, colour: warm, intensity: 1)
            ], isExtreme: true),
        LightRig(
            name: "two neon signs", environment: Environment(.neonStreet, strength: 0.55),
            lamps: [
                AreaLight(
                    yawDegrees: 62, pitchDegrees: 10, distance: 1.5, size: [0.5, 0.9],
                    colour: [1, 0.12, 0.55], intensity: 0.8),
                AreaLight(
                    yawDegrees: -66, pitchDegrees: 12, distance: 1.5, size: [0.5, 0.9],
                    colour: [0.08, 0.62, 1], intensity: 0.8),
            ]),
        LightRig(
            name: "candle", environment: Environment(.room, strength: 0.03),
            lamps: [
                AreaLight(
                    yawDegrees: -18, pitchDegrees: -24, distance: 0.55, size: [0.05, 0.08],
                    shape: .disc, colour: candle, intensity: 0.8)
            ], stops: -0.4, isExtreme: true),
        LightRig(
            name: "night", environment: Environment(.neonStreet, strength: 0.25),
            lamps: [
                AreaLight(
                    yawDegrees: -30, pitchDegrees: 55, distance: 3, size: [0.3, 0.3],
                    shape: .disc, colour: [1, 0.74, 0.4], intensity: 0.45),
                AreaLight(
                    yawDegrees: 130, pitchDegrees: 15, distance: 3, size: [0.4, 0.6],
                    colour: cool, intensity: 0.35),
            ], stops: -0.9),
        LightRig(
            name: "hard side", environment: Environment(.even, strength: 0.03),
            lamps: [
                AreaLight(
                    yawDegrees: -78, pitchDegrees: 18, distance: 2.5, size: [0.06, 0.06],
                    shape: .disc, intensity: 1.2)
            ], isExtreme: true),
        LightRig(
            name: "against the light", environment: Environment(.clearSky, strength: 0.25),
            lamps: [
                AreaLight(
                    yawDegrees: 165, pitchDegrees: 25, distance: 5, size: [0.9, 0.9],
                    shape: .disc, colour: [1, 0.93, 0.82], intensity: 1.8)
            ], stops: -0.5, isExtreme: true),
    ]

    /// The preset of a name.
    ///
    /// - Parameter name: one of the names in ``presets``.
    /// - Returns: nil for another name.
    public static func preset(_ name: String) -> LightRig? { presets.first { $0.name == name } }

    /// A key from 45 degrees and high up, that leaves a lit triangle on the far cheek.
    private static func rembrandt(_ name: String, side: Float) -> LightRig {
        LightRig(
            name: name, environment: Environment(.even, strength: 0.12, tint: [1, 0.96, 0.92]),
            lamps: [
                AreaLight(
                    yawDegrees: 48 * side, pitchDegrees: 38, distance: 1.5, size: [0.5, 0.5],
                    intensity: 1.0),
                AreaLight(
                    yawDegrees: -150 * side, pitchDegrees: 30, distance: 1.8, size: [0.4, 0.7],
                    intensity: 0.35),
            ])
    }
}
