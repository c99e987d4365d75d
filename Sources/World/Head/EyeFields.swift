import Foundation

/// The fields around the eyes, where lids must keep to the ball.
enum EyeFields {
    /// 1 on the ball and its lids, 0 beyond the socket; `q` on the left half.
    static func weight(_ q: SIMD3<Double>, _ kind: HeadMesh.Kind) -> Double {
        if kind == .leftBall || kind == .rightBall { return 1 }
        let d = (q - Eye.centre) * SIMD3(0.85, 1, 0)
        return smooth(34, 14, (d * d).sum().squareRoot()) * smooth(30, 55, q.z)
    }

    static func displacement(
        of parameter: FacialParameter, at q: SIMD3<Double>, kind: HeadMesh.Kind
    ) -> SIMD3<Double> {
        let whole = weight(q, kind)
        let d = q - Eye.centre
        let ball = kind == .leftBall || kind == .rightBall
        switch parameter {
        case .eyeSpacing: return [1.5 * whole, 0, 0]
        case .eyeSize: return d * SIMD3(0.035, 0.035, 0.035) * whole
        case .eyeWidth:
            guard !ball else { return .zero }
            return [d.x * 0.045 * whole, 0, 0]
        case .eyeTilt:
            guard !ball else { return .zero }
            return [0, d.x / 13 * 1.2 * whole, 0]
        case .eyeDepth: return [0, 0, -1.7 * whole]
        case .eyeOpenness: return ball ? .zero : lid(d, upper: 0.6, lower: -0.25)
        case .upperLidFold:
            let fold = FacialFields.bell(q.x - 32, 12) * FacialFields.bell(q.y - 11, 3.5)
            return ball ? .zero : SIMD3(0, -1.5, 0.5) * (fold * smooth(60, 70, q.z))
        case .eyeBags:
            let bag = FacialFields.bell(q.x - 31, 10) * FacialFields.bell(q.y + 11.5, 3.5)
            return ball ? .zero : SIMD3(0, -0.2, 1.1) * (bag * smooth(60, 70, q.z))
        default:  // browHeight
            let brow = FacialFields.bell(q.x - 30, 20) * FacialFields.bell(q.y - 18, 7)
            return SIMD3(0, 1.9, 0) * (ball ? 0 : brow * smooth(50, 66, q.z))
        }
    }

    /// Moves the lid margins up by `upper` and `lower` millimetres, along the ball.
    static func lid(_ d: SIMD3<Double>, upper: Double, lower: Double) -> SIMD3<Double> {
        let along = smooth(13.2, 9, abs(d.x)) * smooth(-8, 2, d.z)
        let top = smooth(-0.5, 3.5, d.y) * smooth(12, 6.5, d.y)
        let bottom = smooth(0, -3.5, d.y) * smooth(-13, -6, d.y)
        let dy = along * (top * upper + bottom * lower)
        // Keeps the distance from the ball's centre.
        let depth = max(d.z, 4)
        return [0, dy, -dy * d.y / depth]
    }
}
