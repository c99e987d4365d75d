import Foundation

extension HairCut {
    /// A root on the scalp: place, position and normal in millimetres.
    struct Root {
        var place: ChartPoint
        var position: SIMD3<Float>
        var normal: SIMD3<Float>
    }

    /// How the lock at a root grows, and its shape.
    func lock(at root: Root, _ random: inout WorldRandom) -> (Growth, LockMesh.Shape) {
        var (growth, shape) = plain(at: root, &random)
        shape.across = across
        shape.width *= breadth * (0.8 + 0.45 * random.unit())
        growth.phase = 6.283 * random.unit()
        // Waves of any style come from the person's own curl.
        if growth.curl == 0, growth.length > 60, hair.curl > 0.12 {
            growth.curl = 5.5 * ramp(hair.curl, 0.08, 0.7)
            growth.wave = 95 - 45 * hair.curl
            growth.together = true
            growth.settled = 110
        }
        if growth.together {
            let angle = Float(root.place.angle)
            growth.phase = 1.3 * sinf(3 * angle + hairline.phase) + 2 * angle + 0.9 * random.unit()
        }
        return (growth, shape)
    }

    private func plain(
        at root: Root, _ random: inout WorldRandom
    ) -> (Growth, LockMesh.Shape) {
        switch hair.style {
        case .bald, .shaved, .buzz, .crew: crew(root, &random)
        case .sidePart: sidePart(root, &random)
        case .sweptBack: sweptBack(root, &random)
        case .pixie: pixie(root, &random)
        case .curlyShort: curly(root, &random)
        case .afro: afro(root, &random)
        case .bob, .lob, .longStraight, .longWavy, .longCurly, .fringeBob: hanging(root, &random)
        case .ponytail, .bun, .topKnot: tied(root, to: tie, &random)
        case .braids: tied(root, to: braidTie(root.position.x < 0 ? -1 : 1), &random)
        }
    }

    static let whorl = SIMD3<Float>(6, 112, -62)

    /// Whether a lock grows there; the shell alone shows clipped sides.
    func isLock(_ root: Root) -> Bool { hair.style != .crew || root.position.y > 52 }

    /// Short sides end before the ear and the edge of the hair.
    private func trimmed(_ long: Float, _ root: Root) -> Float {
        let ear = ramp(abs(Float(root.place.angle)), 1.15, 1.3)
        let room = 9 + max(0, inside(root.place)) * 0.85
        return blend(long, min(long, room), ear)
    }

    private func crew(
        _ root: Root, _ random: inout WorldRandom
    ) -> (Growth, LockMesh.Shape) {
        let top = ramp(root.position.y, 50, 92)
        let front = ramp(root.position.z, 30, 80) * top
        let long = trimmed(blend(min(13, 4 + length * 0.4), length + 4, top), root)
        let growth = Growth(
            length: long * (0.85 + 0.3 * random.unit()),
            comb: .whorl(
                Self.whorl, sweep: SIMD3(0.4 * sweep * top, -0.5 * (1 - top), 0.25 * top)),
            lift: 0.06 + 0.26 * top + 0.12 * front + 0.06 * random.signed(), height: 1 + 4 * top,
            rise: 12, held: 0, gravity: 0.22, stiffness: 0.72)
        return (
            growth,
            .init(
                width: 7 + 3 * top, thickness: 0.7 + 0.8 * top, root: 0.9, tip: 0.2, taper: 0.5)
        )
    }

    private func sidePart(
        _ root: Root, _ random: inout WorldRandom
    ) -> (Growth, LockMesh.Shape) {
        let line = part == 0 ? 26 * -sweep : part
        let p = root.position
        let top = ramp(p.y, 45, 80)
        let side: Float = p.x > line ? 1 : -1
        let main = side == sweep
        let front = ramp(p.z, 30, 80)
        let long = trimmed(blend(min(26, length * 0.5), length * (main ? 1.1 : 0.8), top), root)
        let growth = Growth(
            length: long * (0.85 + 0.3 * random.unit()),
            comb: top > 0.3
                ? .fall(part: line, side: side, back: 0.35 + 0.5 * front)
                : .along(SIMD3(0, -1, -0.55)),
            lift: 0.12 + (main ? 0.4 : 0.15) * front * top,
            height: 2 + top * (5 + 14 * hair.volume) * (main ? 0.75 + 0.5 * front : 0.5),
            rise: 16, held: 200,
            gravity: 0.1, stiffness: 0.6, clear: 0.85)
        return (growth, .init(width: 11 + 6 * top, thickness: 1.6 + 2 * top, root: 0.75, tip: 0.2))
    }

    private func sweptBack(
        _ root: Root, _ random: inout WorldRandom
    ) -> (Growth, LockMesh.Shape) {
        let p = root.position
        let top = ramp(p.y, 40, 80)
        let front = ramp(p.z, 35, 85) * top
        let long = trimmed(blend(min(36, length * 0.5), length, top), root)
        let behind = ramp(-p.z, 30, 75) * (1 - top)
        let growth = Growth(
            length: long * (0.85 + 0.3 * random.unit()),
            comb: .along(SIMD3(0.1 * p.x / 60, -0.55 * (1 - top) - 1.5 * behind, -1)),
            lift: 0.12 + 0.42 * front * (0.5 + 0.5 * hair.volume),
            height: 2.5 + top * (3 + 11 * hair.volume), rise: 18, held: 300, gravity: 0.12,
            stiffness: 0.62, clear: 0.9)
        return (growth, .init(width: 15, thickness: 2.8, root: 0.75, tip: 0.2))
    }

    private func pixie(
        _ root: Root, _ random: inout WorldRandom
    ) -> (Growth, LockMesh.Shape) {
        let p = root.position
        let top = ramp(p.y, 35, 80)
        let front = ramp(p.z, 20, 70) * top
        let long = length * (0.45 + 0.55 * top)
        let growth = Growth(
            length: long * (0.85 + 0.3 * random.unit()),
            comb: .whorl(Self.whorl, sweep: SIMD3(0.75 * sweep * front, -0.3, 0)),
            lift: 0.18, height: 3 + (3 + 6 * hair.volume) * top, rise: 20, held: 200, gravity: 0.2,
            stiffness: 0.55, cut: front > 0.2 ? brows + 12 : -70, clear: front > 0.2 ? 0 : 1)
        return (growth, .init(width: 13, thickness: 2.4, root: 0.75, tip: 0.1))
    }

    private func curly(
        _ root: Root, _ random: inout WorldRandom
    ) -> (Growth, LockMesh.Shape) {
        let top = ramp(root.position.y, 20, 75)
        let long = (0.5 + 0.5 * top) * length * (0.8 + 0.3 * random.unit())
        let tight = ramp(hair.curl, 0.4, 1)
        let sweep = SIMD3(random.signed(), random.signed() - 0.3, random.signed()) * 0.55
        let growth = Growth(
            length: long * (0.85 - 0.25 * tight), comb: .whorl(Self.whorl, sweep: sweep),
            lift: 0.42 + 0.2 * hair.volume, height: 3 + (3 + 5 * hair.volume) * top, rise: 15,
            held: 0, gravity: 0.35, stiffness: 0.7, cut: root.position.z > 40 ? brows + 14 : -80,
            clear: root.position.y > 50 ? 0 : 0.95, curl: 5.5 - 1.5 * tight, wave: 36 - 12 * tight)
        return (growth, .init(width: 10, thickness: 3, root: 0.8, tip: 0.45, taper: 0.6))
    }

    private func afro(
        _ root: Root, _ random: inout WorldRandom
    ) -> (Growth, LockMesh.Shape) {
        let sweep = SIMD3(random.signed(), random.signed(), random.signed()) * 1.4
        let growth = Growth(
            length: 26 + 10 * random.unit(), comb: .whorl(Self.whorl, sweep: sweep),
            lift: 0.12 + 0.2 * random.unit(), height: 0, rise: 20, held: 0, gravity: 0,
            stiffness: 0.85, curl: 5, wave: 22, settled: 12)
        return (
            growth, .init(width: 10, thickness: 4.2, root: 0.9, tip: 0.75, taper: 0.7, bow: 1.7)
        )
    }

    private func hanging(
        _ root: Root, _ random: inout WorldRandom
    ) -> (Growth, LockMesh.Shape) {
        let p = root.position
        let volume = hair.volume
        if hair.style == .fringeBob, p.z > 42, abs(root.place.angle) < 0.85, p.y > 62 {
            let growth = Growth(
                length: 95, comb: .along(SIMD3(p.x * 0.006, -0.6, 1)), lift: 0.1,
                height: 4 + 4 * volume + 3 * random.unit(), rise: 18, held: 300, gravity: 0.3,
                stiffness: 0.5, cut: brows + 5 + 3 * random.signed())
            return (growth, .init(width: 14, thickness: 2, root: 0.8, tip: 0.7, taper: 0.7))
        }
        let side: Float = p.x + 3 * random.signed() > part ? 1 : -1
        let share = ramp(length, HairStyleSpan.low(hair.style), HairStyleSpan.high(hair.style))
        var cut: Float
        var tuck: Float = 0
        var tip: Float = 0.4
        switch hair.style {
        case .bob, .fringeBob:
            cut = chin + 42 - 45 * share + 5 * random.signed()
            tuck = 0.7
            tip = 0.6
        case .lob:
            cut = chin - 22 - 32 * share + 8 * random.signed()
            tuck = 0.25
            tip = 0.6
        default: cut = chin - 70 - 90 * share + 26 * random.signed()
        }
        cut = max(cut, -268)
        let fall = max(0, p.y - cut)
        var growth = Growth(
            length: fall + 110, comb: .fall(part: part, side: side, back: 0.22), lift: 0.14,
            height: 4 + 13 * volume + 3 * random.unit(), rise: 42,
            held: 90 + 20 * random.unit(), gravity: 0.3, stiffness: 0.6, cut: cut, tuck: tuck,
            drape: 0.08, clear: 0.88 + 0.3 * random.unit() * random.unit())
        var shape = LockMesh.Shape(width: 19, thickness: 2.3, root: 0.7, tip: tip, taper: 0.65)
        switch hair.style {
        case .longWavy:
            growth.curl = 6 + 6 * hair.curl
            growth.wave = 110 - 40 * hair.curl
            growth.settled = 120
            growth.together = true
            shape.width = 20
        case .longCurly:
            growth.curl = 9 + 4 * hair.volume
            growth.wave = 72 - 12 * hair.curl
            growth.settled = 120
            growth.height += 2
            shape = .init(width: 21, thickness: 5, root: 0.7, tip: 0.35, taper: 0.7)
        default: break
        }
        return (growth, shape)
    }

    private func tied(
        _ root: Root, to tie: SIMD3<Float>, _ random: inout WorldRandom
    ) -> (Growth, LockMesh.Shape) {
        let away = Vector.length(tie - root.position)
        let growth = Growth(
            length: away * 1.5 + 20, comb: .toward(tie), lift: 0.12,
            height: 2.5 + 3.5 * hair.volume + 1.5 * random.unit(), rise: 15, held: 1000, gravity: 0,
            stiffness: 0.45, clear: 0.95, curl: 0.9 * hair.curl, wave: 60, reach: 13)
        return (growth, .init(width: 14, thickness: 2.2, root: 0.8, tip: 0.35, taper: 0.4))
    }

    /// Where a braid begins, behind and below an ear.
    func braidTie(_ side: Float) -> SIMD3<Float> { SIMD3(66 * side, -38, -38) }
}

/// Lengths at which a hanging style is shortest and longest, millimetres.
enum HairStyleSpan {
    static func low(_ style: HairStyle) -> Float { style.lengths.lowerBound * 10 }
    static func high(_ style: HairStyle) -> Float { style.lengths.upperBound * 10 }
}
