import Foundation

/// The eyeballs: spheres with a slight bulge for the cornea, closest mesh at the iris.
enum Eyeball {
    /// Half the angle that the iris takes up at the ball's centre, radians.
    static let irisAngle = 0.485

    static func add(to mesh: inout HeadMesh) {
        for (side, part) in [(1.0, Part.leftEye), (-1.0, Part.rightEye)] {
            mesh.piece(part) { mesh in
                let centre = Eye.centre * SIMD3(side, 1, 1)
                let kind = side > 0 ? HeadMesh.Kind.leftBall : .rightBall
                let place = ChartPoint(angle: side * 0.4, down: 30)
                let turns = 32
                let polar = [0.1, 0.2, 0.3, 0.4, 0.485, 0.57, 0.7, 0.9, 1.15, 1.45, 1.8, 2.2, 2.7]
                func uv(_ angle: Double, _ turn: Double) -> SIMD2<Float> {
                    let r = 0.5 * angle / Double.pi
                    return SIMD2(Float(0.5 + r * cos(turn)), Float(0.5 - r * sin(turn)))
                }
                func point(_ angle: Double, _ turn: Double) -> SIMD3<Double> {
                    let bulge = angle < 0.57 ? 0.55 * (1 - angle * angle / (0.57 * 0.57)) : 0
                    return centre + (Eye.ballRadius + bulge)
                        * SIMD3(sin(angle) * cos(turn), sin(angle) * sin(turn), cos(angle))
                }
                let front = mesh.add(point(0, 0), uv: uv(0, 0), place: place, kind: kind)
                var rows: [[Int]] = []
                for angle in polar {
                    rows.append(
                        (0..<turns).map {
                            let turn = 2 * Double.pi * Double($0) / Double(turns)
                            return mesh.add(
                                point(angle, turn), uv: uv(angle, turn), place: place, kind: kind)
                        })
                }
                let back = mesh.add(point(.pi, 0), uv: uv(.pi, 0), place: place, kind: kind)
                for i in 0..<turns {
                    let j = (i + 1) % turns
                    mesh.add(triangle: front, rows[0][i], rows[0][j])
                    mesh.add(triangle: back, rows[rows.count - 1][j], rows[rows.count - 1][i])
                }
                for k in 1..<rows.count { mesh.ribbon(rows[k], rows[k - 1]) }
            }
        }
    }
}
