import Images
import TestSupport

/// Pictures and comparisons that several suites share.
enum Pictures {
    /// Waves with a hard-edged square: smooth and sharp parts, no two rows or columns alike.
    static func waves(_ width: Int, _ height: Int, channels: Int = 3) throws -> Image {
        try Image(width: width, height: height, channels: channels) { out in
            for y in 0..<height {
                for x in 0..<width {
                    for c in 0..<channels {
                        let wave = (x * (3 + c) + y * (5 - c)) % 255
                        let inside =
                            abs(2 * x - width) < width / 3 && abs(2 * y - height) < height / 3
                        let value = inside ? 255 - 60 * c : (wave < 128 ? 2 * wave : 510 - 2 * wave)
                        out[(y * width + x) * channels + c] = UInt8(min(max(value, 0), 255))
                    }
                }
            }
        }
    }

    /// A picture stored in a fixture as `[H, W, 3]` or `[H, W]` bytes.
    static func image(_ fixture: Fixture, _ name: String) throws -> Image {
        let shape = try fixture.shape(name)
        return try Image(
            width: shape[1], height: shape[0], channels: shape.count == 2 ? 1 : shape[2],
            pixels: try fixture.bytes(name))
    }
}

/// How far two pictures of equal shape are apart.
struct Difference: CustomStringConvertible {
    /// Largest difference of two samples, in levels.
    var most = 0
    /// Samples that differ, of all.
    var differing = 0
    var samples = 0

    init(_ a: Image, _ b: Image) {
        guard a.width == b.width, a.height == b.height, a.channels == b.channels else {
            most = 256
            return
        }
        samples = a.pixels.count
        for (u, v) in zip(a.pixels, b.pixels) where u != v {
            differing += 1
            most = max(most, abs(Int(u) - Int(v)))
        }
    }

    var fraction: Double { samples == 0 ? 1 : Double(differing) / Double(samples) }
    var description: String { "most \(most), \(differing) of \(samples) differ" }
}

/// A small repeatable source of random numbers: SplitMix64.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
