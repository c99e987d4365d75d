import Foundation

extension Image {
    /// Fills a rectangle; what sticks out is left out.
    ///
    /// - Parameters:
    ///   - rectangle: the pixels to fill.
    ///   - colour: one value a channel.
    public mutating func fill(_ rectangle: PixelRect, _ colour: [UInt8]) {
        precondition(colour.count == channels, "\(colour.count) values for \(self)")
        let columns = clip(rectangle.x, rectangle.width, to: width)
        let rows = clip(rectangle.y, rectangle.height, to: height)
        let (width, channels) = (width, channels)
        withMutablePixels { out in
            for y in rows where !columns.isEmpty {
                for x in columns {
                    for c in 0..<channels { out[(y * width + x) * channels + c] = colour[c] }
                }
            }
        }
    }

    /// Draws the outline of a rectangle, inside it.
    ///
    /// - Parameters:
    ///   - rectangle: its outer bounds.
    ///   - colour: one value a channel.
    ///   - thickness: pixels.
    public mutating func stroke(_ rectangle: PixelRect, _ colour: [UInt8], thickness: Int = 2) {
        let t = min(thickness, rectangle.width, rectangle.height)
        let (x, y, w, h) = (rectangle.x, rectangle.y, rectangle.width, rectangle.height)
        fill(PixelRect(x: x, y: y, width: w, height: t), colour)
        fill(PixelRect(x: x, y: y + h - t, width: w, height: t), colour)
        fill(PixelRect(x: x, y: y, width: t, height: h), colour)
        fill(PixelRect(x: x + w - t, y: y, width: t, height: h), colour)
    }

    /// Draws a smooth line with round ends.
    ///
    /// - Parameters:
    ///   - start: one end, in pixels.
    ///   - end: the other end; the same point makes a dot.
    ///   - colour: one value a channel.
    ///   - thickness: pixels.
    public mutating func line(
        from start: Point, to end: Point, _ colour: [UInt8], thickness: Double = 2
    ) {
        precondition(colour.count == channels, "\(colour.count) values for \(self)")
        let reach = thickness / 2 + 1
        let (dx, dy) = (end.x - start.x, end.y - start.y)
        let length = dx * dx + dy * dy
        guard length.isFinite else { return }
        let columns = span(min(start.x, end.x) - reach, max(start.x, end.x) + reach, width)
        let rows = span(min(start.y, end.y) - reach, max(start.y, end.y) + reach, height)
        for y in rows {
            for x in columns {
                // Distance from the pixel's centre to the nearest place of the segment.
                let (px, py) = (Double(x) - start.x, Double(y) - start.y)
                let t = length > 0 ? min(max((px * dx + py * dy) / length, 0), 1) : 0
                let (ex, ey) = (px - t * dx, py - t * dy)
                let coverage = thickness / 2 + 0.5 - (ex * ex + ey * ey).squareRoot()
                blend(x, y, colour, min(max(coverage, 0), 1))
            }
        }
    }

    /// Draws a dot with a dark rim, so that it shows on any ground: landmarks.
    ///
    /// - Parameters:
    ///   - centre: in pixels.
    ///   - colour: one value a channel.
    ///   - radius: pixels.
    public mutating func dot(at centre: Point, _ colour: [UInt8], radius: Double = 2.5) {
        let rim = [UInt8](repeating: 0, count: channels)
        line(from: centre, to: centre, rim, thickness: 2 * radius + 2)
        line(from: centre, to: centre, colour, thickness: 2 * radius)
    }

    /// Lays a colour through a mask; what sticks out is left out.
    ///
    /// - Parameters:
    ///   - mask: coverage 0...1 (clamped).
    ///   - x: column for the mask's first column; may be negative.
    ///   - y: row for the mask's first row; may be negative.
    ///   - colour: one value a channel.
    public mutating func stamp(_ mask: Mask, x: Int, y: Int, _ colour: [UInt8]) {
        precondition(colour.count == channels, "\(colour.count) values for \(self)")
        for row in 0..<mask.height where row + y >= 0 && row + y < height {
            for column in 0..<mask.width where column + x >= 0 && column + x < width {
                let coverage = Double(mask[column, row])
                blend(column + x, row + y, colour, min(max(coverage, 0), 1))
            }
        }
    }

    /// Draws text with its first line's top left corner at a place.
    ///
    /// - Parameters:
    ///   - text: one or more lines.
    ///   - x: column where the first line starts.
    ///   - y: row where the first line's height begins.
    ///   - colour: one value a channel.
    ///   - renderer: font and size.
    /// - Throws: ``ImageError/textNotDrawn(text:detail:)``.
    public mutating func write(
        _ text: String, x: Int, y: Int, _ colour: [UInt8], with renderer: TextRenderer
    ) throws {
        guard let drawn = try renderer.draw(text, wrappedAt: nil) else { return }
        stamp(drawn.mask, x: x + drawn.left, y: y + drawn.top, colour)
    }

    private mutating func blend(_ x: Int, _ y: Int, _ colour: [UInt8], _ coverage: Double) {
        guard coverage > 0 else { return }
        for c in 0..<channels {
            let under = Double(self[x, y, c])
            self[x, y, c] = byte(under + coverage * (Double(colour[c]) - under))
        }
    }

    /// `start..<start + length` as far as it lies in `0..<count`.
    private func clip(_ start: Int, _ length: Int, to count: Int) -> Range<Int> {
        let (end, over) = start.addingReportingOverflow(length)
        let low = min(max(start, 0), count)
        return low..<max(min(over ? count : end, count), low)
    }

    /// The pixels between two places, clipped to `0..<count`.
    private func span(_ low: Double, _ high: Double, _ count: Int) -> Range<Int> {
        guard low <= high, high >= 0, low <= Double(count - 1) else { return 0..<0 }
        let first = Int(max(low, 0).rounded(.down))
        return first..<max(Int(min(high, Double(count - 1)).rounded(.down)) + 1, first)
    }
}
