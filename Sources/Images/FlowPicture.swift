/// A field of motion as a picture in ``FlowColour``.
public struct FlowPicture: Sendable {
    /// The picture, three channels.
    public let image: Image
    /// The length of motion, in the field's own unit, that is shown at full saturation.
    public let scale: Float

    /// Colours a field.
    ///
    /// - Parameters:
    ///   - flow: `[2, height, width]`, row-major: motion to the right, then motion down, in any unit.
    ///   - width: columns, at least 1.
    ///   - height: rows, at least 1.
    ///   - scale: the length shown at full saturation, above 0; nil takes the longest in the field.
    /// - Throws: ``ImageError/mismatch(operation:expected:found:)`` when the count does not fit;
    ///   ``ImageError/badShape(width:height:channels:count:)`` for an impossible size.
    public init(flow: [Float], width: Int, height: Int, scale: Float? = nil) throws {
        let (area, over) = width.multipliedReportingOverflow(by: height)
        guard width > 0, height > 0, !over, area < Int.max / 3 else {
            throw ImageError.badShape(width: width, height: height, channels: 3, count: flow.count)
        }
        guard flow.count == 2 * area else {
            throw ImageError.mismatch(
                operation: "A flow picture", expected: "2 x \(height) x \(width) values",
                found: "\(flow.count)")
        }
        var longest: Float = 0
        for i in 0..<area {
            let length = (flow[i] * flow[i] + flow[area + i] * flow[area + i]).squareRoot()
            if length.isFinite { longest = max(longest, length) }
        }
        // A field that stands still has no scale of its own; any will do, and all of it is white.
        let chosen = scale.flatMap { $0 > 0 && $0.isFinite ? $0 : nil } ?? longest
        let full = chosen > 0 ? chosen : 1
        self.scale = full
        image = try Image(width: width, height: height) { out in
            for i in 0..<area {
                let (red, green, blue) = FlowColour.colour(
                    Double(flow[i] / full), Double(flow[area + i] / full))
                (out[3 * i], out[3 * i + 1], out[3 * i + 2]) = (red, green, blue)
            }
        }
    }

    /// The wheel itself: each direction's colour at its place around the middle, white beyond.
    ///
    /// - Parameter size: pixels a side, at least 8.
    /// - Returns: a square of three channels.
    /// - Throws: ``ImageError/optionOutOfRange(option:found:limit:)``.
    public static func legend(size: Int) throws -> Image {
        guard (8...4096).contains(size) else {
            throw ImageError.optionOutOfRange(option: "legend size", found: size, limit: 8...4096)
        }
        let radius = Double(size) / 2
        return try Image(width: size, height: size) { out in
            for y in 0..<size {
                for x in 0..<size {
                    let u = (Double(x) + 0.5 - radius) / (radius - 1)
                    let v = (Double(y) + 0.5 - radius) / (radius - 1)
                    let length = (u * u + v * v).squareRoot()
                    let (red, green, blue) = FlowColour.colour(
                        u / max(length, 1), v / max(length, 1))
                    // The rim fades into the ground over one pixel.
                    let inside = min(max((1 - length) * (radius - 1) + 0.5, 0), 1)
                    for (c, value) in [red, green, blue].enumerated() {
                        out[(y * size + x) * 3 + c] = byte(255 + inside * (Double(value) - 255))
                    }
                }
            }
        }
    }

    /// The picture with the wheel in its lower right corner.
    ///
    /// - Parameter size: pixels a side of the wheel; a fifth of the shorter side when left out.
    /// - Returns: the picture with its legend.
    /// - Throws: ``ImageError/optionOutOfRange(option:found:limit:)`` when the picture is too small
    ///   to hold one.
    public func withLegend(size: Int? = nil) throws -> Image {
        let size = size ?? min(image.width, image.height) / 5
        var result = image
        let wheel = try FlowPicture.legend(size: size)
        let margin = max(size / 12, 2)
        let (x, y) = (image.width - size - margin, image.height - size - margin)
        let frame = PixelRect(
            x: x - 2, y: y - 2, width: size + 4, height: size + 4)
        result.fill(frame, [255, 255, 255])
        result.draw(wheel, x: x, y: y)
        result.stroke(frame, [120, 120, 120], thickness: 1)
        return result
    }
}
