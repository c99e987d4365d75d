import Foundation

/// The left eye of the average head, millimetres: ball, lid margins, fold.
enum Eye {
    static let centre = SIMD3<Double>(31.5, 0, 66.4)
    static let ballRadius = 13.2
    /// Half the length of the opening, from corner to corner.
    static let halfWidth = 13.1

    /// A point of the lid margin; `turn` 0 ..< 1 starts at the inner corner and goes over the top.
    static func margin(_ turn: Double) -> SIMD3<Double> {
        let upper = turn < 0.5
        let t = upper ? turn * 2 : 2 - turn * 2  // 0 inner corner ... 1 outer corner
        let dx = -halfWidth * cos(.pi * t)
        let corner = -1.8 + 2.6 * t
        let arch = pow(sin(.pi * t), 0.9)
        // The upper lid is highest towards the nose, the lower one lowest towards the temple.
        let lift =
            upper
            ? 5.3 * arch * (1 + 0.12 * cos(.pi * t)) : -4.3 * arch * (1 - 0.18 * cos(.pi * t))
        let dy = corner + lift
        return SIMD3(
            centre.x + dx, dy, centre.z + depth(dx, dy, clearance: 0.45, least: 3.6 - 1.2 * t))
    }

    /// Height of a sphere around the ball over its centre, never below `least`.
    static func depth(_ dx: Double, _ dy: Double, clearance: Double, least: Double) -> Double {
        let r = ballRadius + clearance
        return max(r * r - dx * dx - dy * dy, least * least).squareRoot()
    }

    /// Away from the opening, in the picture plane.
    static func outward(_ turn: Double) -> SIMD2<Double> {
        let step = 1e-3
        let a = margin((turn - step + 1).truncatingRemainder(dividingBy: 1))
        let b = margin((turn + step).truncatingRemainder(dividingBy: 1))
        let along = SIMD2(b.x - a.x, b.y - a.y)
        let length = max((along * along).sum().squareRoot(), 1e-9)
        return SIMD2(-along.y, along.x) / length
    }

    static func landmarks() -> [HeadLandmarks.Landmark] {
        var points: [SIMD3<Double>] = []
        for i in 0..<20 {
            let turn = Double(i) / 20
            let p = margin(turn)
            let n = outward(turn)
            let corner = i == 0 || i == 10
            points.append(p)
            // The lid's edge is a millimetre and a half thick.
            let edge = corner ? 1.0 : 0.9
            points.append(p + SIMD3(n.x * edge, n.y * edge, corner ? 0.6 : 1.25))
        }
        for i in 1..<10 {  // upper lid: plate, crease, fold
            let t = Double(i) / 10
            let p = margin(t / 2)
            let n = outward(t / 2)
            let swell = pow(sin(.pi * t), 0.6)
            if [2, 4, 5, 6, 8].contains(i) {
                points.append(p + SIMD3(n.x * 2.6, n.y * 2.6, 1.25 - 0.4 * swell))
                points.append(p + SIMD3(n.x * 4.4, n.y * 4.4, 1.2 - 0.6 * swell))
                points.append(p + SIMD3(n.x * 5.9, n.y * 5.9, 1.6 + 1.9 * swell))
            }
        }
        for i in stride(from: 1, to: 10, by: 2) {  // lower lid: plate, then the trough
            let t = Double(i) / 10
            let p = margin(1 - t / 2)
            let n = outward(1 - t / 2)
            points.append(p + SIMD3(n.x * 3.2, n.y * 3.2, 1.2))
            points.append(p + SIMD3(n.x * 7.2, n.y * 7.2, 0.5 - 0.9 * t))
        }
        return points.map { .init(place: HeadChart.place($0), position: $0) }
    }
}
