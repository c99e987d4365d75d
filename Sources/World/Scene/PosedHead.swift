import Foundation

/// A head in some pose: what hair, clothes and the renderer are given.
package struct PosedHead: Sendable {
    /// `[V]`, metres.
    package var positions: [SIMD3<Float>]
    /// `[V]`, unit length; twins of the texture's cut share theirs.
    package var normals: [SIMD3<Float>]
    /// How the skull has moved from rest: what is fixed to it (hair, glasses, hats) moves along.
    package var skull: RigidMotion
}

/// A rotation about a point.
package struct RigidMotion: Sendable {
    /// Rows of the matrix.
    var rotation: (SIMD3<Float>, SIMD3<Float>, SIMD3<Float>)
    var pivot: SIMD3<Float>

    package func direction(_ d: SIMD3<Float>) -> SIMD3<Float> {
        SIMD3((rotation.0 * d).sum(), (rotation.1 * d).sum(), (rotation.2 * d).sum())
    }

    package func point(_ p: SIMD3<Float>) -> SIMD3<Float> { pivot + direction(p - pivot) }

    /// Moves a surface that was made for the head at rest.
    package func moved(_ surface: Surface) -> Surface {
        var result = surface
        result.positions = surface.positions.map(point)
        result.normals = surface.normals.map(direction)
        result.tangents = surface.tangents.map(direction)
        return result
    }

    /// From axis-angle, radians.
    package init(axisAngle r: SIMD3<Float>, pivot: SIMD3<Float>) {
        let angle = (r * r).sum().squareRoot()
        let k = angle > 1e-8 ? r / angle : SIMD3(1, 0, 0)
        let (s, c) = (sin(angle), cos(angle))
        let v = 1 - c
        rotation = (
            SIMD3(c + k.x * k.x * v, k.x * k.y * v - k.z * s, k.x * k.z * v + k.y * s),
            SIMD3(k.y * k.x * v + k.z * s, c + k.y * k.y * v, k.y * k.z * v - k.x * s),
            SIMD3(k.z * k.x * v - k.y * s, k.z * k.y * v + k.x * s, c + k.z * k.z * v)
        )
        self.pivot = pivot
    }
}

extension BuiltInHead {
    /// Area-weighted normals `[V]`.
    package func normals(of positions: [SIMD3<Float>]) -> [SIMD3<Float>] {
        var sums = [SIMD3<Float>](repeating: .zero, count: positions.count)
        for t in triangles {
            let (a, b, c) = (Int(t.x), Int(t.y), Int(t.z))
            let (e, f) = (positions[b] - positions[a], positions[c] - positions[a])
            let n = SIMD3(e.y * f.z - e.z * f.y, e.z * f.x - e.x * f.z, e.x * f.y - e.y * f.x)
            sums[twin[a]] += n
            sums[twin[b]] += n
            sums[twin[c]] += n
        }
        return positions.indices.map { i in
            let n = sums[twin[i]]
            let length = (n * n).sum().squareRoot()
            return length > 0 ? n / length : SIMD3(0, 0, 1)
        }
    }
}
