import Foundation

/// The ears: bowl, inner ridge, rim and lobe on a plate that stands off the head.
enum Ear {
    /// Outline of the left ear seen from its side, millimetres: towards the back, up.
    private static let outline: [SIMD2<Double>] = [
        [3, 31.5], [9, 30.5], [14.5, 27], [18.5, 21], [20, 13], [19.5, 5], [17.5, -3], [14.5, -10],
        [11.5, -16], [8.5, -22], [4.5, -27.5], [-1, -30.5], [-6.5, -29], [-9.5, -23.5],
        [-11, -16], [-11.5, -8], [-12, 0], [-12, 8], [-11.5, 16], [-9, 24], [-4, 29.5],
    ]
    private static let hub = SIMD2<Double>(-3, -5)
    private static let across = 32
    private static let rings = [0, 0.16, 0.32, 0.45, 0.56, 0.66, 0.76, 0.86, 0.94, 1.0]

    static func add(to mesh: inout HeadMesh) {
        for side in [1.0, -1.0] {
            var rows: [[Int]] = []
            for (k, radius) in rings.enumerated() where k > 0 {
                rows.append(row(radius, height: { relief(radius, $0) }, side, front: true, &mesh))
            }
            // Over the rim and down its back to the head.
            for (shrink, height) in [
                (1.03, 0.8), (0.98, -1.6), (0.8, -3.2), (0.55, -9), (0.4, -16),
            ] {
                rows.append(row(shrink, height: { _ in height }, side, front: false, &mesh))
            }
            let middle = vertex(hub, -5, side, front: true, &mesh)
            for i in 0..<across {
                let j = (i + 1) % across
                side < 0
                    ? mesh.add(triangle: middle, rows[0][j], rows[0][i])
                    : mesh.add(triangle: middle, rows[0][i], rows[0][j])
            }
            for k in 1..<rows.count {
                side < 0
                    ? mesh.ribbon(rows[k], rows[k - 1]) : mesh.ribbon(rows[k - 1], rows[k])
            }
        }
    }

    private static func row(
        _ radius: Double, height: (SIMD2<Double>) -> Double, _ side: Double, front: Bool,
        _ mesh: inout HeadMesh
    ) -> [Int] {
        (0..<across).map { i in
            let edge = outlinePoint(Double(i) / Double(across))
            let p = hub + (edge - hub) * radius
            return vertex(p, height(edge), side, front: front, &mesh)
        }
    }

    /// Height of the relief where the ray to the outline's `edge` has gone the part `radius`.
    private static func relief(_ radius: Double, _ edge: SIMD2<Double>) -> Double {
        let behind = PiecewiseLinear([
            (0, -5), (0.2, -4.6), (0.38, -2.4), (0.52, 2.6), (0.62, 3.2), (0.76, 0.6), (0.88, 3.6),
            (1, 3.2),
        ]).value(radius)
        let ahead = PiecewiseLinear([
            (0, -5), (0.3, -3.5), (0.55, 2.4), (0.75, 1), (1, -7),
        ]).value(radius)
        let lobe = PiecewiseLinear([
            (0, -5), (0.25, -4), (0.45, 1.4), (0.7, 1.8), (0.9, 2), (1, 1),
        ]).value(radius)
        let forward = smooth(-6, -11, edge.x) * smooth(-26, -18, edge.y) * smooth(24, 14, edge.y)
        let low = smooth(-12, -22, edge.y) * (1 - forward)
        return behind * (1 - forward) * (1 - low) + ahead * forward + lobe * low
    }

    private static func vertex(
        _ p: SIMD2<Double>, _ height: Double, _ side: Double, front: Bool, _ mesh: inout HeadMesh
    ) -> Int {
        // Leaning back by 12 degrees, turned out by 23.
        let lean = 12.0 * Double.pi / 180
        let turn = 23.0 * Double.pi / 180
        let back = p.x * cos(lean) + p.y * sin(lean)
        let up = -p.x * sin(lean) + p.y * cos(lean)
        let out = 73 + back * sin(turn) + height * cos(turn)
        let forth = -9 - back * cos(turn) + height * sin(turn)
        let position = SIMD3(side * out, -15 + up, forth)
        let centre = side > 0 ? 0.11 : 0.35
        let u = centre + (front ? 0.0032 : 0.0008) * p.x
        let v = 0.945 - (front ? 0.0016 : 0.0006) * p.y
        let uv = SIMD2(Float(u), Float(v))
        return mesh.add(
            position, uv: uv, place: ChartPoint(angle: side * 1.62, down: 45 - up), kind: .ear)
    }

    /// The outline at the part `t` of the way around, clockwise from the top.
    private static func outlinePoint(_ t: Double) -> SIMD2<Double> {
        let n = outline.count
        let s = t * Double(n)
        let i = Int(s) % n
        let f = s - s.rounded(.down)
        let (a, b) = (outline[(i + n - 1) % n], outline[i])
        let (c, d) = (outline[(i + 1) % n], outline[(i + 2) % n])
        // Catmull-Rom
        let linear: SIMD2<Double> = c - a
        let square: SIMD2<Double> = a * 2 - b * 5 + c * 4 - d
        let cube: SIMD2<Double> = (b - c) * 3 + (d - a)
        return b + (linear + (square + cube * f) * f) * (f * 0.5)
    }
}

/// 0 at `a`, 1 at `b`, level at both ends; clamped outside. `a` may be the larger.
func smooth(_ a: Double, _ b: Double, _ x: Double) -> Double {
    let t = min(1, max(0, (x - a) / (b - a)))
    return t * t * (3 - 2 * t)
}
