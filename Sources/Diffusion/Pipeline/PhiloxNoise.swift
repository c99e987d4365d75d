import Foundation

/// The normal numbers that torch draws on CUDA devices, made on the CPU.
///
/// Philox 4x32 of ten rounds (Salmon et al. 2011) counts draws and places, the seed is its key; of the
/// four words of a place two become one number by Box and Muller, as cuRAND makes them. Every GPU gives
/// these as long as it has a thread for each number: for latents of 512 pixels all do, for 1024 the larger
/// ones; the web UI's own source has no such bound.
package struct PhiloxNoise: Equatable, Sendable {
    /// The key.
    let seed: UInt64
    /// Draws so far, of whatever size.
    var draws: UInt32 = 0

    package init(seed: UInt64) { self.seed = seed }

    /// The next draw's numbers.
    package mutating func next(_ count: Int) -> [Float] {
        defer { draws &+= 1 }
        return (0..<count).map { place in
            let words = Self.words(
                counter: SIMD4(draws, 0, UInt32(truncatingIfNeeded: place), 0), key: seed)
            return Self.normal(words.x, words.y)
        }
    }

    private static func words(counter: SIMD4<UInt32>, key: UInt64) -> SIMD4<UInt32> {
        var (c, low) = (counter, UInt32(truncatingIfNeeded: key))
        var high = UInt32(truncatingIfNeeded: key >> 32)
        for round in 0..<10 {
            if round > 0 {
                low &+= 0x9E37_79B9
                high &+= 0xBB67_AE85
            }
            let first = UInt64(c.x) * 0xD251_1F53
            let second = UInt64(c.z) * 0xCD9E_8D57
            c = SIMD4(
                UInt32(second >> 32) ^ c.y ^ low, UInt32(truncatingIfNeeded: second),
                UInt32(first >> 32) ^ c.w ^ high, UInt32(truncatingIfNeeded: first))
        }
        return c
    }

    private static func normal(_ x: UInt32, _ y: UInt32) -> Float {
        let unit: Float = 2.328_306_4e-10  // 1 / 2^32
        let turn = unit * 6.283_185_5
        let u = Float(x) * unit + unit / 2
        let v = Float(y) * turn + turn / 2
        return (-2 * log(u)).squareRoot() * sin(v)
    }
}
