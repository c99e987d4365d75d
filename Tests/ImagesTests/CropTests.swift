import Images
import Testing

@Suite struct CropTests {
    @Test func cropsAndPadsBackToTheSamePixels() throws {
        let image = try Pictures.waves(30, 20)
        let crop = try image.cropped(to: PixelRect(x: 4, y: 3, width: 11, height: 9))
        #expect(crop.width == 11 && crop.height == 9)
        #expect(crop[0, 0, 2] == image[4, 3, 2] && crop[10, 8, 0] == image[14, 11, 0])
        let padded = try crop.padded(left: 4, top: 3, right: 15, bottom: 8, colour: [9, 8, 7])
        #expect(padded.width == 30 && padded.height == 20)
        #expect(padded[0, 0, 0] == 9 && padded[29, 19, 2] == 7)
        #expect(try padded.cropped(to: PixelRect(x: 4, y: 3, width: 11, height: 9)) == crop)
    }

    @Test(arguments: [
        PixelRect(x: -1, y: 0, width: 5, height: 5), PixelRect(x: 26, y: 0, width: 5, height: 5),
        PixelRect(x: 0, y: 0, width: 0, height: 5), PixelRect(x: 0, y: 1, width: 5, height: 20),
        PixelRect(x: .max, y: 0, width: .max, height: 1),
    ])
    func refusesRectanglesThatLeaveThePicture(_ rectangle: PixelRect) throws {
        let image = try Pictures.waves(30, 20)
        let error = ImageError.outside(
            rectangle: rectangle.description, width: 30, height: 20)
        #expect(throws: error) { try image.cropped(to: rectangle) }
    }

    @Test func namesTheRectangleAndThePicture() {
        let error = ImageError.outside(rectangle: "5 x 5 at (-1, 0)", width: 30, height: 20)
        #expect(
            error.description
                == "The rectangle 5 x 5 at (-1, 0) is empty or leaves the picture of 30 x 20: "
                + "clip it, or pad the picture first.")
    }

    @Test func letterboxesInTheMiddle() throws {
        let image = try Image(width: 100, height: 50, colour: [200, 200, 200])
        let (boxed, content) = try image.letterboxed(
            width: 64, height: 64, .pilBilinear, colour: [1, 1, 1])
        #expect(content == PixelRect(x: 0, y: 16, width: 64, height: 32))
        #expect(boxed.width == 64 && boxed.height == 64)
        #expect(boxed[5, 15, 0] == 1 && boxed[5, 16, 0] == 200 && boxed[5, 48, 0] == 1)
    }

    @Test func cropsTheMiddle() throws {
        let image = try Pictures.waves(31, 20)
        let middle = try image.centreCropped(width: 10, height: 10)
        #expect(middle[0, 0, 0] == image[10, 5, 0])
    }
}
