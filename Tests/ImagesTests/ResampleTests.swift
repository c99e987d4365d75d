import Images
import TestSupport
import Testing

/// Scaling against Pillow and OpenCV; fixture by `Reference/images/write_fixtures.py`.
@Suite struct ResampleTests {
    static let sizes = [
        "40x32", "17x19", "70x58", "25x90", "61x23", "90x47", "1x1", "7x3", "55x20", "80x30",
    ]
    static let targets =
        sizes.map { ("source", $0) }
        + [("even", "30x22"), ("grey", "23x70"), ("grey", "50x17")]

    @Test(arguments: Resample.allCases, targets)
    func equalsTheLibraryItNames(_ method: Resample, _ target: (String, String)) throws {
        let fixture = try Fixture("images/resize")
        let source = try Pictures.image(fixture, target.0)
        let expected = try Pictures.image(fixture, "\(method.rawValue).\(target.0).\(target.1)")
        let result = try source.resized(
            width: expected.width, height: expected.height, method)
        let difference = Difference(result, expected)
        print("resize \(method.rawValue) \(target): \(difference)")
        #expect(difference.most == 0, "\(difference)")
    }

    @Test(arguments: Resample.allCases)
    func keepsOneColourAndItsOwnSize(_ method: Resample) throws {
        let flat = try Image(width: 50, height: 40, colour: [3, 128, 255])
        let scaled = try flat.resized(width: 77, height: 13, method)
        #expect(scaled == (try Image(width: 77, height: 13, colour: [3, 128, 255])))
        let waves = try Pictures.waves(50, 40)
        #expect(try waves.resized(width: 50, height: 40, method) == waves)
    }

    @Test func truncatesTheLongerSideWhenTheShorterIsGiven() throws {
        let wide = try Image(width: 101, height: 64).resized(shorter: 32, .pilBilinear)
        #expect(wide.width == 50 && wide.height == 32)
        let tall = try Image(width: 64, height: 101).resized(shorter: 32, .pilBilinear)
        #expect(tall.width == 32 && tall.height == 50)
    }

    @Test func refusesAnEmptySize() throws {
        let image = try Image(width: 4, height: 4)
        #expect(throws: ImageError.badShape(width: 0, height: 4, channels: 3, count: 0)) {
            try image.resized(width: 0, height: 4, .pilBicubic)
        }
    }

    @Test func hasStableNamesOnDisk() {
        #expect(
            Resample.allCases.map(\.rawValue)
                == ["pil-bicubic", "pil-bilinear", "pil-lanczos", "cv-bilinear"])
    }
}
