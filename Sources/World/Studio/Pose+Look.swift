import Foundation

extension HeadPoser.Pose {
    /// FLAME's parameters for a look.
    init(_ look: Look, shape: [Float], head: BuiltInHead) {
        let degree = Float.pi / 180
        let face = look.expression
        self.init()
        self.shape = shape
        expression = head.expressionCoefficients(face)
        let open = 0.34 * face[.jawOpen] + 0.05 * face[.openSmile]
        jaw = SIMD3(open, 0.14 * (face[.jawLeft] - face[.jawRight]), 0)
        neck = SIMD3(
            -look.head.pitchDegrees * degree, look.head.yawDegrees * degree,
            -look.head.rollDegrees * degree)
        let gaze = SIMD3(-look.gaze.pitchDegrees * degree, look.gaze.yawDegrees * degree, 0)
        eyes = (gaze, gaze)
        // The upper lids follow the eyes down, and up a little.
        let follow = min(0.45, max(-0.12, -look.gaze.pitchDegrees / 50))
        eyelids = SIMD2(
            max(face[.blinkLeft], min(1, max(-0.12, follow + face[.blinkLeft]))),
            max(face[.blinkRight], min(1, max(-0.12, follow + face[.blinkRight]))))
    }
}

extension Camera {
    /// Where a look's photographer stands: EG3D's sphere, then zoom, shift and roll.
    init(_ look: Look.Camera) throws {
        let degree = Float.pi / 180
        let level = try Camera.lookAt(
            yaw: look.yawDegrees * degree, pitch: -look.pitchDegrees * degree)
        let (c, s) = (cosf(look.rollDegrees * degree), sinf(look.rollDegrees * degree))
        let focal = level.focal * look.zoom
        try self.init(
            right: level.right * c - level.down * s, down: level.right * s + level.down * c,
            forward: level.forward, origin: level.origin, focal: focal,
            principal: SIMD2(0.5, 0.5) + look.shift)
    }
}

extension Look {
    /// Takes over what another look wears and paints on.
    public mutating func wear(_ other: Look) {
        makeUp = other.makeUp
        glasses = other.glasses
        hat = other.hat
        earRings = other.earRings
        clothes = other.clothes
        gaze.pupil = other.gaze.pupil
    }
}
