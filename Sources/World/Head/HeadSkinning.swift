import Foundation

/// FLAME's five joints for the built-in head: where they are and what they carry.
package enum HeadSkinning {
    static let parents = [-1, 0, 1, 1, 1]
    /// The joints' places in `lbs_weights`.
    static let global = 0, neck = 1, jaw = 2, leftEye = 3, rightEye = 4

    /// Weights `[V][5]` that sum to 1 for each vertex.
    package static func weights(_ mesh: HeadMesh) -> [[Double]] {
        mesh.positions.indices.map { i in
            let place = mesh.places[i]
            switch mesh.kinds[i] {
            case .leftBall: return [0, 0, 0, 1, 0]
            case .rightBall: return [0, 0, 0, 0, 1]
            case .upperTeeth, .ear, .lidLining: return [0, 1, 0, 0, 0]
            case .lowerTeeth: return [0, 0, 1, 0, 0]
            case .tongue: return [0, 0.15, 0.85, 0, 0]
            case .mouthRoof: return split(head: 1, jaw: mouthCorner(mesh, i, upper: true))
            case .mouthFloor: return split(head: 1, jaw: mouthCorner(mesh, i, upper: false))
            case .skin:
                let head = 1 - smooth(150, 245, place.down)
                return split(head: head, jaw: jawPart(place))
            }
        }
    }

    private static func split(head: Double, jaw: Double) -> [Double] {
        [1 - head, head * (1 - jaw), head * jaw, 0, 0]
    }

    /// How much of the head's motion at a place is the jaw's.
    private static func jawPart(_ place: ChartPoint) -> Double {
        let corner = HeadChart.place(Mouth.corner).angle
        let line = HeadChart.ring - Mouth.line
        let angle = abs(place.angle)
        // From the corner of the mouth up to the joint before the ear.
        let out = max(0, angle - corner)
        let level = line - 34 * smooth(0, 1.1, out)
        let soft = 0.02 + 22 * smooth(0, 0.75, out) + 4 * smooth(0, 0.06, out)
        let below = smooth(level - soft, level + soft, place.down)
        return below * smooth(1.85, 1.25, angle) * smooth(196, 148, place.down)
    }

    private static func mouthCorner(_ mesh: HeadMesh, _ i: Int, upper: Bool) -> Double {
        let rim = jawPart(mesh.places[i])
        return upper ? rim : max(rim, 0.98 * mesh.follow[i] + 0.5 * (1 - mesh.follow[i]))
    }

    /// Rows of the joint regressor `[5][V]`, each of which sums to 1.
    package static func regressor(_ mesh: HeadMesh) -> [[Double]] {
        let all = mesh.positions.indices
        func row(_ holds: (Int) -> Bool) -> [Double] {
            let members = all.map(holds)
            let count = Double(members.reduce(0) { $0 + ($1 ? 1 : 0) })
            return members.map { $0 ? 1 / max(count, 1) : 0 }
        }
        // The joint of the jaw lies before and a little above the ear's hole.
        let joint = SIMD3<Double>(67, -14, 8)
        return [
            row { mesh.kinds[$0] == .skin && mesh.places[$0].down > 300 },
            row { mesh.kinds[$0] == .skin && (190...225).contains(mesh.places[$0].down) },
            row {
                let d = mesh.positions[$0] * SIMD3(mesh.positions[$0].x < 0 ? -1 : 1, 1, 1) - joint
                return mesh.kinds[$0] == .skin && (d * d).sum() < 14 * 14
            },
            row { mesh.kinds[$0] == .leftBall },
            row { mesh.kinds[$0] == .rightBall },
        ]
    }

    /// Pose correctives `[36][V]`, millimetres for each entry of (rotation - 1) of joints 1...4: an
    /// open mouth is narrower, and the cheeks hollow with it.
    static func correctives(_ mesh: HeadMesh) -> [[SIMD3<Double>]] {
        let zero = [SIMD3<Double>](repeating: .zero, count: mesh.positions.count)
        var result = [[SIMD3<Double>]](repeating: zero, count: 36)
        // Joint 2 is the second of four; entry (2, 1) of its matrix is the sine of the opening.
        let entry = (jaw - 1) * 9 + 7
        for i in mesh.positions.indices where mesh.kinds[i] != .upperTeeth {
            let a = mesh.anchors[i]
            let q = SIMD3(abs(a.x), a.y, a.z)
            let side: Double = a.x < 0 ? -1 : 1
            let corner = FacialFields.bump(q, [23, -71, 86], 13) * min(1, q.x / 12)
            let cheek = FacialFields.bump(q, [46, -58, 60], 16)
            guard
                mesh.kinds[i] == .skin || mesh.kinds[i] == .mouthRoof
                    || mesh.kinds[i] == .mouthFloor
            else { continue }
            result[entry][i] =
                [side * (-14 * corner - 8 * cheek), 0, -4 * corner - 4 * cheek]
                * mesh.follow[i]
        }
        return result
    }
}
