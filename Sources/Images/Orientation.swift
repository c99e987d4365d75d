/// How a camera was held: the EXIF tag 0x0112, one of the eight ways to turn and mirror a picture.
///
/// The name says where the stored picture's first row and first column belong in the upright one,
/// after the TIFF 6.0 specification, "Orientation".
public enum Orientation: Int, Sendable, CaseIterable, Hashable {
    /// Already upright.
    case topLeft = 1
    /// Mirrored left to right.
    case topRight = 2
    /// Turned by 180 degrees.
    case bottomRight = 3
    /// Mirrored top to bottom.
    case bottomLeft = 4
    /// Mirrored along the main diagonal.
    case leftTop = 5
    /// To be turned 90 degrees clockwise.
    case rightTop = 6
    /// Mirrored along the other diagonal.
    case rightBottom = 7
    /// To be turned 90 degrees anticlockwise.
    case leftBottom = 8

    /// Whether width and height change places.
    public var swapsSides: Bool { rawValue >= 5 }

    /// Which stored pixel is shown at (0, 0), and where one step right and one step down lead.
    /// The step is in stored (column, row) units.
    private var walk: (fromRight: Bool, fromBottom: Bool) {
        switch self {
        case .topLeft, .leftTop: (false, false)
        case .topRight, .leftBottom: (true, false)
        case .bottomRight, .rightBottom: (true, true)
        case .bottomLeft, .rightTop: (false, true)
        }
    }

    /// Stored offset of the first shown pixel, and the offset steps right and down, in pixels.
    fileprivate func steps(width: Int, height: Int) -> (start: Int, right: Int, down: Int) {
        let column = walk.fromRight ? -1 : 1
        let row = (walk.fromBottom ? -1 : 1) * width
        let start = (walk.fromRight ? width - 1 : 0) + (walk.fromBottom ? (height - 1) * width : 0)
        return swapsSides ? (start, row, column) : (start, column, row)
    }
}

extension Image {
    /// The picture turned upright.
    ///
    /// - Parameter orientation: how the picture is stored.
    /// - Returns: the same pixels in their upright places; sides swap for 5...8.
    /// - Throws: nothing in practice, since the result has as many pixels.
    public func upright(from orientation: Orientation) throws -> Image {
        guard orientation != .topLeft else { return self }
        let (start, right, down) = orientation.steps(width: width, height: height)
        let columns = orientation.swapsSides ? height : width
        let rows = orientation.swapsSides ? width : height
        let channels = channels
        return try Image(width: columns, height: rows, channels: channels) { out in
            withPixels { source in
                var target = 0
                for y in 0..<rows {
                    var from = start + y * down
                    for _ in 0..<columns {
                        for c in 0..<channels {
                            out[target + c] = source[from * channels + c]
                        }
                        target += channels
                        from += right
                    }
                }
            }
        }
    }
}
