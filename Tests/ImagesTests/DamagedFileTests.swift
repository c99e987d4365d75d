import Images
import TestSupport
import Testing

/// Broken input: errors, never crashes and never half a picture.
@Suite struct DamagedFileTests {
    static let seeds = [
        "plain.jpeg", "progressive.jpeg", "palette_transparent.png", "lossy.webp", "cmyk.tiff",
    ]
    static let mutantsPerSeed = 10_000

    @Test(arguments: [
        "plain.jpeg", "progressive.jpeg", "cmyk.jpeg", "p3.png", "lossy.webp", "rgba.webp",
        "grey.tiff", "cmyk.tiff",
    ])
    func refusesTruncatedFiles(_ name: String) throws {
        let bytes = try Fixture("images/decode").bytes("\(name).bytes")
        let codec = try VipsCodec()
        for part in [0.3, 0.6, 0.9] {
            let short = Array(bytes.prefix(Int(Double(bytes.count) * part)))
            #expect(throws: ImageError.self, "\(name) cut to \(part)") { try codec.decode(short) }
        }
    }

    @Test func namesTheFormatAndTheReason() {
        let error = ImageError.corrupt(format: .jpeg, detail: "premature end")
        #expect(
            error.description
                == "The JPEG is damaged or incomplete (premature end): export or upload it again.")
    }

    /// Ten thousand mutants of each seed pass through the decoder and the text reader, in pictures
    /// of any colour; the process is still there afterwards.
    @Test(arguments: seeds)
    func survivesTenThousandMutants(_ name: String) throws {
        let seed = try Fixture("images/decode").bytes("\(name).bytes")
        let codec = try VipsCodec(limits: ImageLimits(sides: 1...4096, pixels: 1_000_000))
        var random = SeededGenerator(seed: name.utf8.reduce(0) { 31 &* $0 &+ UInt64($1) })
        var (decoded, refused) = (0, 0)
        for _ in 0..<Self.mutantsPerSeed {
            var mutant = Mutator.mutate(seed, using: &random)
            // A checksum stops nearly all damage to a PNG; a stranger would put it right.
            if name.hasSuffix("png"), Bool.random(using: &random) {
                Mutator.repairChecksums(&mutant)
            }
            do {
                let result = try codec.decode(mutant)
                precondition(!result.image.pixels.isEmpty)
                decoded += 1
            } catch is ImageError {
                refused += 1
            }
            _ = TextMetadata.read(from: mutant)
        }
        print("mutants \(name): \(decoded) decoded, \(refused) refused")
        #expect(decoded + refused == Self.mutantsPerSeed)
        #expect(refused > 0)
    }
}

/// Damages files the way that finds faults: flipped bits, wild bytes and numbers, cuts, repeats.
enum Mutator {
    static func mutate(_ seed: [UInt8], using random: inout SeededGenerator) -> [UInt8] {
        var bytes = seed
        for _ in 0..<Int.random(in: 1...6, using: &random) where !bytes.isEmpty {
            // Half of the damage goes to the headers, where the decisions are.
            let reach = Bool.random(using: &random) ? min(bytes.count, 256) : bytes.count
            let place = Int.random(in: 0..<reach, using: &random)
            switch Int.random(in: 0..<8, using: &random) {
            case 0, 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 2: bytes[place] = UInt8.random(in: 0...255, using: &random)
            case 3:
                let extremes: [UInt8] = [0, 1, 0x7F, 0x80, 0xFE, 0xFF]
                bytes[place] = extremes.randomElement(using: &random) ?? 0
            case 4:  // a number of up to four bytes becomes extreme
                let value: UInt8 = Bool.random(using: &random) ? 0xFF : 0
                for i in place..<min(place + 4, bytes.count) { bytes[i] = value }
            case 5: bytes.removeLast(min(Int.random(in: 0..<64, using: &random), bytes.count))
            case 6:  // a stretch is lost
                let length = min(Int.random(in: 1...16, using: &random), bytes.count - place)
                bytes.removeSubrange(place..<(place + length))
            default:  // a stretch stands twice
                let length = min(Int.random(in: 1...32, using: &random), bytes.count - place)
                bytes.insert(contentsOf: Array(bytes[place..<(place + length)]), at: place)
            }
        }
        return bytes
    }

    /// Gives every chunk of a PNG the checksum of its data, as far as the lengths lead.
    static func repairChecksums(_ bytes: inout [UInt8]) {
        var offset = 8
        while offset + 12 <= bytes.count {
            let length = bytes[offset..<(offset + 4)].reduce(0) { $0 << 8 | Int($1) }
            guard length <= bytes.count - offset - 12 else { return }
            let end = offset + 8 + length
            let sum = CRC32.checksum(bytes[(offset + 4)..<end])
            for i in 0..<4 { bytes[end + i] = UInt8(truncatingIfNeeded: sum >> UInt32(24 - 8 * i)) }
            offset = end + 4
        }
    }
}
