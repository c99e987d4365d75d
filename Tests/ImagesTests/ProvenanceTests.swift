import Images
import TestSupport
import Testing

/// What is said of a picture's history, and the small parsers behind it.
@Suite struct ProvenanceTests {
    private func notes(_ name: String) throws -> [String] {
        let bytes = try Fixture("images/decode").bytes("\(name).bytes")
        return try VipsCodec().decode(bytes).provenance.notes
    }

    @Test func tellsEachThingThatChangedThePixels() throws {
        #expect(try notes("plain.jpeg") == [])
        #expect(
            try notes("p3_alpha.png") == [
                "Converted to sRGB from Display P3 (made for a test).", "Alpha laid over white.",
            ])
        #expect(try notes("rgb16.png") == ["Rounded from 16 to 8 bits."])
        #expect(try notes("orientation6.jpeg") == ["Turned upright from EXIF orientation 6."])
        #expect(try notes("cmyk.jpeg") == ["Converted from CMYK without a profile."])
        #expect(try notes("lab.tiff") == ["Converted from Lab."])
        #expect(try notes("animated.png") == ["First frame of 3."])
        #expect(try notes("pages.tiff") == ["First frame of 2."])
    }

    @Test func ignoresAProfileThatIsNotThePictures() throws {
        // The grey picture's JPEG, with its profile relabelled as one for RGB, then broken.
        var bytes = try Fixture("images/decode").bytes("grey_profile.jpeg.bytes")
        let plain = try Fixture("images/decode").bytes("grey.jpeg.bytes")
        let codec = try VipsCodec()
        let place = try #require(bytes.indices.first { bytes[$0...].starts(with: "GRAYXYZ ".utf8) })
        bytes.replaceSubrange(place..<(place + 4), with: "RGB ".utf8)
        let relabelled = try codec.decode(bytes)
        #expect(relabelled.image == (try codec.decode(plain).image))
        #expect(
            relabelled.provenance.notes
                == ["Colour profile ignored: it describes 'RGB ' and the picture has 1 bands."])
        bytes[place + 20] ^= 0xFF  // in `acsp`
        let broken = try codec.decode(bytes)
        #expect(broken.provenance.colour == .profileIgnored(reason: "it is damaged"))
    }

    @Test func refusesSamplesThatAreNotWholeNumbers() {
        #expect(
            ImageError.unsupportedSamples(format: .tiff, bands: 3, bits: 0).description
                == "The TIFF has 3 bands of floating-point or signed samples, and only grey, RGB, "
                + "CMYK and Lab of 8 or 16 bits are read: save it as 8-bit RGB.")
    }

    @Test func readsNumbersOnlyWhereTheyAre() {
        var reader = ByteReader([1, 2, 3, 4, 5])
        #expect(reader.u16(0) == 0x0102 && reader.u32(1) == 0x0203_0405)
        #expect(reader.u8(5) == nil && reader.u16(4) == nil && reader.u32(-1) == nil)
        #expect(reader.u16(.max) == nil && reader.slice(2, .max) == nil)
        reader.order = .little
        #expect(reader.u24(0) == 0x03_0201)
        #expect(reader.slice(3, 2)?.u16(0) == 0x0504)
        #expect(reader.slice(3, 2)?.u8(2) == nil)
    }

    @Test(arguments: [nil, "", "x", "a title that is long enough"])
    func ourExifBlockReadsBack(_ title: String?) throws {
        for comment in [nil, "", "päivää 🙂"] as [String?] {
            let bytes = ExifBlock.bytes(userComment: comment, description: title)
            let block = try #require(ExifBlock(ByteReader(bytes)))
            #expect(block.userComment == comment)
            #expect(block.imageDescription == title)
            #expect(block.orientation == nil)
        }
    }
}
