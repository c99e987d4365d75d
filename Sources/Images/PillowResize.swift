import Foundation

/// Pillow's resampling of 8-bit samples, bit for bit.
///
/// A separable filter in two passes, with the result of the first rounded to bytes. Weights are made
/// in Double, normalised, and fixed to 22 fractional bits; sums are Int32.
///
/// Columns come first, as in every Pillow, except where Pillow 13 was found to take rows first: when
/// the height shrinks by more than twice what the width loses. The order shows by a few levels where
/// the rounding in between clips.
enum PillowResize {
    /// A filter's shape.
    struct Filter: Sendable {
        let support: Double
        let weight: @Sendable (Double) -> Double

        static let bilinear = Filter(support: 1) { x in max(0, 1 - abs(x)) }

        static let bicubic = Filter(support: 2) { x in
            let a = -0.5
            let x = abs(x)
            if x < 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
            if x < 2 { return (((x - 5) * x + 8) * x - 4) * a }
            return 0
        }

        static let lanczos = Filter(support: 3) { x in
            func sinc(_ x: Double) -> Double { x == 0 ? 1 : sin(x * .pi) / (x * .pi) }
            return x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0
        }
    }

    /// 32 bits less 8 of the sample and 2 of headroom for weights beyond 0...1.
    private static let precision = 22

    /// Which inputs an output reads, and with what weights.
    private struct Taps {
        let first: [Int]
        let count: [Int]
        let stride: Int
        /// `[outputs, stride]`, scaled by 2^22.
        let weights: [Int32]

        init(from size: Int, to target: Int, _ filter: Filter) {
            let scale = Double(size) / Double(target)
            let widening = max(scale, 1)
            let support = filter.support * widening
            let stride = Int(support.rounded(.up)) * 2 + 1
            var first: [Int] = []
            var count: [Int] = []
            var weights = [Int32](repeating: 0, count: target * stride)
            for i in 0..<target {
                let centre = (Double(i) + 0.5) * scale
                // Truncation, not flooring: negative starts become 0 either way.
                let low = max(Int(centre - support + 0.5), 0)
                let high = min(Int(centre + support + 0.5), size)
                let raw = (low..<high).map {
                    filter.weight((Double($0) - centre + 0.5) * (1 / widening))
                }
                let sum = raw.reduce(0, +)
                for (j, weight) in raw.enumerated() {
                    let fixed = (sum == 0 ? weight : weight / sum) * Double(1 << precision)
                    weights[i * stride + j] = Int32(fixed < 0 ? fixed - 0.5 : fixed + 0.5)
                }
                first.append(low)
                count.append(high - low)
            }
            self.first = first
            self.count = count
            self.stride = stride
            self.weights = weights
        }
    }

    /// The picture at another size; a side that keeps its length is left alone.
    static func resize(
        _ image: Image, _ width: Int, _ height: Int, _ filter: Filter
    ) throws -> Image {
        func columns(_ image: Image) throws -> Image {
            guard width != image.width else { return image }
            return try horizontal(image, Taps(from: image.width, to: width, filter))
        }
        func rows(_ image: Image) throws -> Image {
            guard height != image.height else { return image }
            return try vertical(image, Taps(from: image.height, to: height, filter))
        }
        let rowsFirst =
            height < image.height && image.height - height > 2 * (image.width - width)
        return try rowsFirst ? columns(rows(image)) : rows(columns(image))
    }

    private static func horizontal(_ image: Image, _ taps: Taps) throws -> Image {
        let columns = taps.first.count
        let channels = image.channels
        let rowIn = image.width * channels
        return try Image(width: columns, height: image.height, channels: channels) { out in
            image.withPixels { source in
                taps.weights.withUnsafeBufferPointer { weights in
                    for y in 0..<image.height {
                        for x in 0..<columns {
                            let start = y * rowIn + taps.first[x] * channels
                            let target = (y * columns + x) * channels
                            for c in 0..<channels {
                                var sum = half
                                for k in 0..<taps.count[x] {
                                    sum &+=
                                        Int32(source[start + k * channels + c])
                                        &* weights[x * taps.stride + k]
                                }
                                out[target + c] = clip(sum)
                            }
                        }
                    }
                }
            }
        }
    }

    private static func vertical(_ image: Image, _ taps: Taps) throws -> Image {
        let rows = taps.first.count
        let row = image.width * image.channels
        return try Image(width: image.width, height: rows, channels: image.channels) { out in
            image.withPixels { source in
                // A row of sums, so that memory is read in order whatever the filter's length.
                var sums = [Int32](repeating: 0, count: row)
                sums.withUnsafeMutableBufferPointer { sums in
                    for y in 0..<rows {
                        sums.update(repeating: half)
                        for k in 0..<taps.count[y] {
                            let weight = taps.weights[y * taps.stride + k]
                            let start = (taps.first[y] + k) * row
                            for x in 0..<row { sums[x] &+= Int32(source[start + x]) &* weight }
                        }
                        for x in 0..<row { out[y * row + x] = clip(sums[x]) }
                    }
                }
            }
        }
    }

    private static let half = Int32(1) << Int32(precision - 1)

    @inline(__always)
    private static func clip(_ sum: Int32) -> UInt8 {
        UInt8(truncatingIfNeeded: min(max(sum >> Int32(precision), 0), 255))
    }
}
