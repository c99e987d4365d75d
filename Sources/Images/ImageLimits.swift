/// What a picture file may ask for; checked before any pixel is decoded.
///
/// A file of a thousand bytes can declare four thousand million pixels, and the libraries that read
/// it will try. The defaults suit portraits sent by strangers.
public struct ImageLimits: Equatable, Sendable {
    /// Most bytes of a file.
    public var bytes: Int
    /// Shortest and longest side, in pixels, as stored.
    public var sides: ClosedRange<Int>
    /// Most pixels, width times height.
    public var pixels: Int

    /// Limits; the defaults are 20 MiB, sides of 64...16384 and 50 million pixels.
    ///
    /// - Parameters:
    ///   - bytes: most bytes of a file.
    ///   - sides: shortest and longest side.
    ///   - pixels: most pixels.
    public init(
        bytes: Int = 20 << 20, sides: ClosedRange<Int> = 64...16384, pixels: Int = 50_000_000
    ) {
        self.bytes = bytes
        self.sides = sides
        self.pixels = pixels
    }

    /// Checks a file's size.
    package func check(byteCount: Int) throws {
        guard byteCount <= bytes else {
            throw ImageError.tooManyBytes(found: byteCount, limit: bytes)
        }
    }

    /// Checks declared dimensions. The sides come first, so the product cannot overflow.
    package func check(width: Int, height: Int) throws {
        guard sides.contains(width), sides.contains(height) else {
            throw ImageError.sideOutOfRange(width: width, height: height, limit: sides)
        }
        let (area, over) = width.multipliedReportingOverflow(by: height)
        guard !over, area <= pixels else {
            throw ImageError.tooManyPixels(width: width, height: height, limit: pixels)
        }
    }
}
