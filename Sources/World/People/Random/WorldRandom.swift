/// Random numbers of the synthetic world: small, explicit, and the same on every machine.
///
/// A stream is named by (world version, seed, stream name, indices). Whoever draws takes a stream
/// of their own name, so that one more draw in one place changes nothing anywhere else.
///
/// The words are folded into 64 bits by SplitMix64's output function (the name by FNV-1a),
/// SplitMix64 started there gives the four words of state, and xoshiro256++ (Blackman and Vigna
/// 2021) draws. No draw uses a function of the C library, whose last bits differ between systems.
///
/// It is deliberately no `RandomNumberGenerator`: what the standard library does with one
/// (shuffles, ranges) may change between releases of Swift, and with it every person of the world.
public struct WorldRandom: Equatable, Sendable {
    /// Part of every stream's name; raised whenever the same seed shall give other people.
    public static let worldVersion: UInt64 = 1

    private var s0: UInt64
    private var s1: UInt64
    private var s2: UInt64
    private var s3: UInt64

    /// The stream of a name.
    ///
    /// - Parameters:
    ///   - version: of the world.
    ///   - seed: the user's.
    ///   - stream: what is drawn, such as `person/skin`; compared by its UTF-8 bytes.
    ///   - indices: which one of them: person, view and so on; `[1]` and `[1, 0]` differ.
    public init(
        version: UInt64 = worldVersion, seed: UInt64, stream: String, indices: [Int] = []
    ) {
        var key: UInt64 = 0
        let words = [version, seed, fnv1a(stream)] + indices.map { UInt64(bitPattern: Int64($0)) }
        for word in words {
            var mixer = SplitMix64(state: key ^ word)
            key = mixer.next()
        }
        var filler = SplitMix64(state: key)
        self.init(state: [filler.next(), filler.next(), filler.next(), filler.next()])
    }

    /// The generator in a given state of four words, not all zero.
    package init(state: [UInt64]) {
        precondition(state.count == 4 && state.contains { $0 != 0 }, "four words, not all zero")
        (s0, s1, s2, s3) = (state[0], state[1], state[2], state[3])
    }

    /// The next 64 bits: xoshiro256++.
    public mutating func next() -> UInt64 {
        let result = rotated(s0 &+ s3, by: 23) &+ s0
        let t = s1 << 17
        s2 ^= s0
        s3 ^= s1
        s1 ^= s2
        s0 ^= s3
        s2 ^= t
        s3 = rotated(s3, by: 45)
        return result
    }
}

/// Steele, Lea and Flood 2014: a counter with a strong output function; fills states.
package struct SplitMix64 {
    var state: UInt64

    package init(state: UInt64) { self.state = state }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// 0 ..< 1.
    mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }
}

/// The 64-bit FNV-1a hash of a text's UTF-8 bytes.
package func fnv1a(_ text: String) -> UInt64 {
    text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
}

private func rotated(_ x: UInt64, by k: UInt64) -> UInt64 { (x << k) | (x >> (64 - k)) }
