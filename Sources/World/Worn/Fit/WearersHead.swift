import Foundation

/// What a tailor takes of a head at rest: skin, eyes and ears, in millimetres of the world's axes.
package struct WearersHead {
    /// `[V]`.
    let points: [SIMD3<Float>]
    /// `[V]`, unit length.
    let normals: [SIMD3<Float>]
    let head: BuiltInHead
    /// Left, right: the tip of the cornea, and the ball's centre.
    package let corneas: [SIMD3<Float>]
    package let eyes: [SIMD3<Float>]
    /// Left, right.
    package let ears: [Ear]
    /// The middle of the skull, from which hats are measured.
    let middle: SIMD3<Float>

    /// One ear.
    package struct Ear {
        /// The highest point, the lowest one of the lobe, and the one that stands off most.
        package var top, bottom, widest: SIMD3<Float>
        /// The lobe's outer face, and its normal.
        package var lobe, lobeNormal: SIMD3<Float>
    }

    package init(_ rest: PosedHead, _ head: BuiltInHead) {
        self.head = head
        points = rest.positions.map { $0 * 1e3 }
        normals = rest.normals
        let p = points
        let balls = [Part.leftEye, .rightEye].map { part in
            head.pieces.first { $0.part == part }?.vertices ?? 0..<1
        }
        corneas = balls.map { p[$0.lowerBound] }
        eyes = balls.map { 0.5 * (p[$0.lowerBound] + p[$0.upperBound - 1]) }
        ears = [Float(1), -1].map { Self.ear(side: $0, p, rest.normals, head.kinds) }
        let crown = ChartLookup.shared.spot(angle: 0, down: HeadChart.crown).blend(p)
        middle = SIMD3(0, 0.5 * (eyes[0].y + eyes[1].y) + 0.25 * (crown.y - eyes[0].y), crown.z)
    }

    /// A point of the skin (or, past the bust's end, of its last ring) and its normal.
    func skin(_ angle: Double, _ down: Double) -> (point: SIMD3<Float>, normal: SIMD3<Float>) {
        let spot = ChartLookup.shared.spot(angle: angle, down: down)
        return (spot.blend(points), Vector.unit(spot.blend(normals)))
    }

    private static func ear(
        side: Float, _ p: [SIMD3<Float>], _ normals: [SIMD3<Float>], _ kinds: [HeadMesh.Kind]
    ) -> Ear {
        let own = p.indices.filter { kinds[$0] == .ear && p[$0].x * side > 0 }
        var top = SIMD3<Float>(0, -.infinity, 0)
        var bottom = SIMD3<Float>(0, .infinity, 0)
        var widest = SIMD3<Float>.zero
        for i in own {
            if abs(p[i].x) > abs(widest.x) { widest = p[i] }
            if p[i].y > top.y { top = p[i] }
            if p[i].y < bottom.y { bottom = p[i] }
        }
        // The lobe's face: turned outwards, a few millimetres above its lower edge.
        let wanted = bottom + SIMD3(2 * side, 5, 0)
        var (face, nearest) = (own.first ?? 0, Float.infinity)
        for i in own where normals[i].x * side > 0.6 {
            let d = p[i] - wanted
            let distance = Vector.dot(d, d)
            if distance < nearest { (face, nearest) = (i, distance) }
        }
        return Ear(
            top: top, bottom: bottom, widest: widest, lobe: p[face], lobeNormal: normals[face])
    }
}
