/// One number a pixel, such as the coverage of a matte: 0 is outside, 1 is inside.
///
/// Values are not clamped, so a mask can hold any map of floats; functions that blend say so where
/// they need 0...1.
public struct Mask: Equatable, Sendable {
    /// Columns, at least 1.
    public let width: Int
    /// Rows, at least 1.
    public let height: Int
    /// `[height, width]` values in row-major order.
    public private(set) var values: [Float]

    /// A mask over existing values.
    ///
    /// - Parameters:
    ///   - width: columns, at least 1.
    ///   - height: rows, at least 1.
    ///   - values: `[height, width]`, row-major.
    /// - Throws: ``ImageError/badShape(width:height:channels:count:)`` when the count does not fit.
    public init(width: Int, height: Int, values: [Float]) throws {
        let (area, over) = width.multipliedReportingOverflow(by: height)
        guard width > 0, height > 0, !over, values.count == area else {
            throw ImageError.badShape(
                width: width, height: height, channels: 1, count: values.count)
        }
        self.width = width
        self.height = height
        self.values = values
    }

    /// A mask of one value.
    ///
    /// - Parameters:
    ///   - width: columns, at least 1.
    ///   - height: rows, at least 1.
    ///   - value: given to every pixel.
    /// - Throws: ``ImageError/badShape(width:height:channels:count:)`` for an impossible size.
    public init(width: Int, height: Int, repeating value: Float) throws {
        let (area, over) = width.multipliedReportingOverflow(by: height)
        guard width > 0, height > 0, !over else {
            throw ImageError.badShape(width: width, height: height, channels: 1, count: 0)
        }
        self.width = width
        self.height = height
        values = [Float](repeating: value, count: area)
    }

    /// A frame-shaped mask for pasting: 1 in the middle, falling to 0 towards the edges.
    ///
    /// The value at a pixel is `s(d / feather)`, where `d` is the distance from its centre to the
    /// nearest edge of the picture less `inset`, and `s` the smooth step 3t² - 2t³ on 0...1.
    ///
    /// - Parameters:
    ///   - width: columns, at least 1.
    ///   - height: rows, at least 1.
    ///   - feather: pixels from 0 to 1; 0 makes a hard edge.
    ///   - inset: pixels along each edge that stay 0.
    /// - Returns: the mask, values 0...1.
    /// - Throws: ``ImageError/badShape(width:height:channels:count:)`` for an impossible size.
    public static func feathered(
        width: Int, height: Int, feather: Double, inset: Double = 0
    ) throws -> Mask {
        func ramp(_ count: Int) -> [Double] {
            (0..<max(count, 0)).map { min(Double($0) + 0.5, Double(count - $0) - 0.5) - inset }
        }
        let columns = ramp(width)
        let rows = ramp(height)
        var mask = try Mask(width: width, height: height, repeating: 0)
        for y in 0..<height {
            for x in 0..<width {
                let distance = min(columns[x], rows[y])
                let t = feather > 0 ? min(max(distance / feather, 0), 1) : (distance > 0 ? 1 : 0)
                mask.values[y * width + x] = Float(t * t * (3 - 2 * t))
            }
        }
        return mask
    }

    /// One value.
    ///
    /// - Parameters:
    ///   - x: column, `0..<width`.
    ///   - y: row, `0..<height`.
    public subscript(x: Int, y: Int) -> Float {
        get {
            precondition(x >= 0 && x < width && y >= 0 && y < height, "(\(x), \(y)) lies outside")
            return values[y * width + x]
        }
        set {
            precondition(x >= 0 && x < width && y >= 0 && y < height, "(\(x), \(y)) lies outside")
            values[y * width + x] = newValue
        }
    }

    /// The mask as a grey picture: 0...1 to 0...255, rounded half to even, clamped.
    ///
    /// - Returns: one channel of the same size.
    /// - Throws: nothing in practice, since a mask always has a valid size.
    public func image() throws -> Image {
        try Image(width: width, height: height, channels: 1) { out in
            for i in 0..<out.count { out[i] = byte(Double(values[i]) * 255) }
        }
    }
}

/// A sample in 0...255, rounded half to even and clamped; what is not a number becomes 0.
@inline(__always)
func byte(_ value: Double) -> UInt8 {
    guard value > 0 else { return 0 }
    return value >= 255 ? 255 : UInt8(value.rounded(.toNearestOrEven))
}
