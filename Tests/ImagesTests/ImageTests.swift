import Images
import Testing

@Suite struct ImageTests {
    @Test(arguments: [
        (0, 4, 3, 0), (4, -1, 3, 0), (2, 2, 2, 8), (2, 2, 3, 11), (Int.max, 2, 3, 0),
        (Int.max / 2, 1, 3, 6),
    ])
    func refusesShapesThatDoNotHold(_ w: Int, _ h: Int, _ channels: Int, _ count: Int) {
        let error = ImageError.badShape(width: w, height: h, channels: channels, count: count)
        #expect(throws: error) {
            try Image(
                width: w, height: h, channels: channels,
                pixels: [UInt8](repeating: 0, count: count))
        }
    }

    @Test func saysWhatFitsTogether() {
        #expect(
            ImageError.badShape(width: 2, height: 2, channels: 3, count: 11).description
                == "A picture of 2 x 2 pixels and 3 channels cannot be made of 11 samples: "
                + "sides must be positive, channels 1 or 3, and the counts equal.")
    }

    @Test func storesRowsOfInterleavedSamples() throws {
        var image = try Image(width: 2, height: 2, pixels: Array(0..<12))
        #expect(image[1, 0, 2] == 5 && image[0, 1, 0] == 6)
        let copy = image
        image[0, 1, 0] = 99
        #expect(image.pixels[6] == 99 && copy.pixels[6] == 6)
        #expect(image.description == "2 x 2 RGB")
    }

    @Test func turningUprightAndBackIsExact() throws {
        let image = try Pictures.waves(13, 7)
        // Each orientation's inverse: quarter turns undo one another, the rest undo themselves.
        let inverse: [Orientation: Orientation] = [.rightTop: .leftBottom, .leftBottom: .rightTop]
        for orientation in Orientation.allCases {
            let upright = try image.upright(from: orientation)
            #expect(upright.width == (orientation.swapsSides ? 7 : 13))
            #expect(try upright.upright(from: inverse[orientation] ?? orientation) == image)
        }
    }

    @Test func masksBecomeGreyPictures() throws {
        let mask = try Mask(width: 4, height: 1, values: [-1, 0.5, 2, .nan])
        #expect(try mask.image().pixels == [0, 128, 255, 0])
    }

    @Test(arguments: [
        (OutputFormat.jpeg(quality: 0), "JPEG quality", 0, 1...100),
        (.jpeg(quality: 101), "JPEG quality", 101, 1...100),
        (.png(compression: 10), "PNG compression", 10, 0...9),
        (.webp(quality: 0), "WebP quality", 0, 1...100),
    ])
    func refusesQualitiesOutOfRange(
        _ format: OutputFormat, _ option: String, _ found: Int, _ limit: ClosedRange<Int>
    ) throws {
        let error = ImageError.optionOutOfRange(option: option, found: found, limit: limit)
        #expect(throws: error) {
            try VipsCodec().encode(try Pictures.waves(8, 8), as: format)
        }
        #expect(
            error.description
                == "The \(option) is \(found), and it must be \(limit.lowerBound) to "
                + "\(limit.upperBound).")
    }

    @Test(arguments: [1, 3])
    func losslessFormatsGiveEveryPixelBack(_ channels: Int) throws {
        let codec = try VipsCodec()
        let image = try Pictures.waves(90, 65, channels: channels)
        for format in [OutputFormat.png(), .losslessWebP] {
            let decoded = try codec.decode(try codec.encode(image, as: format)).image
            #expect((0..<90).allSatisfy { decoded[$0, 33, 0] == image[$0, 33, 0] })
            if channels == 3 { #expect(decoded == image) }
        }
    }
}
