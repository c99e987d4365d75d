/// SHA-256 of a stream of bytes: FIPS 180-4, section 6.2.
///
/// Tells damaged files from whole ones; nothing here keeps a secret.
package struct SHA256: Sendable {
    /// H in the standard: the first 32 bits of the fractions of the first eight primes' roots.
    private var state: SIMD8<UInt32> = [
        0x6A09_E667, 0xBB67_AE85, 0x3C6E_F372, 0xA54F_F53A,
        0x510E_527F, 0x9B05_688C, 0x1F83_D9AB, 0x5BE0_CD19,
    ]
    /// Bytes that do not fill a block yet, fewer than 64.
    private var rest: [UInt8] = []
    private var byteCount: UInt64 = 0

    /// The hash of nothing yet.
    package init() {}

    /// The hash of one piece, as 64 lower-case hexadecimal digits.
    package static func hex(_ bytes: some Sequence<UInt8>) -> String {
        var hash = SHA256()
        Array(bytes).withUnsafeBytes { hash.update($0) }
        return hash.finish()
    }

    /// Appends bytes to the message.
    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        byteCount += UInt64(bytes.count)
        var position = 0
        if !rest.isEmpty {
            position = min(64 - rest.count, bytes.count)
            rest.append(contentsOf: bytes[..<position])
            guard rest.count == 64 else { return }
            let block = rest
            block.withUnsafeBytes { compress($0) }
            rest.removeAll(keepingCapacity: true)
        }
        let whole = (bytes.count - position) / 64 * 64
        compress(UnsafeRawBufferPointer(rebasing: bytes[position..<(position + whole)]))
        rest.append(contentsOf: bytes[(position + whole)...])
    }

    /// Ends the message; nothing may follow.
    ///
    /// - Returns: 64 lower-case hexadecimal digits.
    package mutating func finish() -> String {
        // A one bit, zeros, and the length in bits fill the last block (5.1.1).
        let zeros = (119 - Int(byteCount % 64)) % 64
        let length = (0..<8).map { UInt8(truncatingIfNeeded: (byteCount << 3) >> (56 - 8 * $0)) }
        let padding = [0x80] + [UInt8](repeating: 0, count: zeros) + length
        padding.withUnsafeBytes { update($0) }
        return (0..<8).map { i in
            let digits = String(state[i], radix: 16)
            return String(repeating: "0", count: 8 - digits.count) + digits
        }.joined()
    }

    /// Works whole blocks into the state (6.2.2).
    private mutating func compress(_ blocks: UnsafeRawBufferPointer) {
        guard !blocks.isEmpty else { return }
        state = Self.constants.withUnsafeBufferPointer { k in
            withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 64) { w in
                var state = state
                for start in stride(from: 0, to: blocks.count, by: 64) {
                    Self.schedule(blocks, start, w)
                    state &+= Self.rounds(from: state, k, UnsafeBufferPointer(w))
                }
                return state
            }
        }
    }

    /// The message schedule W of the block at `start`.
    private static func schedule(
        _ bytes: UnsafeRawBufferPointer, _ start: Int, _ w: UnsafeMutableBufferPointer<UInt32>
    ) {
        for t in 0..<16 {
            w[t] = UInt32(
                bigEndian: bytes.loadUnaligned(fromByteOffset: start + 4 * t, as: UInt32.self))
        }
        for t in 16..<64 {
            let s0 = rotated(w[t - 15], 7) ^ rotated(w[t - 15], 18) ^ (w[t - 15] >> 3)
            let s1 = rotated(w[t - 2], 17) ^ rotated(w[t - 2], 19) ^ (w[t - 2] >> 10)
            w[t] = w[t - 16] &+ s0 &+ w[t - 7] &+ s1
        }
    }

    /// The 64 rounds; letters as in the standard.
    private static func rounds(
        from state: SIMD8<UInt32>, _ k: UnsafeBufferPointer<UInt32>,
        _ w: UnsafeBufferPointer<UInt32>
    ) -> SIMD8<UInt32> {
        var (a, b, c, d) = (state[0], state[1], state[2], state[3])
        var (e, f, g, h) = (state[4], state[5], state[6], state[7])
        /// One round; the caller turns the letters instead of moving their values.
        @inline(__always) func round(
            _ a: UInt32, _ b: UInt32, _ c: UInt32, _ d: inout UInt32,
            _ e: UInt32, _ f: UInt32, _ g: UInt32, _ h: inout UInt32, _ t: Int
        ) {
            let sum1 = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)
            let sum0 = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)
            let t1 = h &+ sum1 &+ (g ^ (e & (f ^ g))) &+ k[t] &+ w[t]
            d &+= t1
            h = t1 &+ sum0 &+ ((a & b) ^ (c & (a ^ b)))
        }
        for t in stride(from: 0, to: 64, by: 8) {
            round(a, b, c, &d, e, f, g, &h, t)
            round(h, a, b, &c, d, e, f, &g, t + 1)
            round(g, h, a, &b, c, d, e, &f, t + 2)
            round(f, g, h, &a, b, c, d, &e, t + 3)
            round(e, f, g, &h, a, b, c, &d, t + 4)
            round(d, e, f, &g, h, a, b, &c, t + 5)
            round(c, d, e, &f, g, h, a, &b, t + 6)
            round(b, c, d, &e, f, g, h, &a, t + 7)
        }
        return [a, b, c, d, e, f, g, h]
    }

    @inline(__always)
    private static func rotated(_ x: UInt32, _ count: UInt32) -> UInt32 {
        (x >> count) | (x << (32 - count))
    }

    /// K: the first 32 bits of the fractions of the cube roots of the first 64 primes (4.2.2).
    private static let constants: [UInt32] = [
        0x428A_2F98, 0x7137_4491, 0xB5C0_FBCF, 0xE9B5_DBA5, 0x3956_C25B, 0x59F1_11F1, 0x923F_82A4,
        0xAB1C_5ED5, 0xD807_AA98, 0x1283_5B01, 0x2431_85BE, 0x550C_7DC3, 0x72BE_5D74, 0x80DE_B1FE,
        0x9BDC_06A7, 0xC19B_F174, 0xE49B_69C1, 0xEFBE_4786, 0x0FC1_9DC6, 0x240C_A1CC, 0x2DE9_2C6F,
        0x4A74_84AA, 0x5CB0_A9DC, 0x76F9_88DA, 0x983E_5152, 0xA831_C66D, 0xB003_27C8, 0xBF59_7FC7,
        0xC6E0_0BF3, 0xD5A7_9147, 0x06CA_6351, 0x1429_2967, 0x27B7_0A85, 0x2E1B_2138, 0x4D2C_6DFC,
        0x5338_0D13, 0x650A_7354, 0x766A_0ABB, 0x81C2_C92E, 0x9272_2C85, 0xA2BF_E8A1, 0xA81A_664B,
        0xC24B_8B70, 0xC76C_51A3, 0xD192_E819, 0xD699_0624, 0xF40E_3585, 0x106A_A070, 0x19A4_C116,
        0x1E37_6C08, 0x2748_774C, 0x34B0_BCB5, 0x391C_0CB3, 0x4ED8_AA4A, 0x5B9C_CA4F, 0x682E_6FF3,
        0x748F_82EE, 0x78A5_636F, 0x84C8_7814, 0x8CC7_0208, 0x90BE_FFFA, 0xA450_6CEB, 0xBEF9_A3F7,
        0xC671_78F2,
    ]
}
