import Foundation

/// Unicode's normalisation form C as the reference's library knows it: that of Unicode 9.
///
/// Scalars assigned later are ones to it that neither compose nor reorder; normalisation of older
/// ones never changes. Foundation says how single scalars fall apart and which pairs join; applying
/// that to a text is done here, since Foundation's own loop is quadratic in a run of marks.
struct CanonicalComposer {
    private typealias Scalars = [Unicode.Scalar]

    /// How scalars fall apart, as far as asked.
    private var parts: [Unicode.Scalar: [Unicode.Scalar]] = [:]
    /// What pairs become; nil where they stay two.
    private var pairs: [UInt64: Unicode.Scalar?] = [:]

    /// Normalises a text in place.
    mutating func compose(_ text: inout [Unicode.Scalar]) {
        guard text.contains(where: { !isInert($0) }) else { return }
        let (scalars, classes) = decomposed(text)
        text.removeAll(keepingCapacity: true)
        var starter: Int?  // in text
        var lastClass: UInt8 = 0  // of what stands between the starter and here; 0: nothing
        for (scalar, rank) in zip(scalars, classes) {
            let isBlocked = lastClass != 0 && lastClass >= rank
            if let at = starter, !isBlocked, isJoining(scalar),
                let joined = joined(text[at], scalar)
            {
                text[at] = joined
                continue
            }
            if rank == 0 {
                starter = text.count
                lastClass = 0
            } else {
                lastClass = rank
            }
            text.append(scalar)
        }
    }

    /// Apart, each run of marks in order of their combining classes.
    private mutating func decomposed(_ text: Scalars) -> (Scalars, [UInt8]) {
        var scalars: Scalars = []
        var classes: [UInt8] = []
        scalars.reserveCapacity(text.count)
        classes.reserveCapacity(text.count)
        var run = 0  // start of the current run of marks
        func sortRun() {
            guard scalars.count - run > 1 else { return }
            let order = (run..<scalars.count).sorted {
                (classes[$0], $0) < (classes[$1], $1)
            }
            scalars.replaceSubrange(run..., with: order.map { scalars[$0] })
            classes.replaceSubrange(run..., with: order.map { classes[$0] })
        }
        for scalar in text {
            for part in isInert(scalar) ? [scalar] : parts(of: scalar) {
                let rank = combiningClass(part)
                if rank == 0 {
                    sortRun()
                    run = scalars.count + 1
                }
                scalars.append(part)
                classes.append(rank)
            }
        }
        sortRun()
        return (scalars, classes)
    }

    /// Whether a scalar neither falls apart nor is a mark, at a glance: Latin-1 below À, Chinese
    /// characters, emoji. (é is none: a mark may follow it.)
    private func isInert(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case ..<0xC0, 0x3400...0x9FFF, 0x1F000...0x1FAFF: true
        default: false
        }
    }

    private func isKnown(_ scalar: Unicode.Scalar) -> Bool {
        guard let age = scalar.properties.age else { return false }
        return age.major <= 9
    }

    private func combiningClass(_ scalar: Unicode.Scalar) -> UInt8 {
        guard scalar.value >= 0x300 else { return 0 }
        let rank = scalar.properties.canonicalCombiningClass.rawValue
        return rank == 0 || isKnown(scalar) ? rank : 0
    }

    /// Whether a scalar may join the one before it: a mark, or a Hangul vowel or final.
    private func isJoining(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case ..<0x300: return false
        case 0x1161...0x11C2: return true
        default:
            let category = scalar.properties.generalCategory
            return category == .nonspacingMark || category == .spacingMark
        }
    }

    private mutating func parts(of scalar: Unicode.Scalar) -> [Unicode.Scalar] {
        if let known = parts[scalar] { return known }
        let found =
            isKnown(scalar)
            ? Array(String(scalar).decomposedStringWithCanonicalMapping.unicodeScalars) : [scalar]
        if parts.count > 1 << 16 { parts = [:] }
        parts[scalar] = found
        return found
    }

    /// Hangul by arithmetic, Unicode §3.12: leading and vowel, or those two and a final.
    private func syllable(_ left: Unicode.Scalar, _ right: Unicode.Scalar) -> Unicode.Scalar? {
        switch (left.value, right.value) {
        case (0x1100...0x1112, 0x1161...0x1175):
            return Unicode.Scalar(
                0xAC00 + ((left.value - 0x1100) * 21 + right.value - 0x1161) * 28)
        case (0xAC00...0xD7A3, 0x11A8...0x11C2) where (left.value - 0xAC00) % 28 == 0:
            return Unicode.Scalar(left.value + right.value - 0x11A7)
        default:
            return nil
        }
    }

    private mutating func joined(_ left: Unicode.Scalar, _ right: Unicode.Scalar) -> Unicode.Scalar?
    {
        if let syllable = syllable(left, right) { return syllable }
        // Foundation on Linux does not know this one pair: KANNADA VOWEL SIGN OO.
        if left.value == 0x0CCA, right.value == 0x0CD5 { return Unicode.Scalar(0x0CCB) }
        let key = UInt64(left.value) << 32 | UInt64(right.value)
        if let known = pairs[key] { return known }
        var found: Unicode.Scalar?
        if isKnown(left), isKnown(right) {
            var pair = String.UnicodeScalarView()
            pair.append(left)
            pair.append(right)
            let result = String(pair).precomposedStringWithCanonicalMapping.unicodeScalars
            // Foundation on Linux takes U+10410 for U+0410; Swift's own equality knows better.
            if result.count == 1, let only = result.first, isKnown(only),
                String(only) == String(pair)
            {
                found = only
            }
        }
        if pairs.count > 1 << 16 { pairs = [:] }
        pairs[key] = .some(found)
        return found
    }
}
