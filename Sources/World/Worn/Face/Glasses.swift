import Foundation

/// Glasses fitted to a head at rest: where the lenses stand and how the temples run.
package struct Glasses {
    static let count = 44
    let shape: GlassesShape
    let wearer: WearersHead
    /// How much larger than the usual size.
    let size: Float
    /// Of the left lens's middle in the picture plane; the right one mirrors it.
    private(set) var middle: SIMD2<Float>
    /// Depth of the front's surface at x = 0, at the height of the lenses' middle.
    private(set) var front: Float
    /// Half the distance between the temples, at the hinge and at the ear.
    private(set) var hinge: SIMD3<Float> = .zero
    private(set) var overEar: SIMD3<Float> = .zero

    /// The front leans towards the cheeks by 5 degrees and wraps around the face.
    private static let lean: Float = 0.09
    private static let wrap: Float = 300

    package init(_ style: GlassesStyle, _ wearer: WearersHead) {
        self.wearer = wearer
        shape = GlassesShape(style)
        let apart = 0.5 * (wearer.eyes[0].x - wearer.eyes[1].x)
        size = min(max(apart / 31.5, 0.84), 1.16)
        let height = 0.5 * (wearer.eyes[0].y + wearer.eyes[1].y)
        let inner = shape.half.x * size
        middle = SIMD2(max(apart + 1.5, inner + 8.2 * size), height - 1.5)
        front = 0
        front = depthWanted()
        fitTemples()
    }

    /// How far behind the front's foremost line its surface lies.
    func sag(_ x: Float, _ y: Float) -> Float {
        x * x / (2 * Self.wrap) - Self.lean * (y - middle.y)
    }

    /// A point of the front; x of either sign.
    package func place(_ x: Float, _ y: Float) -> SIMD3<Float> { SIMD3(x, y, front - sag(x, y)) }

    /// The rim's middle line around the left (1) or the right lens (-1), scaled about its middle.
    func rim(_ side: Float, scale: Float = 1) -> [SIMD3<Float>] {
        (0..<Self.count).map { i in
            let p = middle + shape.outline(Float(i) / Float(Self.count)) * (size * scale)
            return place(side * p.x, p.y)
        }
    }

    /// 12.6 mm before the corneas, or as far as brows, nose and cheeks ask for.
    private func depthWanted() -> Float {
        var wanted: Float = 0
        for cornea in wearer.corneas {
            wanted = max(wanted, cornea.z + 12.6 + sag(cornea.x, cornea.y))
        }
        let reach = shape.half * size + SIMD2(4, 4)
        let outline = (0..<Self.count).map { shape.outline(Float($0) / Float(Self.count)) * size }
        let least = wearer.eyes[0].z - 20
        for (i, p) in wearer.points.enumerated()
        where p.z > least && wearer.head.kinds[i] == .skin {
            let d = SIMD2(abs(p.x) - middle.x, p.y - middle.y)
            guard abs(d.x) < reach.x, abs(d.y) < reach.y + shape.wing else { continue }
            let room: Float = Self.holds(outline, d / 1.1) ? 1.3 + shape.rim.y : -100
            wanted = max(wanted, p.z + room + sag(p.x, p.y))
        }
        return wanted
    }

    private static func holds(_ corners: [SIMD2<Float>], _ p: SIMD2<Float>) -> Bool {
        var inside = false
        var b = corners[corners.count - 1]
        for a in corners {
            if (a.y > p.y) != (b.y > p.y), p.x < (b.x - a.x) * (p.y - a.y) / (b.y - a.y) + a.x {
                inside.toggle()
            }
            b = a
        }
        return inside
    }

    /// Straight from the hinge to the ear, clear of the skin by a millimetre and a half.
    private mutating func fitTemples() {
        let outer = middle.x + (shape.half.x + 2.5) * size
        let y = middle.y + (0.42 * shape.half.y + 0.5 * shape.wing) * size
        var h = place(outer, y)
        let top = 0.5 * (wearer.ears[0].top + wearer.ears[1].top * SIMD3(-1, 1, 1))
        var ear = SIMD3(top.x - 3, top.y - 2, top.z + 3)
        var needs: [SIMD2<Float>] = []
        for (i, p) in wearer.points.enumerated()
        where wearer.head.kinds[i] == .skin && p.z > ear.z - 12 && p.z < h.z {
            let t = (h.z - p.z) / (h.z - ear.z)
            guard abs(p.y - (h.y + (ear.y - h.y) * min(t, 1))) < 7 else { continue }
            needs.append(SIMD2(t, abs(p.x) + 2.4))
        }
        for need in needs where need.x < 0.4 { h.x = max(h.x, need.y) }
        ear.x = max(ear.x, h.x - 4)
        for need in needs where need.x >= 0.4 {
            ear.x = max(ear.x, h.x + (need.y - h.x) / min(need.x, 1))
        }
        (hinge, overEar) = (h, ear)
    }
}
