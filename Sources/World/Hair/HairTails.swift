import Foundation

/// What hangs or sits where hair is tied: tails, buns, braids.
struct HairTails {
    let cut: HairCut
    let envelope: HeadEnvelope

    private var isFull: Bool { cut.detail == .full }
    private var tailCount: Int { isFull ? 72 : 30 }
    private var bandCount: Int { isFull ? 46 : 26 }

    /// How many locks ``add(to:_:)`` adds.
    var count: Int {
        switch cut.hair.style {
        case .ponytail: tailCount + 1
        case .bun, .topKnot: bandCount
        case .braids: 8
        default: 0
        }
    }

    func add(to mesh: inout LockMesh, _ random: inout WorldRandom) {
        switch cut.hair.style {
        case .ponytail: tail(&mesh, &random)
        case .bun: ball(&mesh, &random, radius: 23 + 13 * cut.hair.volume)
        case .topKnot: ball(&mesh, &random, radius: 19 + 9 * cut.hair.volume)
        case .braids:
            for side: Float in [-1, 1] { braid(side, &mesh) }
        default: break
        }
    }

    private func tail(_ mesh: inout LockMesh, _ random: inout WorldRandom) {
        var grower = LockGrower(envelope)
        var guide = LockMesh.Guide()
        let out = cut.tieOut
        let side = Vector.direction(Vector.cross(SIMD3(0, 1, 0), out), or: SIMD3(1, 0, 0))
        let up = Vector.cross(out, side)
        let count = tailCount
        let long = max(150, cut.length - 170)
        ring(at: cut.tie + out * 2, out, radius: 12, &mesh)
        for i in 0..<count {
            // Sunflower order: even over the disc of the tie.
            let r = 12 * ((Float(i) + 0.5) / Float(count)).squareRoot()
            let turn = Float(i) * 2.399_963
            let offset = side * (r * cosf(turn)) + up * (r * sinf(turn))
            let start = Vector.direction(out + offset * 0.03 + SIMD3(0, 0.1, 0))
            let curl = cut.hair.curl
            let growth = LockGrower.Growth(
                length: long * (0.72 + 0.28 * random.unit()), comb: .along(start), lift: 0.6,
                height: 3 + 0.6 * (12 + offset.y), rise: 30, held: 0,
                gravity: 0.6, stiffness: 0.8 - 0.02 * r / 12, cut: -262, drape: 0.4,
                curl: 8 * ramp(curl, 0.1, 0.8),
                wave: 95 - 30 * curl,
                phase: 1.2 * random.unit() + turn * 0.2, settled: 80, together: true)
            grower.grow(
                root: cut.tie + offset, normal: out, growth,
                segments: isFull ? 14 : 10, into: &guide)
            // Locks keep their place in the bundle, which swells below the tie.
            for k in guide.points.indices.dropFirst() {
                let t = Float(k) / Float(guide.points.count - 1)
                guide.points[k] += offset * (0.6 * ramp(t, 0, 0.3) * (1 - 0.8 * t))
                guide.normals[k] = Vector.direction(offset + out * 3, or: out)
            }
            let shape = LockMesh.Shape(
                width: 14 * cut.breadth, thickness: 3.4, root: 0.45, tip: 0.3, taper: 0.6,
                across: cut.across)
            mesh.add(guide, shape, tone: 0.85 + 0.25 * random.unit()) {
                envelope.push($0, clearance: 1, ears: 0)
            }
        }
    }

    /// Locks coiled over a ball; the axis points away from the head.
    private func ball(_ mesh: inout LockMesh, _ random: inout WorldRandom, radius: Float) {
        let out = cut.hair.style == .topKnot ? SIMD3<Float>(0, 0.86, -0.51) : cut.tieOut
        let side = Vector.direction(Vector.cross(SIMD3(0, 1, 0), out), or: SIMD3(1, 0, 0))
        let up = Vector.cross(out, side)
        let centre = cut.tie + out * (radius * 0.62)
        var guide = LockMesh.Guide()
        let count = bandCount
        let segments = isFull ? 16 : 11
        for i in 0..<count {
            guide.clear()
            // Bands run slantwise around: from low at the head to the middle of the ball.
            let s = (Float(i) + 0.5) / Float(count)
            let begin = 2.399_963 * Float(i)
            let low = 2.25 - 1.95 * s + 0.12 * random.signed()
            let swing = 0.38 + 0.25 * random.unit()
            let size = radius * (0.9 + 0.14 * random.unit())
            for k in 0...segments {
                let t = Float(k) / Float(segments)
                let turn = begin + 2.9 * t
                let polar = low - swing * (t - 0.5) + 0.16 * sinf(3 * turn)
                let d =
                    out * cosf(polar)
                    + (side * cosf(turn) + up * sinf(turn)) * sinf(polar)
                let sunk = 1 - 0.1 * (2 * t - 1) * (2 * t - 1)
                guide.points.append(centre + d * (size * sunk))
                guide.normals.append(d)
            }
            let shape = LockMesh.Shape(
                width: radius * 0.42 * cut.breadth, thickness: radius * 0.11, root: 0.35, tip: 0.3,
                taper: 0.55, across: cut.across)
            mesh.add(guide, shape, tone: 0.82 + 0.3 * random.unit()) {
                envelope.push($0, clearance: 0.6, ears: 0)
            }
        }
    }

    /// Three strands plaited: a figure of eight across the braid, a third of a turn apart.
    private func braid(_ side: Float, _ mesh: inout LockMesh) {
        var grower = LockGrower(envelope)
        var axis = LockMesh.Guide()
        let tie = cut.braidTie(side)
        let long = min(max(150, cut.length - 210), 260)
        let segments = isFull ? 54 : 32
        let start = envelope.push(tie, clearance: 13, ears: 0)
        let growth = LockGrower.Growth(
            length: long, comb: .along(SIMD3(0.12 * side, -1, 0.32)), lift: 0, height: 15, rise: 1,
            held: 130, gravity: 0.3, stiffness: 0.75)
        grower.grow(
            root: start, normal: SIMD3(side, 0, 0), growth, segments: segments, into: &axis)
        var guide = LockMesh.Guide()
        let turns = long / 44
        for strand in 0..<3 {
            guide.clear()
            for k in axis.points.indices {
                let t = Float(k) / Float(segments)
                let next = axis.points[min(k + 1, segments)] - axis.points[max(k - 1, 0)]
                let along = Vector.direction(next, or: SIMD3(0, -1, 0))
                let out = Vector.direction(
                    Vector.flat(SIMD3(0.45 * side, 0.1, 0.9), on: along), or: SIMD3(0, 0, 1))
                let across = Vector.cross(along, out)
                let turn = 2 * .pi * (t * turns + Float(strand) / 3)
                let size: Float = 11 * (1 - 0.45 * t) * ramp(1.06 - t, 0, 0.14)
                let p =
                    axis.points[k] + across * (size * 0.85 * sinf(turn))
                    + out * (size * 0.5 * sinf(2 * turn))
                guide.points.append(p)
                guide.normals.append(out)
            }
            let shape = LockMesh.Shape(
                width: 15, thickness: 6.2, root: 0.9, tip: 0.35, taper: 0.25,
                across: isFull ? 7 : 5, bow: .pi)
            mesh.add(guide, shape, tone: 0.92 + 0.08 * Float(strand))
        }
        let end = axis.points[segments - 3]
        ring(at: end, SIMD3(0, -1, 0), radius: 7, &mesh)
    }

    /// A band of hair around a tie.
    private func ring(
        at centre: SIMD3<Float>, _ axis: SIMD3<Float>, radius: Float, _ mesh: inout LockMesh
    ) {
        let side = Vector.direction(Vector.cross(SIMD3(0.1, 0.9, 0.4), axis), or: SIMD3(1, 0, 0))
        let up = Vector.cross(axis, side)
        var guide = LockMesh.Guide()
        for k in 0...12 {
            let turn = 2 * .pi * Float(k) / 12
            let d = side * cosf(turn) + up * sinf(turn)
            guide.points.append(centre + d * radius)
            guide.normals.append(d)
        }
        let shape = LockMesh.Shape(
            width: 9, thickness: 3.4, root: 1, tip: 1, taper: 0.9, across: 3)
        mesh.add(guide, shape, tone: 0.7)
    }
}
