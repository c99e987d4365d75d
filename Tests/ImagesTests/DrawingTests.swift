import Images
import Testing

@Suite struct DrawingTests {
    @Test func fillsAndStrokesExactlyTheirPixels() throws {
        var image = try Image(width: 20, height: 10)
        image.fill(PixelRect(x: 2, y: 3, width: 4, height: 2), [9, 9, 9])
        #expect(image.pixels.count { $0 == 9 } == 4 * 2 * 3)
        #expect(image[2, 3, 0] == 9 && image[5, 4, 2] == 9 && image[6, 4, 0] == 0)
        var frame = try Image(width: 20, height: 10)
        frame.stroke(PixelRect(x: 1, y: 1, width: 10, height: 8), [7, 7, 7], thickness: 1)
        #expect(frame.pixels.count { $0 == 7 } == (2 * 10 + 2 * 6) * 3)
    }

    @Test func clipsWhatSticksOut() throws {
        var image = try Image(width: 8, height: 8)
        image.fill(PixelRect(x: -5, y: -5, width: 100, height: 100), [1, 1, 1])
        #expect(image.pixels.allSatisfy { $0 == 1 })
        image.fill(PixelRect(x: 50, y: 0, width: 5, height: 5), [2, 2, 2])
        image.line(from: Point(-90, 50), to: Point(-20, 400), [2, 2, 2])
        image.dot(at: Point(1e9, -1e9), [2, 2, 2])
        image.line(from: Point(.nan, 0), to: Point(0, .infinity), [2, 2, 2])
        image.draw(try Image(width: 4, height: 4, colour: [3, 3, 3]), x: 100, y: -100)
        #expect(image.pixels.allSatisfy { $0 == 1 })
        image.line(from: Point(-100, 4), to: Point(100, 4), [200, 0, 0], thickness: 1)
        #expect((0..<8).allSatisfy { image[$0, 4, 0] == 200 && image[$0, 2, 0] == 1 })
    }

    @Test func softensTheEdgesOfLines() throws {
        var image = try Image(width: 40, height: 40, channels: 1) { _ in }
        image.line(from: Point(5, 5), to: Point(34, 20), [255], thickness: 3)
        #expect(image.pixels.contains(255))
        #expect(image.pixels.contains { $0 > 20 && $0 < 235 })
        #expect(image[30, 5, 0] == 0)
    }

    @Test func writesTextLiterally() throws {
        let renderer = try TextRenderer(size: 20)
        let plain = try #require(try renderer.mask("a < b & c > d"))
        #expect(plain.width > 80 && plain.height < 30)
        #expect(plain.values.max() ?? 0 > 0.9)
        // Markup would make this nearly empty.
        let markup = try #require(try renderer.mask("<b></b>"))
        #expect(markup.width > 50)
        #expect(try renderer.mask("  \n ") == nil)
    }

    @Test func breaksLinesAtAWidth() throws {
        let renderer = try TextRenderer(size: 14)
        let long = "one two three four five six seven eight"
        let line = try #require(try renderer.mask(long))
        let block = try #require(try renderer.mask(long, wrappedAt: 100))
        #expect(block.width <= 100 && block.height > 2 * line.height)
    }

    @Test func refusesTextItCannotDraw() throws {
        let error = ImageError.textNotDrawn(
            text: "a\0b", detail: "it has over 10000 bytes or contains NUL")
        #expect(throws: error) { try TextRenderer().mask("a\0b") }
        #expect(throws: ImageError.optionOutOfRange(option: "font size", found: 3, limit: 4...400))
        {
            try TextRenderer(size: 3)
        }
        #expect(
            ImageError.textNotDrawn(text: "hello", detail: "no font").description
                == "The text 'hello' could not be drawn (no font): "
                + "check that a font such as DejaVu Sans is installed.")
    }
}
