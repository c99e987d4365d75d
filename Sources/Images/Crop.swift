extension Image {
    /// Part of the picture.
    ///
    /// - Parameter rectangle: inside the picture, not empty.
    /// - Returns: its pixels.
    /// - Throws: ``ImageError/outside(rectangle:width:height:)``.
    public func cropped(to rectangle: PixelRect) throws -> Image {
        let (rightmost, wide) = rectangle.x.addingReportingOverflow(rectangle.width)
        let (lowest, tall) = rectangle.y.addingReportingOverflow(rectangle.height)
        guard rectangle.width > 0, rectangle.height > 0, rectangle.x >= 0, rectangle.y >= 0,
            !wide, !tall, rightmost <= width, lowest <= height
        else {
            throw ImageError.outside(
                rectangle: rectangle.description, width: width, height: height)
        }
        let row = rectangle.width * channels
        return try Image(
            width: rectangle.width, height: rectangle.height, channels: channels
        ) { out in
            withPixels { source in
                for y in 0..<rectangle.height {
                    let start = ((rectangle.y + y) * width + rectangle.x) * channels
                    copy(source, start, to: out, y * row, count: row)
                }
            }
        }
    }

    /// The largest square, or other shape, from the middle.
    ///
    /// - Parameters:
    ///   - width: columns to keep, at most the picture's.
    ///   - height: rows to keep, at most the picture's.
    /// - Returns: the middle; an odd remainder leaves one pixel more at the right and bottom.
    /// - Throws: ``ImageError/outside(rectangle:width:height:)``.
    public func centreCropped(width: Int, height: Int) throws -> Image {
        try cropped(
            to: PixelRect(
                x: (self.width - width) / 2, y: (self.height - height) / 2, width: width,
                height: height))
    }

    /// The picture with a border.
    ///
    /// - Parameters:
    ///   - left: columns to add, at least 0.
    ///   - top: rows to add, at least 0.
    ///   - right: columns to add, at least 0.
    ///   - bottom: rows to add, at least 0.
    ///   - colour: one value a channel; black when left out.
    /// - Returns: a larger picture.
    /// - Throws: ``ImageError/badShape(width:height:channels:count:)`` for a negative border,
    ///   ``ImageError/mismatch(operation:expected:found:)`` for a colour of other channels.
    public func padded(
        left: Int, top: Int, right: Int, bottom: Int, colour: [UInt8]? = nil
    ) throws -> Image {
        guard left >= 0, top >= 0, right >= 0, bottom >= 0 else {
            throw ImageError.badShape(
                width: width + left + right, height: height + top + bottom, channels: channels,
                count: 0)
        }
        let colour = colour ?? [UInt8](repeating: 0, count: channels)
        guard colour.count == channels else {
            throw ImageError.mismatch(
                operation: "Padding", expected: "a colour of \(channels) channels",
                found: "\(colour.count)")
        }
        var result = try Image(
            width: left + width + right, height: top + height + bottom, colour: colour)
        result.draw(self, x: left, y: top)
        return result
    }

    /// The picture scaled to fit a box, proportions kept, in the middle of a border.
    ///
    /// - Parameters:
    ///   - width: columns of the result.
    ///   - height: rows of the result.
    ///   - method: how to scale.
    ///   - colour: of the border, one value a channel; black when left out.
    /// - Returns: the picture, and where it lies in the result.
    /// - Throws: ``ImageError/badShape(width:height:channels:count:)`` for an impossible size.
    public func letterboxed(
        width: Int, height: Int, _ method: Resample, colour: [UInt8]? = nil
    ) throws -> (image: Image, content: PixelRect) {
        let scale = min(Double(width) / Double(self.width), Double(height) / Double(self.height))
        let columns = min(max(Int((Double(self.width) * scale).rounded()), 1), width)
        let rows = min(max(Int((Double(self.height) * scale).rounded()), 1), height)
        let (left, top) = ((width - columns) / 2, (height - rows) / 2)
        let image = try resized(width: columns, height: rows, method).padded(
            left: left, top: top, right: width - columns - left, bottom: height - rows - top,
            colour: colour)
        return (image, PixelRect(x: left, y: top, width: columns, height: rows))
    }

    /// Copies a picture of as many channels into this one; what sticks out is left out.
    ///
    /// - Parameters:
    ///   - other: the picture to copy. A grey one may be drawn on a colour one.
    ///   - x: column for its first column; may be negative.
    ///   - y: row for its first row; may be negative.
    public mutating func draw(_ other: Image, x: Int, y: Int) {
        precondition(
            other.channels == channels || other.channels == 1, "\(other) does not fit on \(self)")
        let columns = max(x, 0)..<max(min(x + other.width, width), max(x, 0))
        let rows = max(y, 0)..<max(min(y + other.height, height), max(y, 0))
        let (width, channels) = (width, channels)
        withMutablePixels { out in
            other.withPixels { source in
                for row in rows {
                    let from = (row - y) * other.width + columns.lowerBound - x
                    let to = row * width + columns.lowerBound
                    guard other.channels != channels else {
                        copy(
                            source, from * channels, to: out, to * channels,
                            count: columns.count * channels)
                        continue
                    }
                    for i in 0..<columns.count {
                        for c in 0..<channels { out[(to + i) * channels + c] = source[from + i] }
                    }
                }
            }
        }
    }
}

/// Copies `count` samples from one buffer into another.
private func copy(
    _ source: UnsafeBufferPointer<UInt8>, _ from: Int,
    to target: UnsafeMutableBufferPointer<UInt8>, _ at: Int, count: Int
) {
    guard count > 0 else { return }
    _ = UnsafeMutableBufferPointer(rebasing: target[at..<(at + count)])
        .update(from: source[from..<(from + count)])
}
