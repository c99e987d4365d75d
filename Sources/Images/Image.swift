/// A picture in memory: 8 bits a channel, rows from the top, channels interleaved.
///
/// Three channels are sRGB, one channel is grey. Value semantics with copy on write; pixel loops go
/// through ``withPixels(_:)`` and ``init(width:height:channels:initializing:)``.
public struct Image: Equatable, Sendable {
    /// Columns, at least 1.
    public let width: Int
    /// Rows, at least 1.
    public let height: Int
    /// 3 for sRGB, 1 for grey.
    public let channels: Int
    /// `height * width * channels` samples, 0...255: `[height, width, channels]` in row-major order.
    public private(set) var pixels: [UInt8]

    /// A picture over existing samples.
    ///
    /// - Parameters:
    ///   - width: columns, at least 1.
    ///   - height: rows, at least 1.
    ///   - channels: 1 or 3.
    ///   - pixels: `[height, width, channels]`, row-major.
    /// - Throws: ``ImageError/badShape(width:height:channels:count:)`` when the count does not fit.
    public init(width: Int, height: Int, channels: Int = 3, pixels: [UInt8]) throws {
        guard Image.holds(width, height, channels), pixels.count == width * height * channels else {
            throw ImageError.badShape(
                width: width, height: height, channels: channels, count: pixels.count)
        }
        self.width = width
        self.height = height
        self.channels = channels
        self.pixels = pixels
    }

    /// A picture of one colour.
    ///
    /// - Parameters:
    ///   - width: columns, at least 1.
    ///   - height: rows, at least 1.
    ///   - colour: one value a channel, so 1 or 3 of them.
    /// - Throws: ``ImageError/badShape(width:height:channels:count:)`` for an impossible size.
    public init(width: Int, height: Int, colour: [UInt8] = [0, 0, 0]) throws {
        try self.init(width: width, height: height, channels: colour.count) { out in
            for i in 0..<out.count { out[i] = colour[i % colour.count] }
        }
    }

    /// A picture whose samples a closure writes.
    ///
    /// - Parameters:
    ///   - width: columns, at least 1.
    ///   - height: rows, at least 1.
    ///   - channels: 1 or 3.
    ///   - fill: receives all `height * width * channels` samples, zeroed, and writes them.
    /// - Throws: ``ImageError/badShape(width:height:channels:count:)`` for an impossible size, and
    ///   whatever `fill` throws.
    public init(
        width: Int, height: Int, channels: Int = 3,
        initializing fill: (UnsafeMutableBufferPointer<UInt8>) throws -> Void
    ) throws {
        guard Image.holds(width, height, channels) else {
            throw ImageError.badShape(width: width, height: height, channels: channels, count: 0)
        }
        self.width = width
        self.height = height
        self.channels = channels
        let count = width * height * channels
        pixels = try [UInt8](unsafeUninitializedCapacity: count) { buffer, used in
            buffer.initialize(repeating: 0)
            try fill(UnsafeMutableBufferPointer(rebasing: buffer[0..<count]))
            used = count
        }
    }

    /// One sample, 0...255.
    ///
    /// - Parameters:
    ///   - x: column, `0..<width`.
    ///   - y: row, `0..<height`.
    ///   - channel: `0..<channels`.
    public subscript(x: Int, y: Int, channel: Int) -> UInt8 {
        get { pixels[index(x, y, channel)] }
        set { pixels[index(x, y, channel)] = newValue }
    }

    /// Reads all samples without a copy.
    ///
    /// - Parameter body: receives `[height, width, channels]` samples, valid during the call only.
    /// - Returns: what `body` returns.
    /// - Throws: what `body` throws.
    public func withPixels<Result>(
        _ body: (UnsafeBufferPointer<UInt8>) throws -> Result
    ) rethrows -> Result {
        try pixels.withUnsafeBufferPointer(body)
    }

    /// Changes samples in place.
    ///
    /// - Parameter body: receives `[height, width, channels]` samples, valid during the call only.
    /// - Returns: what `body` returns.
    /// - Throws: what `body` throws.
    public mutating func withMutablePixels<Result>(
        _ body: (UnsafeMutableBufferPointer<UInt8>) throws -> Result
    ) rethrows -> Result {
        try pixels.withUnsafeMutableBufferPointer { try body($0) }
    }

    private func index(_ x: Int, _ y: Int, _ channel: Int) -> Int {
        precondition(
            x >= 0 && x < width && y >= 0 && y < height && channel >= 0 && channel < channels,
            "sample (\(x), \(y), \(channel)) lies outside \(width) x \(height) x \(channels)")
        return (y * width + x) * channels + channel
    }

    /// Whether a picture of this shape can exist; the product is checked for overflow.
    private static func holds(_ width: Int, _ height: Int, _ channels: Int) -> Bool {
        guard width > 0, height > 0, channels == 1 || channels == 3 else { return false }
        let (area, over) = width.multipliedReportingOverflow(by: height)
        return !over && !area.multipliedReportingOverflow(by: channels).overflow
    }
}

extension Image: CustomStringConvertible {
    /// For messages: `640 x 480 RGB`.
    public var description: String { "\(width) x \(height) \(channels == 3 ? "RGB" : "grey")" }
}
