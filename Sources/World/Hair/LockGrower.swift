import Foundation

/// Grows one lock's guide from its root: combed along the head, then hanging, never through it.
struct LockGrower {
    /// Which way hair is combed where it lies on the head.
    enum Comb {
        /// From a parting (x in millimetres) to the side of the root, and down.
        case fall(part: Float, side: Float, back: Float)
        /// A constant direction.
        case along(SIMD3<Float>)
        /// To a tie.
        case toward(SIMD3<Float>)
        /// Away from the whorl at the crown, swept by a direction.
        case whorl(SIMD3<Float>, sweep: SIMD3<Float>)
    }

    /// How a lock grows. Lengths in millimetres.
    struct Growth {
        var length: Float
        var comb: Comb
        /// How steeply it leaves the skin, 0 (lying) ... 1 (standing).
        var lift: Float = 0.3
        /// What it lies above the skin, and the way that it takes to rise there.
        var height: Float = 5
        var rise: Float = 25
        /// How far along it is held on the head.
        var held: Float = 1000
        var gravity: Float = 0.3
        /// How much it keeps its direction, 0...1.
        var stiffness: Float = 0.55
        /// It is cut at this height of the sculpture.
        var cut: Float = -1000
        /// It bends inwards this much above the cut.
        var tuck: Float = 0
        /// How much it is drawn to the neck where it hangs.
        var drape: Float = 0
        /// Least angle from the face's middle, below the forehead.
        var clear: Float = 0
        var curl: Float = 0
        /// From one turn of the curl to the next.
        var wave: Float = 60
        var phase: Float = 0
        /// Where along it the curl is full.
        var settled: Float = 45
        /// Waves of neighbours run together: they count by height, not by the way from the root.
        var together = false
        /// Ends when nearer than this to the tie.
        var reach: Float = 0
    }

    let envelope: HeadEnvelope
    private var path: [SIMD3<Float>] = []

    init(_ envelope: HeadEnvelope) {
        self.envelope = envelope
        path.reserveCapacity(128)
    }

    /// The guide of a lock.
    ///
    /// - Parameters:
    ///   - root: on the skin, millimetres.
    ///   - normal: of the skin there.
    ///   - g: how it grows.
    ///   - segments: of the guide.
    ///   - guide: receives `segments + 1` points.
    mutating func grow(
        root: SIMD3<Float>, normal: SIMD3<Float>, _ g: Growth, segments: Int,
        into guide: inout LockMesh.Guide
    ) {
        let steps = max(segments, min(72, Int(g.length / 9)))
        let delta = g.length / Float(steps)
        path.removeAll(keepingCapacity: true)
        path.append(root - normal * 1.2)
        var p = root
        let start = Vector.flat(direction(g.comb, p), on: normal)
        var d = Vector.direction(
            Vector.direction(start, or: normal) * (1 - g.lift) + normal * g.lift, or: normal)
        for i in 1...steps {
            let arc = Float(i) * delta
            p = step(p, &d, arc: arc, delta: delta, g)
            if p.y < g.cut, let last = path.last, last.y > g.cut {
                path.append(last + (p - last) * ((last.y - g.cut) / (last.y - p.y)))
                break
            }
            path.append(p)
            if case .toward(let tie) = g.comb, g.reach > 0,
                Vector.length(tie - p) < g.reach
            {
                path.append(tie)
                break
            }
        }
        resample(g, segments, into: &guide)
    }

    private func step(
        _ p: SIMD3<Float>, _ d: inout SIMD3<Float>, arc: Float, delta: Float, _ g: Growth
    ) -> SIMD3<Float> {
        let out = HeadEnvelope.outward(p)
        let lying = 1 - ramp(arc, g.held, g.held + 35)
        let comb = Vector.direction(Vector.flat(direction(g.comb, p), on: out), or: d)
        var want = comb * lying + SIMD3(0, -1, 0) * (g.gravity + (1 - lying) * 0.4)
        if g.drape > 0 { want -= out * (g.drape * (1 - lying)) }
        if g.tuck > 0 { want -= out * (g.tuck * ramp(g.cut + 38 - p.y, 0, 38)) }
        // Locks that stand keep their direction at first.
        let keep = min(0.97, g.stiffness + g.lift * 0.5 * (1 - ramp(arc, 0, 40)))
        d = Vector.direction(d * keep + want * (1 - keep), or: d)
        let moved = p + d * delta
        var c = HeadEnvelope.place(moved)
        let ears = ramp(arc, 8, 35)
        let curl = g.curl * ramp(arc, 5, g.settled)
        // Weight presses hair flat on top of the head.
        let pressed = g.held > 0 ? 1 - 0.5 * ramp(moved.y, 70, 116) : 1
        let height = (g.height * (1 - expf(-arc / g.rise)) + curl * 0.6) * pressed + 0.8
        if g.clear > 0 { keepClear(of: g.clear, g.comb, &c) }
        if case .toward = g.comb { c.down = min(c.down, Self.aboveEar(abs(c.angle))) }
        let level =
            envelope.reach(c.angle, c.down, ears: ears) + height / HeadEnvelope.unit
        var q: SIMD3<Float>
        if c.down > 150 {
            q = envelope.push(HeadEnvelope.point(c), clearance: 9 + height * 0.3, ears: 0)
        } else {
            let pull = g.held > 0 && c.down < 120 ? lying * (1 - g.lift) * 0.8 : 0
            c.reach = max(level, c.reach + (level - c.reach) * pull)
            q = HeadEnvelope.point(c)
        }
        d = Vector.direction(q - p, or: d)
        return q
    }

    /// Keeps a place below the forehead away from the middle of the face.
    private func keepClear(of angle: Float, _ comb: Comb, _ c: inout HeadEnvelope.Place) {
        let least = angle * ramp(c.down, -48, -2)
        guard abs(c.angle) < least else { return }
        var side = c.angle
        if case .fall(_, let chosen, _) = comb { side = chosen }
        c.angle = side < 0 ? -least : least
    }

    /// How far down tied hair may run at an angle: around the ear, not over it.
    private static func aboveEar(_ angle: Float) -> Float {
        6 + 100 * (ramp(1.32 - angle, 0, 0.25) + ramp(angle, 1.84, 1.96))
    }

    private func direction(_ comb: Comb, _ p: SIMD3<Float>) -> SIMD3<Float> {
        switch comb {
        case .fall(let part, let side, let back):
            let behind = ramp(-p.z, 5, 55)
            let radial = Vector.direction(SIMD3(p.x - 0.4 * part, 0, p.z + 20))
            let across = SIMD3(side, 0, -back) * (1 - behind) + radial * behind
            return across + SIMD3(0, -0.9, 0)
        case .along(let d): return d
        case .toward(let tie): return tie - p
        case .whorl(let crown, let sweep): return Vector.direction(p - crown) + sweep
        }
    }

    /// Even points along the path, waved, with their normals.
    private func resample(_ g: Growth, _ segments: Int, into guide: inout LockMesh.Guide) {
        guide.clear()
        var total: Float = 0
        for i in 1..<path.count { total += Vector.length(path[i] - path[i - 1]) }
        let step = max(total, 1) / Float(segments)
        // A turn takes five points at least, or it would show corners.
        let wave = max(g.wave, 5.2 * step)
        var (i, before) = (1, Float(0))
        var length = Vector.length(path[1] - path[0])
        for k in 0...segments {
            let arc = Float(k) * step
            while i < path.count - 1, before + length < arc {
                before += length
                i += 1
                length = Vector.length(path[i] - path[i - 1])
            }
            let t = min(max((arc - before) / max(length, 1e-4), 0), 1)
            var p = path[i - 1] + (path[i] - path[i - 1]) * t
            let out = HeadEnvelope.outward(p)
            if g.curl > 0 {
                let along = Vector.direction(path[i] - path[i - 1], or: SIMD3(0, -1, 0))
                let normal = Vector.direction(Vector.flat(out, on: along), or: out)
                let side = Vector.cross(along, normal)
                let turn = g.phase + 2 * .pi * (g.together ? -p.y : arc) / wave
                let pressed = g.held > 0 ? 1 - 0.65 * ramp(p.y, 65, 112) : 1
                let size = g.curl * ramp(arc, 4, g.settled) * pressed
                p += normal * (size * 0.75 * sinf(turn)) + side * (size * cosf(turn))
            }
            guide.points.append(p)
            guide.normals.append(out)
        }
    }
}
