import Foundation

/// The shapes that close the lids, in millimetres; added after skinning, as FLAME's are.
enum Eyelids {
    /// What closes one eye entirely: the upper lid slides down over the ball, the lower one meets it.
    ///
    /// - Parameters:
    ///   - mesh: the head at rest.
    ///   - side: 1 for the left eye, -1 for the right one.
    /// - Returns: `[V]`, millimetres.
    static func closing(_ mesh: HeadMesh, side: Double) -> [SIMD3<Double>] {
        mesh.positions.indices.map { i in
            let kind = mesh.kinds[i]
            guard kind == .skin || kind == .lidLining, mesh.positions[i].x * side > 0 else {
                return .zero
            }
            let mirror = SIMD3<Double>(side, 1, 1)
            let d = move(
                of: mesh.positions[i] * mirror, margin: mesh.anchors[i] * mirror,
                lining: kind == .lidLining)
            return d * mirror
        }
    }

    private static func move(
        of p: SIMD3<Double>, margin: SIMD3<Double>, lining: Bool
    ) -> SIMD3<Double> {
        let d = p - Eye.centre
        let reference = margin - Eye.centre
        guard abs(reference.x) < Eye.halfWidth + 3, d.z > -6 else { return .zero }
        // The margin above and below this point.
        let across = min(1, max(-1, -reference.x / Eye.halfWidth))
        let t = acos(across) / Double.pi
        let top = Eye.margin(t / 2)
        let bottom = Eye.margin(1 - t / 2)
        let gap = top.y - bottom.y
        let middle = bottom.y + 0.5 * gap
        let beyond = smooth(Eye.halfWidth + 3, Eye.halfWidth - 1, abs(reference.x))
        var dy: Double
        if margin.y > middle {
            let above = lining ? 0 : max(0, p.y - top.y)
            dy = -0.86 * gap * smooth(8.5, 0.8, above)
        } else {
            let below = lining ? 0 : max(0, bottom.y - p.y)
            dy = 0.12 * gap * smooth(6, 0.5, below)
        }
        dy *= beyond
        // Slide along a sphere around the ball, with room for its bulge at the iris.
        let r = (d * d).sum().squareRoot()
        let y = d.y + dy
        let square = r * r - d.x * d.x - y * y
        let z = max(square, 9).squareRoot()
        let room = lining ? 0.0 : 0.55 * smooth(0, 0.5 * gap, abs(dy))
        let dz = d.z > 3 ? (z - max(r * r - d.x * d.x - d.y * d.y, 9).squareRoot()) : 0
        return [0, dy, dz * abs(dy) / max(abs(dy), 1e-9) + room]
    }
}
