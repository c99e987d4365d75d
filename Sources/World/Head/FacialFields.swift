import Foundation

/// How each ``FacialParameter`` moves the head at rest: millimetres for one standard deviation.
///
/// Every field is a smooth function of the place in the sculpture, so whatever lies there (lids,
/// linings, eyeballs) moves along and the skin stays whole. Spreads follow common anthropometric
/// tables (a face is 131 +- 6 mm wide, a nose 36 +- 3 mm).
enum FacialFields {
    /// - Parameters:
    ///   - parameter: what grows by one standard deviation.
    ///   - p: place in the average head, millimetres.
    ///   - kind: what is there; eyeballs are moved as a whole.
    /// - Returns: the motion there.
    static func displacement(
        of parameter: FacialParameter, at p: SIMD3<Double>, kind: HeadMesh.Kind
    ) -> SIMD3<Double> {
        let side: Double = p.x < 0 ? -1 : 1
        let q = SIMD3(abs(p.x), p.y, p.z)
        let d = half(parameter, q, kind)
        return SIMD3(d.x * side, d.y, d.z)
    }

    /// On the left half; x is away from the middle.
    private static func half(
        _ parameter: FacialParameter, _ q: SIMD3<Double>, _ kind: HeadMesh.Kind
    ) -> SIMD3<Double> {
        switch parameter {
        case .skullWidth, .skullLength, .skullHeight, .foreheadHeight, .foreheadSlope, .browRidge,
            .templeWidth:
            return skull(parameter, q)
        case .cheekboneWidth, .cheekboneHeight, .cheekboneProminence, .cheekFullness:
            return cheek(parameter, q)
        case .jawWidth, .jawAngle, .jawDefinition, .chinWidth, .chinLength, .chinProminence,
            .chinCleft, .faceLength, .midfaceLength:
            return jaw(parameter, q)
        case .noseLength, .noseWidth, .noseBridgeHeight, .noseBridgeWidth, .noseHump, .noseTipSize,
            .noseTipAngle, .nostrilFlare:
            return nose(parameter, q)
        case .eyeSpacing, .eyeSize, .eyeWidth, .eyeOpenness, .eyeTilt, .eyeDepth, .upperLidFold,
            .eyeBags, .browHeight:
            return EyeFields.displacement(of: parameter, at: q, kind: kind)
        case .mouthWidth, .upperLipFullness, .lowerLipFullness, .lipProtrusion, .philtrumLength,
            .mouthCornerTilt:
            return mouth(parameter, q)
        case .earSize, .earProtrusion, .earLobe:
            return kind == .ear ? ear(parameter, q) : .zero
        case .neckWidth, .neckLength, .shoulderWidth:
            return bust(parameter, q)
        }
    }

    private static func skull(_ parameter: FacialParameter, _ q: SIMD3<Double>) -> SIMD3<Double> {
        switch parameter {
        case .skullWidth: return [q.x * 0.036 * smooth(-45, 25, q.y), 0, 0]
        case .skullLength:
            return [0, 0, (q.z + 8) * 0.045 * smooth(30, -40, q.z) * smooth(-70, 0, q.y)]
        case .skullHeight: return [0, 4.5 * smooth(25, 115, q.y), 0]
        case .foreheadHeight: return [0, 3.2 * smooth(15, 65, q.y), 0]
        case .foreheadSlope:
            return [0, 0, -4.2 * smooth(18, 85, q.y) * smooth(0, 50, q.z)]
        case .browRidge:
            return [0, -0.3, 1.9] * (bell(q.y - 16, 9) * smooth(58, 34, q.x) * smooth(40, 65, q.z))
        default: return [2.2 * bump(q, [64, 22, 32], 24), 0, 0]
        }
    }

    private static func cheek(_ parameter: FacialParameter, _ q: SIMD3<Double>) -> SIMD3<Double> {
        switch parameter {
        case .cheekboneWidth: return [2.6 * bump(q, [60, -16, 44], 23), 0, 0]
        case .cheekboneHeight: return [0, 2.6 * bump(q, [50, -20, 62], 18), 0]
        case .cheekboneProminence:
            return [0.55, 0, 0.85] * (2.3 * bump(q, [45, -19, 70], 15))
        default: return [0.75, -0.1, 0.6] * (3.6 * bump(q, [46, -52, 58], 22))
        }
    }

    private static func jaw(_ parameter: FacialParameter, _ q: SIMD3<Double>) -> SIMD3<Double> {
        let below = smooth(-78, -104, q.y) * smooth(-5, 50, q.z)
        switch parameter {
        case .jawWidth: return [3.4 * bump(q, [52, -82, 18], 28), 0, 0]
        case .jawAngle: return [1.6, -2.6, -1.8] * bump(q, [51, -88, 8], 16)
        case .jawDefinition:
            return [-0.4, 2.2, -0.6] * bump(q, [36, -114, 34], 14)
                + [0.9, -0.4, 0.3] * bump(q, [44, -96, 30], 11)
        case .chinWidth:
            return [2.4 * min(1, q.x / 12) * bump(q, [17, -100, 82], 13), 0, 0]
        case .chinLength: return [0, -3.2 * below, 0]
        case .chinProminence: return [0, 0, 2.9 * bump(q, [0, -101, 88], 19)]
        case .chinCleft:
            return [0, 0, -1.1 * bell(q.x, 2.4) * bump(q, [0, -98, 91], 7)]
        case .faceLength: return [0, -3.4 * smooth(8, -108, q.y), 0]
        default: return [0, -2.2 * smooth(-4, -46, q.y), 0]
        }
    }

    private static func nose(_ parameter: FacialParameter, _ q: SIMD3<Double>) -> SIMD3<Double> {
        switch parameter {
        case .noseLength:
            return [0, -2.3 * bump(q, [0, -43, 98], 14), 0.6 * bump(q, [0, -40, 106], 10)]
        case .noseWidth:
            return [2.0 * min(1, q.x / 8) * bump(q, [15, -45, 89], 11), 0, 0]
        case .noseBridgeHeight:
            return [0, 0, 2.3 * bell(q.x, 8) * bell(q.y + 9, 13) * smooth(70, 82, q.z)]
        case .noseBridgeWidth:
            return [1.3 * min(1, q.x / 5) * bump(q, [9, -12, 86], 10), 0, 0]
        case .noseHump: return [0, 0, 1.7 * bell(q.x, 6) * bell(q.y + 15, 7)]
        case .noseTipSize: return (q - [0, -41, 99]) * (0.1 * bump(q, [0, -41, 103], 9))
        case .noseTipAngle:
            return [0, 2.4, 0.5] * bump(q, [0, -42, 105], 10)
        default: return [1.4, 0.3, 0] * (min(1, q.x / 8) * bump(q, [18, -46, 87], 7))
        }
    }

    private static func mouth(_ parameter: FacialParameter, _ q: SIMD3<Double>) -> SIMD3<Double> {
        let inLips = smooth(28, 17, q.x) * smooth(78, 86, q.z)
        switch parameter {
        case .mouthWidth: return [2.4 * q.x / 25 * bump(q, [18, -70, 88], 14), 0, 0]
        case .upperLipFullness:
            let body = inLips * smooth(-54, -62, q.y) * smooth(-71.5, -69, q.y)
            return [0, 0.9 * smooth(-70, -64, q.y), 1.0] * body
        case .lowerLipFullness:
            let body = inLips * smooth(-88, -80, q.y) * smooth(-69, -71.5, q.y)
            return [0, -1.1 * smooth(-70.5, -78, q.y), 1.1] * body
        case .lipProtrusion:
            return [0, 0, 1.6 * bell(q.x, 24) * bell(q.y + 71, 13)] * smooth(70, 84, q.z)
        case .philtrumLength:
            return [0, -1.6 * bell(q.x, 32) * bell(q.y + 72, 15) * smooth(70, 82, q.z), 0]
        default: return [0, 1.4 * bump(q, [25, -70, 84], 9), 0]
        }
    }

    private static func ear(_ parameter: FacialParameter, _ q: SIMD3<Double>) -> SIMD3<Double> {
        let root = SIMD3<Double>(71, -15, -6)
        switch parameter {
        case .earSize: return (q - root) * 0.055
        case .earProtrusion: return [max(0, -5 - q.z) * 0.13, 0, max(0, -5 - q.z) * 0.03]
        default: return [0, -2.2 * smooth(-32, -46, q.y), 0]
        }
    }

    private static func bust(_ parameter: FacialParameter, _ q: SIMD3<Double>) -> SIMD3<Double> {
        switch parameter {
        case .neckWidth:
            let w = smooth(-98, -122, q.y) * smooth(-205, -160, q.y)
            return [q.x * 0.065 * w, 0, (q.z + 12) * 0.05 * w]
        case .neckLength: return [0, -6 * smooth(-108, -150, q.y), 0]
        default: return [q.x * 0.055 * smooth(-165, -205, q.y), 0, 0]
        }
    }

    /// 1 at 0, about 0.6 at `width`, 0 far away.
    static func bell(_ x: Double, _ width: Double) -> Double { exp(-x * x / (2 * width * width)) }

    /// 1 at `centre`, falling off in a sphere.
    static func bump(_ q: SIMD3<Double>, _ centre: SIMD3<Double>, _ radius: Double) -> Double {
        let d = q - centre
        return exp(-(d * d).sum() / (2 * radius * radius))
    }
}
