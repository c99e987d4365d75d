/// A random order of `0..<count` that can be asked for any place at once, without a table.
///
/// A balanced Feistel network of four rounds over the next power of four, walked until it falls
/// into the range (Black and Rogaway 2002, "Ciphers with Arbitrary Finite Domains"). Every epoch
/// has its own order.
public struct SampleShuffle: Hashable, Sendable {
    /// How many things are ordered.
    public let count: Int
    /// What the order follows from.
    public let seed: UInt64
    private let halfBits: UInt64

    /// An order of `count` things, at least one.
    public init(count: Int, seed: UInt64) {
        self.count = max(count, 1)
        self.seed = seed
        var bits: UInt64 = 1
        while 1 << (2 * bits) < self.count { bits += 1 }
        halfBits = bits
    }

    /// What stands at a place of an endless sequence of epochs, each a new order of all.
    public subscript(place: Int) -> Int {
        let epoch = UInt64(place / count)
        var x = UInt64(place % count)
        repeat { x = permuted(x, epoch) } while x >= UInt64(count)
        return Int(x)
    }

    private func permuted(_ x: UInt64, _ epoch: UInt64) -> UInt64 {
        let mask = (1 << halfBits) - 1 as UInt64
        var (left, right) = (x >> halfBits, x & mask)
        for round in 0..<4 as Range<UInt64> {
            let mixed = StepSeed.mix(right ^ StepSeed.mix(seed ^ StepSeed.mix(epoch &* 4 &+ round)))
            (left, right) = (right, left ^ (mixed & mask))
        }
        return left << halfBits | right
    }
}

/// Seeds for every purpose of every step, from one: a run that goes on needs no saved random state.
public struct StepSeed: Hashable, Sendable {
    /// The run's seed.
    public let seed: UInt64

    /// Seeds of a run.
    public init(_ seed: UInt64) { self.seed = seed }

    /// The seed for one purpose at one step.
    public func callAsFunction(_ purpose: String, _ step: Int) -> UInt64 {
        var hash = StepSeed.mix(seed)
        for byte in purpose.utf8 { hash = StepSeed.mix(hash ^ UInt64(byte)) }
        return StepSeed.mix(hash ^ UInt64(bitPattern: Int64(step)))
    }

    /// SplitMix64's finaliser (Steele et al. 2014): every bit of `x` moves every bit of the result.
    static func mix(_ x: UInt64) -> UInt64 {
        var z = x &+ 0x9E37_79B9_7F4A_7C15
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// Numbers for choices within a batch: SplitMix64, the same on every machine.
public struct StepRandom: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// A stream that a seed fixes.
    public init(seed: UInt64) { state = seed }

    /// The next 64 random bits.
    public mutating func next() -> UInt64 {
        defer { state &+= 0x9E37_79B9_7F4A_7C15 }
        return StepSeed.mix(state)
    }

    /// A number in 0..<1.
    public mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// An integer in `0..<count`.
    public mutating func below(_ count: Int) -> Int { Int(next() % UInt64(max(count, 1))) }
}
