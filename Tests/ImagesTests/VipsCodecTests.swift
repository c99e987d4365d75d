import Images
import TestSupport
import Testing

/// Decoding against Pillow and LittleCMS; fixture by `Reference/images/write_fixtures.py`.
@Suite struct VipsCodecTests {
    static let orientations = (1...8).flatMap { n in
        ["jpeg", "png", "webp", "tiff"].map { "orientation\(n).\($0)" }
    }

    @Test(arguments: orientations)
    func turnsEveryOrientationUpright(_ name: String) throws {
        let fixture = try Fixture("images/decode")
        let decoded = try VipsCodec().decode(try fixture.bytes("\(name).bytes"))
        let isJPEG = name.hasSuffix("jpeg")
        let stem = name.split(separator: ".")[0]
        let expected = try Pictures.image(fixture, isJPEG ? "\(name).rgb" : "\(stem).lossless.rgb")
        let difference = Difference(decoded.image, expected)
        #expect(difference.most <= (isJPEG ? 2 : 0), "\(name): \(difference)")
        let number = Int(stem.dropFirst("orientation".count))
        #expect(decoded.provenance.header.orientation.rawValue == number)
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var colour: ImageProvenance.Colour = .assumedSRGB
        var alpha = false
        var frames = 1
        var bits = 8
        var testDescription: String { name }
    }

    /// Files that hold the same pixels share one expectation, as in the script.
    static let shared = [
        "p3.webp": "p3.png", "rgba.webp": "rgba.png", "rgba.tiff": "rgba.png",
        "grey.tiff": "grey.png", "bilevel.tiff": "bilevel.png",
        "animated.webp": "orientation1.lossless", "animated.png": "orientation1.lossless",
        "pages.tiff": "orientation1.lossless",
    ]

    static let p3 = ImageProvenance.Colour.profile("Display P3 (made for a test)")

    static let cases: [Case] = [
        Case(name: "plain.jpeg"), Case(name: "progressive.jpeg"), Case(name: "grey.jpeg"),
        Case(name: "grey_profile.jpeg", colour: .profile("Grey 1.8")),
        Case(name: "cmyk.jpeg", colour: .plainCMYK),
        Case(name: "cmyk_profile.jpeg", colour: .profile("Test press")),
        Case(name: "cmyk.tiff", colour: .plainCMYK),
        Case(name: "cmyk_profile.tiff", colour: .profile("Test press")),
        Case(name: "p3.jpeg", colour: p3), Case(name: "p3.png", colour: p3),
        Case(name: "p3.webp", colour: p3), Case(name: "p3_alpha.png", colour: p3, alpha: true),
        Case(name: "grey.png"), Case(name: "bilevel.png"),
        Case(name: "grey_alpha.png", alpha: true), Case(name: "rgba.png", alpha: true),
        Case(name: "rgba.webp", alpha: true), Case(name: "rgba.tiff", alpha: true),
        Case(name: "palette.png"), Case(name: "palette_transparent.png", alpha: true),
        Case(name: "grey16.png", bits: 16), Case(name: "rgb16.png", bits: 16),
        Case(name: "lossy.webp"), Case(name: "grey.tiff"), Case(name: "bilevel.tiff"),
        Case(name: "lab.tiff", colour: .lab),
        Case(name: "animated.webp", alpha: true, frames: 3), Case(name: "animated.png", frames: 3),
        Case(name: "pages.tiff", frames: 2),
    ]

    @Test(arguments: cases)
    func matchesPillowWithinTwoLevels(_ item: Case) throws {
        let fixture = try Fixture("images/decode")
        let decoded = try VipsCodec().decode(try fixture.bytes("\(item.name).bytes"))
        let stem = Self.shared[item.name] ?? item.name
        let difference = Difference(decoded.image, try Pictures.image(fixture, "\(stem).rgb"))
        print("decode \(item.name): \(difference)")
        #expect(difference.most <= 2, "\(item.name): \(difference)")
        #expect(decoded.provenance.colour == item.colour)
        #expect(decoded.provenance.alphaFlattened == item.alpha)
        #expect(decoded.provenance.header.frames == item.frames)
        #expect(decoded.provenance.header.bits == item.bits)
    }
}
