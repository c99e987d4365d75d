import Images
import TestSupport
import Testing

@Suite struct ImageFormatTests {
    @Test(arguments: ["plain.jpeg", "p3.png", "lossy.webp", "grey.tiff", "plain.avif"])
    func isKnownByItsFirstBytes(_ name: String) throws {
        let bytes = try Fixture("images/decode").bytes("\(name).bytes")
        let format = try #require(ImageFormat(sniffing: bytes))
        #expect(name.hasSuffix(format.rawValue))
        #expect(ImageFormat(sniffing: bytes.prefix(32)) == format)
    }

    @Test func tellsByteOrdersAndBrandsApart() {
        #expect(ImageFormat(sniffing: [0x4D, 0x4D, 0, 42, 0, 0]) == .tiff)
        #expect(ImageFormat(sniffing: [0x49, 0x49, 43, 0, 8, 0]) == .tiff)
        #expect(ImageFormat(sniffing: [0, 0, 0, 24] + Array("ftypheic".utf8)) == .heif)
        #expect(ImageFormat(sniffing: [0, 0, 0, 24] + Array("ftypmp42".utf8)) == nil)
        #expect(ImageFormat(sniffing: Array("RIFF....WAVE".utf8)) == nil)
    }

    static let strangers: [[UInt8]] = [
        [], [0xFF], [0xFF, 0xD8], Array("GIF89a........".utf8), Array("<svg xmlns=".utf8),
        Array("%PDF-1.7".utf8), Array("P6 64 64 255\n".utf8), Array("BM".utf8),
        Array("#VRML".utf8) + [0], [0x0A, 0x87, 0x0B],
    ]

    @Test(arguments: strangers)
    func refusesWhatItDoesNotKnowBeforeAnyLibrarySeesIt(_ bytes: [UInt8]) throws {
        let error = ImageError.unknownFormat(firstBytes: Array(bytes.prefix(8)))
        #expect(throws: error) { try VipsCodec().decode(bytes) }
    }

    @Test func saysWhatItFound() {
        #expect(
            ImageError.unknownFormat(firstBytes: [0x47, 0x49, 0x46, 0x08]).description
                == "The file starts with 47 49 46 08, which is no picture format known here: "
                + "send a JPEG, PNG, WebP or TIFF.")
        #expect(
            ImageError.unknownFormat(firstBytes: []).description
                == "The file starts with nothing (it is empty), which is no picture format known "
                + "here: send a JPEG, PNG, WebP or TIFF.")
    }

    @Test func readsAVIFOnlyWhenAsked() throws {
        let fixture = try Fixture("images/decode")
        let bytes = try fixture.bytes("plain.avif.bytes")
        let error = ImageError.formatNotAllowed(found: .avif, allowed: [.jpeg, .png, .webp, .tiff])
        #expect(throws: error) { try VipsCodec().decode(bytes) }
        #expect(
            error.description
                == "The file is AVIF, and only JPEG, PNG, WebP and TIFF may be read: "
                + "convert it, or allow AVIF in the codec's formats.")
        let willing = try VipsCodec(formats: [.avif])
        let difference = Difference(
            try willing.decode(bytes).image, try Pictures.image(fixture, "plain.avif.rgb"))
        print("decode plain.avif: \(difference)")
        #expect(difference.most <= 2)
    }
}
