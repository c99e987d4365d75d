import Images
import TestSupport
import Testing

/// Nothing personal passes from an input file to an output file.
@Suite struct PrivacyTests {
    static let inputs = ["private.jpeg", "private.png", "private.webp", "private.tiff"]
    static let outputs: [OutputFormat] = [.jpeg(), .png(), .webp(), .losslessWebP]

    @Test(arguments: inputs, outputs)
    func noCanaryReachesAnOutput(_ name: String, _ output: OutputFormat) throws {
        let bytes = try Fixture("images/texts").bytes(name)
        #expect(count(of: "CANARY", in: bytes) > 0, "the input has canaries to lose")
        let codec = try VipsCodec()
        let decoded = try codec.decode(bytes)
        let plain = try codec.encode(decoded.image, as: output)
        for trace in ["CANARY", "GPS", "Exif", "EXIF", "eXIf", "XMP", "http", "ICCP", "iCCP"] {
            #expect(count(of: trace, in: plain) == 0, "\(trace) in \(output)")
        }
        // With our own text there is EXIF again, and in it only our own.
        let text = TextMetadata([.init("parameters", "ours")])
        let ours = try codec.encode(decoded.image, as: output, text: text)
        #expect(count(of: "CANARY", in: ours) == 0)
        #expect(TextMetadata.read(from: ours).text == text)
    }

    private func count(of word: String, in bytes: [UInt8]) -> Int {
        let word = Array(word.utf8)
        guard let first = word.first else { return 0 }
        return bytes.indices.reduce(0) {
            bytes[$1] == first && bytes[$1...].starts(with: word) ? $0 + 1 : $0
        }
    }
}
