import Images
import Testing

/// Limits to the pixel and the byte, checked on headers alone.
@Suite struct ImageLimitsTests {
    @Test func refusesAThousandBytesThatDeclareFourThousandMillionPixels() throws {
        let bytes = CraftedFiles.progressiveJPEG(width: 64250, height: 64250)
        #expect(bytes.count < 1100)
        let error = ImageError.sideOutOfRange(width: 64250, height: 64250, limit: 64...16384)
        #expect(throws: error) { try VipsCodec().decode(bytes) }
        #expect(
            error.description
                == "The picture is 64250 x 64250, and each side must be 64 to 16384 pixels: "
                + "scale it first.")
        // With the sides out of the way the product is what stops it.
        let wide = try VipsCodec(limits: ImageLimits(sides: 1...65535))
        #expect(throws: ImageError.tooManyPixels(width: 64250, height: 64250, limit: 50_000_000)) {
            try wide.decode(bytes)
        }
    }

    @Test(arguments: [
        (64, 64, true), (63, 64, false), (64, 63, false), (16384, 64, true), (64, 16384, true),
        (16385, 64, false), (64, 16385, false),
    ])
    func holdsSidesExactly(_ width: Int, _ height: Int, _ allowed: Bool) throws {
        let codec = try VipsCodec()
        let bytes = CraftedFiles.png(width: width, height: height)
        if allowed {
            let header = try codec.header(of: bytes)
            #expect(header.width == width && header.height == height)
        } else {
            let error = ImageError.sideOutOfRange(width: width, height: height, limit: 64...16384)
            #expect(throws: error) { try codec.header(of: bytes) }
            #expect(throws: error) { try codec.decode(bytes) }
        }
    }

    @Test func holdsFiftyMillionPixelsAndNotOneRowMore() throws {
        let codec = try VipsCodec()
        let header = try codec.header(of: CraftedFiles.png(width: 10_000, height: 5_000))
        #expect(header.width * header.height == 50_000_000)
        let error = ImageError.tooManyPixels(width: 10_000, height: 5_001, limit: 50_000_000)
        #expect(throws: error) {
            try codec.header(of: CraftedFiles.png(width: 10_000, height: 5_001))
        }
        #expect(
            error.description
                == "The picture is 10000 x 5001, which is 50010000 pixels, and the limit is "
                + "50000000: scale it down first.")
    }

    @Test func decodesFiftyMillionPixels() throws {
        let large = try Image(width: 10_000, height: 5_000, colour: [10, 200, 30])
        let codec = try VipsCodec()
        let decoded = try codec.decode(try codec.encode(large, as: .png(compression: 1)))
        #expect(decoded.image == large)
    }

    @Test func holdsTwentyMebibytesAndNotOneByteMore() throws {
        let codec = try VipsCodec()
        // Bytes after the end of a PNG are legal, if useless.
        var bytes = try codec.encode(try Pictures.waves(64, 64), as: .png())
        bytes += [UInt8](repeating: 0, count: (20 << 20) - bytes.count)
        #expect(bytes.count == 20_971_520)
        #expect(try codec.decode(bytes).image == (try Pictures.waves(64, 64)))
        bytes.append(0)
        let error = ImageError.tooManyBytes(found: 20_971_521, limit: 20_971_520)
        #expect(throws: error) { try codec.decode(bytes) }
        #expect(
            error.description
                == "The file has 20971521 bytes and the limit is 20971520: "
                + "send a smaller or more compressed picture.")
    }

    @Test func canBeConfigured() throws {
        let tight = try VipsCodec(limits: ImageLimits(bytes: 100, sides: 1...10, pixels: 50))
        let file = CraftedFiles.png(width: 10, height: 5)
        #expect(try tight.header(of: file).width == 10)
        #expect(throws: ImageError.tooManyPixels(width: 10, height: 6, limit: 50)) {
            try tight.header(of: CraftedFiles.png(width: 10, height: 6))
        }
    }
}
