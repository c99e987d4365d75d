import Foundation

extension Garment {
    /// A hood that lies behind the neck and on the shoulders.
    mutating func addHood() {
        let angles = Self.behind(0.32)
        // Millimetres outwards and up from the neck's foot, and how much of each comes behind.
        let profile: [(out: Float, up: Float, outBehind: Float, upBehind: Float)] = [
            (1, -12, 2, 0), (3, 2, 5, 16), (6, 9, 7, 27), (12, 12, 13, 31), (19, 8, 24, 24),
            (23, -2, 33, 8), (21, -13, 36, -14), (14, -20, 30, -32), (4, -22, 16, -38),
        ]
        let columns = angles.map { angle -> [SIMD3<Float>] in
            let from = .pi - abs(angle - .pi)
            let big = Float(smooth(0.7, 2.4, from)) * (1 + 0.06 * sinf(Float(angle) * 4 + phase))
            let slim = Float(smooth(0.25, 1.1, from))
            let foot = wearer.skin(angle, cut.edge(angle) + 1).point
            let out = Vector.unit(SIMD3(foot.x, 0, foot.z - wearer.middle.z + 4))
            return profile.map { step in
                let wide = step.out * (0.45 + 0.55 * slim) + step.outBehind * big
                let high = step.up * (0.5 + 0.5 * slim) + step.upBehind * big
                return foot + out * wide + SIMD3(0, high, 0)
            }
        }
        let rows = profile.indices.map { r in columns.map { $0[r] } }
        mesh.sheet(rows) { r, c in
            Self.overPatch.at(
                Float(c) / Float(angles.count - 1), Float(r) / Float(profile.count - 1))
        }
    }

    /// A hoodie's two strings.
    mutating func addStrings() {
        for (side, u) in [(1.0, Float(0.02)), (-1, 0.18)] {
            let downs = [228.0, 236, 246, 262, 280, 300, 318]
            let path = downs.map { down in
                place(side * 0.42, down, cut.off + (down < 240 ? 9 : 4))
            }
            mesh.tube(
                path, radii: Array(repeating: SIMD2(1.9, 1.9), count: path.count),
                up: SIMD3(0, 0.4, 1), sides: 6, patch: .init(u...u + 0.12, 0.94...1))
        }
    }

    /// Buttons down the front.
    mutating func addButtons(_ downs: [Double], off: Float) {
        for (i, down) in downs.enumerated() {
            let u = 0.02 + 0.05 * Float(i)
            mesh.bead(
                place(0, down, off), axis: SIMD3(0, 0.25, 1), side: SIMD3(1, 0, 0),
                radii: SIMD3(5, 5, 1.3), turns: 12, rings: 5, patch: .init(u...u + 0.04, 0.94...1))
        }
    }

    /// A dress's straps over the shoulders.
    mutating func addStraps() {
        let line: [(angle: Double, down: Double)] = [
            (0.5, 300), (0.58, 284), (0.7, 268), (0.9, 255), (1.2, 247), (1.57, 243), (1.95, 246),
            (2.25, 258), (2.42, 276), (2.5, 292), (2.52, 306),
        ]
        for side in [1.0, -1] {
            let path = line.map { place(side * $0.angle, $0.down, 2.2) }
            let rows = (0..<5).map { k -> [SIMD3<Float>] in
                path.indices.map { i in
                    let along = Vector.unit(path[min(i + 1, path.count - 1)] - path[max(i - 1, 0)])
                    let n = wearer.skin(side * line[i].angle, line[i].down).normal
                    let across = Vector.cross(n, along) * Float(side)
                    let edge: [(Float, Float)] = [
                        (-8.5, -3), (-8, 0.6), (0, 1.4), (8, 0.6), (8.5, -3),
                    ]
                    return path[i] + across * edge[k].0 + n * edge[k].1
                }
            }
            mesh.sheet(rows, isFlipped: side > 0) { r, c in
                Self.overPatch.at(
                    (side > 0 ? 0 : 0.5) + 0.48 * Float(c) / Float(path.count - 1), Float(r) / 4)
            }
        }
    }
}
