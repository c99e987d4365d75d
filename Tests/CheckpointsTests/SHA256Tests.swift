import Checkpoints
import Testing

@Suite struct SHA256Tests {
    /// Examples of FIPS 180-2, appendix B, and of NIST's CAVP (SHA256ShortMsg), as printed there.
    private static let vectors: [(String, String)] = [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        (
            "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
                + "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
            "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
        ),
        (
            String(repeating: "a", count: 1_000_000),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
        ),
    ]

    @Test(arguments: vectors)
    func matchesNIST(message: String, hash: String) {
        #expect(SHA256.hex(message.utf8) == hash)
    }

    @Test func doesNotDependOnHowTheMessageIsCut() {
        let message = (0..<1000).map { UInt8(truncatingIfNeeded: $0 &* 37) }
        let whole = SHA256.hex(message)
        for length in [1, 3, 55, 56, 63, 64, 65, 127, 200, 999] {
            var hash = SHA256()
            for start in stride(from: 0, to: message.count, by: length) {
                message[start..<min(start + length, message.count)].withUnsafeBytes {
                    hash.update($0)
                }
            }
            #expect(hash.finish() == whole, "cut every \(length) bytes")
        }
    }

    @Test func everyLengthAroundABlockHasItsOwnHash() {
        let hashes = (50..<140).map { SHA256.hex([UInt8](repeating: 0, count: $0)) }
        #expect(Set(hashes).count == hashes.count)
    }
}
