/// How hair is worn.
public enum HairStyle: String, CaseIterable, Codable, Sendable {
    /// No hair on top by nature, if any then a wreath around it.
    case bald
    /// Shaved to the skin, with the shadow of what would grow.
    case shaved
    case buzz, crew, sidePart, sweptBack, curlyShort, afro
    case bob, lob, longStraight, longWavy, longCurly, ponytail, bun, braids, pixie, fringeBob
    case topKnot

    /// Whether it shows a receding hairline; other styles hide it or do not go with one.
    public var allowsRecession: Bool {
        switch self {
        case .buzz, .crew, .sidePart, .sweptBack, .curlyShort, .longStraight, .longWavy, .ponytail,
            .topKnot:
            true
        default: false
        }
    }

    /// Whether it hangs over the ears.
    public var coversEars: Bool {
        switch self {
        case .bob, .lob, .longStraight, .longWavy, .longCurly, .fringeBob: true
        default: false
        }
    }

    /// Whether much of it still shows under a hat.
    public var showsUnderHat: Bool { coversEars || self == .ponytail || self == .braids }

    /// Length of the longest strands, centimetres.
    package var lengths: ClosedRange<Float> {
        switch self {
        case .bald, .shaved: 0...0
        case .buzz: 0.3...1.2
        case .crew: 1.5...4
        case .sidePart: 4...9
        case .sweptBack: 6...12
        case .curlyShort: 4...9
        case .afro: 6...16
        case .pixie: 4...8
        case .bob, .fringeBob: 20...28
        case .lob: 28...38
        case .longStraight, .longWavy, .longCurly: 38...65
        case .ponytail, .bun, .braids: 35...60
        case .topKnot: 25...45
        }
    }

    /// Curls that the style goes with, 0 (straight) ... 1 (coils).
    package var curls: ClosedRange<Float> {
        switch self {
        case .curlyShort: 0.42...1
        case .afro: 0.7...1
        case .longStraight: 0...0.3
        case .longWavy: 0.15...0.6
        case .longCurly: 0.42...1
        case .bob, .lob, .fringeBob: 0...0.6
        case .sidePart, .sweptBack, .pixie, .topKnot: 0...0.7
        default: 0...1
        }
    }

    /// How common it is among women and among men.
    var shares: (woman: Float, man: Float) {
        switch self {
        case .bald: (0.004, 0.03)
        case .shaved: (0.01, 0.05)
        case .buzz: (0.015, 0.11)
        case .crew: (0.012, 0.18)
        case .sidePart: (0.012, 0.16)
        case .sweptBack: (0.02, 0.11)
        case .curlyShort: (0.07, 0.14)
        case .afro: (0.1, 0.1)
        case .bob: (0.1, 0.006)
        case .lob: (0.11, 0.01)
        case .longStraight: (0.14, 0.02)
        case .longWavy: (0.14, 0.025)
        case .longCurly: (0.13, 0.02)
        case .ponytail: (0.1, 0.015)
        case .bun: (0.08, 0.012)
        case .braids: (0.05, 0.02)
        case .pixie: (0.05, 0.008)
        case .fringeBob: (0.06, 0.004)
        case .topKnot: (0.012, 0.03)
        }
    }
}

/// How a beard is worn.
public enum BeardStyle: String, CaseIterable, Codable, Sendable {
    case none, stubble, moustache, goatee, shortBoxed, full, long

    /// Length of its hairs, millimetres.
    var lengths: ClosedRange<Float> {
        switch self {
        case .none: 0...0
        case .stubble: 0.5...3
        case .moustache: 6...14
        case .goatee: 6...20
        case .shortBoxed: 5...12
        case .full: 14...35
        case .long: 45...140
        }
    }
}
