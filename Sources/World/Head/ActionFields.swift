import Foundation

/// How each ``Action`` of the face moves the skin: millimetres at weight 1.
///
/// Blinks are eyelid shapes (``Eyelids``) and opening is a turn of the jaw; both have no field.
enum ActionFields {
    static let actions = Action.allCases.filter {
        ![.blinkLeft, .blinkRight, .jawOpen, .jawLeft, .jawRight].contains($0)
    }

    /// - Parameters:
    ///   - action: what the face does.
    ///   - p: place in the average head, millimetres.
    ///   - lower: on the lower lip's side of the line between the lips.
    /// - Returns: the motion there.
    static func displacement(
        of action: Action, at p: SIMD3<Double>, lower: Bool
    ) -> SIMD3<Double> {
        switch action {
        case .mouthLeft: return sideways(p) * [1, 1, 1]
        case .mouthRight: return sideways(p) * [-1, 1, 1]
        case .sneer:
            guard p.x > 0 else { return .zero }
            return lipLift(p, lower) * 1.25 + wings(p) * 0.9
        default:
            let side: Double = p.x < 0 ? -1 : 1
            let d = half(action, SIMD3(abs(p.x), p.y, p.z), lower)
            return SIMD3(d.x * side, d.y, d.z)
        }
    }

    private static func half(
        _ action: Action, _ q: SIMD3<Double>, _ lower: Bool
    ) -> SIMD3<Double> {
        let corner = FacialFields.bump(q, [25, -70, 84], 11)
        let lips =
            FacialFields.bell(q.x, 15) * FacialFields.bell(q.y + 70.5, 9) * smooth(72, 84, q.z)
        switch action {
        case .smile: return smile(q, corner, lips)
        case .openSmile:
            let parting: SIMD3<Double> = lower ? [0, -3.2, 0] : [0, 3.4, 0]
            return smile(q, corner, lips) * 1.15 + parting * lips
        case .frown: return [-1.4, -3.6, 0.4] * corner + SIMD3(0, 0.8, 0.7) * lips
        case .lipCornerDown: return [0.4, -4.2, -0.6] * corner
        case .pucker:
            let purse = FacialFields.bump(q, [20, -70, 88], 14)
            let roll: SIMD3<Double> = lower ? [0, -1.2, 6] : [0, 1.2, 6]
            return SIMD3(-9.5 * q.x / 25, 0, 2.2) * purse + roll * lips
        case .lipPress:
            return (lower ? SIMD3(0, 1.3, -1.6) : SIMD3(0, -1.1, -1.4)) * lips
                + SIMD3(0.6, 0, -1) * corner
        case .disgust:
            return lipLift(q, lower) * 0.8 + wings(q)
                + brow(q, [-1.4, -2.2, 0.4], at: 16, width: 13)
                + EyeFields.lid(q - Eye.centre, upper: -1.2, lower: 0.8)
        case .cheekPuff:
            return [6.2, 0, 4.4] * FacialFields.bump(q, [43, -60, 62], 17) + SIMD3(0, 0, 1.2) * lips
        default: return upper(action, q)
        }
    }

    /// Brows and lids.
    private static func upper(_ action: Action, _ q: SIMD3<Double>) -> SIMD3<Double> {
        let eye = q - Eye.centre
        switch action {
        case .browRaise:
            return brow(q, [0, 5.2, -0.4], at: 28, width: 23)
                + EyeFields.lid(eye, upper: 0.7, lower: 0)
        case .browLower:
            return brow(q, [-1.8, -3.8, 0.9], at: 18, width: 17)
                + EyeFields.lid(eye, upper: -0.7, lower: 0)
        case .sadBrows:
            return brow(q, [-1.2, 5, 0.3], at: 10, width: 10)
                + brow(q, [0, -1.4, 0], at: 44, width: 11)
                + EyeFields.lid(eye, upper: -0.8, lower: 0)
        case .squint:
            let cheek = FacialFields.bump(q, [38, -22, 76], 12)
            return EyeFields.lid(eye, upper: -1.5, lower: 1.7) + SIMD3(0, 2, 0.8) * cheek
        case .wideEyes: return EyeFields.lid(eye, upper: 1.7, lower: -0.5)
        default: return .zero
        }
    }

    private static func smile(
        _ q: SIMD3<Double>, _ corner: Double, _ lips: Double
    ) -> SIMD3<Double> {
        let cheek = FacialFields.bump(q, [40, -38, 74], 14)
        let fold = FacialFields.bump(q, [30, -55, 81], 8)
        var d: SIMD3<Double> = [6, 5.4, -4.2] * corner
        d += [1.2, 3.6, 2.4] * cheek
        d += [2.2, 1.2, 0.8] * fold
        d += [0, 0.2, -1.6] * lips
        return d + EyeFields.lid(q - Eye.centre, upper: -0.5, lower: 0.9)
    }

    private static func brow(
        _ q: SIMD3<Double>, _ move: SIMD3<Double>, at x: Double, width: Double
    ) -> SIMD3<Double> {
        let w = FacialFields.bell(q.x - x, width) * FacialFields.bell(q.y - 18, 10)
        return move * (w * smooth(45, 66, q.z) * smooth(6, 12, q.y))
    }

    private static func lipLift(_ q: SIMD3<Double>, _ lower: Bool) -> SIMD3<Double> {
        guard !lower else { return .zero }
        let w = FacialFields.bump(SIMD3(abs(q.x), q.y, q.z), [13, -64, 94], 9)
        return [0, 3.8, 0.6] * w
    }

    private static func wings(_ q: SIMD3<Double>) -> SIMD3<Double> {
        let w = FacialFields.bump(SIMD3(abs(q.x), q.y, q.z), [17, -43, 88], 9)
        return [0, 2.6, 0.6] * w
    }

    private static func sideways(_ p: SIMD3<Double>) -> SIMD3<Double> {
        let w = FacialFields.bell(p.x, 26) * FacialFields.bell(p.y + 72, 15) * smooth(60, 80, p.z)
        return [6 * w, 0, 0]
    }
}
