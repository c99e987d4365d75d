import Foundation

/// A style in numbers: how many locks, and how the one at a root grows.
struct HairCut {
    typealias Growth = LockGrower.Growth
    typealias Comb = LockGrower.Comb

    let hair: Person.Hair
    let hairline: Hairline
    let detail: Detail
    /// Millimetres.
    let length: Float
    /// Where the hair is parted, x in millimetres, and the side that the hair is swept to.
    let part: Float
    let sweep: Float
    /// Heights of the sculpture on this head, millimetres.
    let brows: Float
    let chin: Float
    /// Where a tail, bun or knot hangs; outside of the head.
    let tie: SIMD3<Float>
    let tieOut: SIMD3<Float>

    init(_ person: Person, _ rest: PosedHead, _ hairline: Hairline, detail: Detail) {
        hair = person.hair
        self.hairline = hairline
        self.detail = detail
        length = min(max(hair.length, 0.3), 65) * 10
        switch hair.part {
        case .left: (part, sweep) = (26, -1)
        case .middle: (part, sweep) = (0, person.hair.seed % 2 == 0 ? 1 : -1)
        case .right: (part, sweep) = (-26, 1)
        }
        let chart = SkinChart.shared
        func skin(_ angle: Double, _ down: Double) -> SIMD3<Float> {
            BuiltInHead.millimetres(
                chart.value(rest.positions, at: ChartPoint(angle: angle, down: down)))
        }
        brows = skin(0.25, 14).y
        chin = skin(0, 138).y
        let down: Double
        switch person.hair.style {
        case .topKnot: down = -112
        case .ponytail: down = -50 + 60 * Double(person.hair.seed % 97) / 97
        default: down = -35 + 70 * Double(person.hair.seed % 97) / 97
        }
        let place = ChartPoint(angle: .pi, down: down)
        tieOut = Vector.direction(chart.value(rest.normals, at: place))
        tie = skin(.pi, down) + tieOut * (person.hair.style == .topKnot ? 7 : 9)
    }

    /// Locks on the scalp at full detail.
    var count: Int {
        let full: Int
        switch hair.style {
        case .bald, .shaved, .buzz: full = 0
        case .afro: full = 560
        case .curlyShort: full = 330
        case .crew: full = 720
        case .longCurly: full = 138
        case .longWavy: full = 250
        case .ponytail, .bun, .topKnot: full = 250
        case .braids: full = 240
        default: full = 360
        }
        return detail == .full ? full : full * 38 / 100
    }

    var segments: Int {
        let full: Int
        switch hair.style {
        case .afro: full = 7
        case .crew: full = 5
        case .curlyShort: full = 13
        case .longCurly: full = 32
        case .longWavy: full = 17
        case .longStraight, .lob, .bob, .fringeBob: full = 12
        case .ponytail, .bun, .topKnot, .braids: full = 10
        default: full = 10
        }
        return detail == .full ? full : max(4, full * 3 / 4)
    }

    var across: Int { detail == .full ? 3 : 2 }

    /// Locks are wider where there are fewer of them.
    var breadth: Float { detail == .full ? 1 : 1.5 }

    /// How far a root lies from the hairline, millimetres, about.
    func inside(_ place: ChartPoint) -> Float {
        hairline.edge(at: Float(place.angle)) - Float(place.down)
    }

    /// What the shell below the locks stands off the skin, millimetres.
    func shell(_ place: ChartPoint) -> Float {
        let deep = ramp(inside(place), 2, 45)
        switch hair.style {
        case .bald, .shaved: return 0.5
        case .buzz: return 0.6 + min(0.12 * length, 1.4)
        case .afro: return 2 + 0.72 * afroHeight(place)
        case .curlyShort: return 1 + deep * (2 + 4 * hair.volume)
        case .crew: return 0.8 + deep * min(0.1 * length, 2)
        case .ponytail, .bun, .topKnot: return 1 + 2 * deep
        default: return 1 + deep * (2 + 4 * hair.volume)
        }
    }

    /// Depth of an afro at a place, millimetres.
    func afroHeight(_ place: ChartPoint) -> Float {
        let whole = 10 + length * (0.22 + 0.22 * hair.volume)
        let low = 1 - 0.45 * ramp(Float(place.down), -30, 70)
        return whole * low * (0.25 + 0.75 * ramp(inside(place), 0, 48))
    }
}
