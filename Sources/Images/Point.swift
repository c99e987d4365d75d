/// A place in a picture, in pixels: x to the right, y down, integers at pixel centres.
///
/// The centre of the first pixel is (0, 0), as in OpenCV; a picture covers -0.5...width - 0.5.
public struct Point: Equatable, Hashable, Sendable {
    /// Pixels to the right of the first column's centre.
    public var x: Double
    /// Pixels below the first row's centre.
    public var y: Double

    /// A place.
    ///
    /// - Parameters:
    ///   - x: pixels to the right of the first column's centre.
    ///   - y: pixels below the first row's centre.
    public init(_ x: Double, _ y: Double) {
        self.x = x
        self.y = y
    }
}

/// Whole pixels of a picture: `x..<x + width`, `y..<y + height`.
public struct PixelRect: Equatable, Hashable, Sendable, CustomStringConvertible {
    /// First column.
    public var x: Int
    /// First row.
    public var y: Int
    /// Number of columns.
    public var width: Int
    /// Number of rows.
    public var height: Int

    /// A rectangle; it need not lie inside any picture.
    ///
    /// - Parameters:
    ///   - x: first column.
    ///   - y: first row.
    ///   - width: number of columns.
    ///   - height: number of rows.
    public init(x: Int, y: Int, width: Int, height: Int) {
        self.x = x
        self.y = y
        self.width = width
        self.height = height
    }

    /// For messages: `64 x 48 at (10, 20)`.
    public var description: String { "\(width) x \(height) at (\(x), \(y))" }
}
