/// OpenCV's `resize` with `INTER_LINEAR` on bytes: 11-bit weights, each pass truncated as there.
enum OpenCVResize {
    private static let scale: Float = 2048

    /// Which two inputs an output lies between, and their weights times 2048.
    private struct Taps {
        var low: [Int] = []
        var high: [Int] = []
        var lowWeight: [Int32] = []
        var highWeight: [Int32] = []

        /// Columns are clamped before weighting; rows keep their weights and clamp their index. The
        /// sums are the same but for rounding, which is why the difference is kept.
        init(from size: Int, to target: Int, clampWeights: Bool) {
            let step = 1 / (Double(target) / Double(size))
            for i in 0..<target {
                let position = Float((Double(i) + 0.5) * step - 0.5)
                var index = Int(position.rounded(.down))
                var fraction = position - Float(index)
                if clampWeights, index < 0 {
                    (index, fraction) = (0, 0)
                }
                if clampWeights, index >= size - 1 {
                    (index, fraction) = (size - 1, 0)
                }
                low.append(min(max(index, 0), size - 1))
                high.append(min(max(index + 1, 0), size - 1))
                lowWeight.append(Int32(((1 - fraction) * scale).rounded(.toNearestOrEven)))
                highWeight.append(Int32((fraction * scale).rounded(.toNearestOrEven)))
            }
        }
    }

    /// The picture at another size.
    static func resize(_ image: Image, _ width: Int, _ height: Int) throws -> Image {
        if image.width == 2 * width, image.height == 2 * height {
            return try halved(image)
        }
        let columns = Taps(from: image.width, to: width, clampWeights: true)
        let rows = Taps(from: image.height, to: height, clampWeights: false)
        let channels = image.channels
        let row = width * channels
        return try Image(width: width, height: height, channels: channels) { out in
            image.withPixels { source in
                // Two scaled rows at a time; `held` says which source rows they are.
                var upper = [Int32](repeating: 0, count: row)
                var lower = upper
                var held = (-1, -1)
                for y in 0..<height {
                    let (above, below) = (rows.low[y], rows.high[y])
                    if held.0 != above {
                        if held.1 == above {
                            swap(&upper, &lower)
                            held = (held.1, held.0)
                        } else {
                            scaleRow(source, above, image, columns, into: &upper)
                            held.0 = above
                        }
                    }
                    if held.1 != below {
                        scaleRow(source, below, image, columns, into: &lower)
                        held.1 = below
                    }
                    let (a, b) = (rows.lowWeight[y], rows.highWeight[y])
                    for x in 0..<row {
                        let sum = ((a &* (upper[x] >> 4)) >> 16) &+ ((b &* (lower[x] >> 4)) >> 16)
                        out[y * row + x] = UInt8(truncatingIfNeeded: (sum &+ 2) >> 2)
                    }
                }
            }
        }
    }

    private static func scaleRow(
        _ source: UnsafeBufferPointer<UInt8>, _ y: Int, _ image: Image, _ taps: Taps,
        into out: inout [Int32]
    ) {
        let channels = image.channels
        let start = y * image.width * channels
        for x in 0..<taps.low.count {
            let (low, high) = (start + taps.low[x] * channels, start + taps.high[x] * channels)
            for c in 0..<channels {
                out[x * channels + c] =
                    Int32(source[low + c]) &* taps.lowWeight[x]
                    &+ Int32(source[high + c]) &* taps.highWeight[x]
            }
        }
    }

    /// Exactly half: OpenCV averages squares of four pixels instead.
    private static func halved(_ image: Image) throws -> Image {
        let (width, height, channels) = (image.width / 2, image.height / 2, image.channels)
        let rowIn = image.width * channels
        return try Image(width: width, height: height, channels: channels) { out in
            image.withPixels { source in
                for y in 0..<height {
                    for x in 0..<width {
                        for c in 0..<channels {
                            let i = 2 * y * rowIn + 2 * x * channels + c
                            let upper = Int(source[i]) + Int(source[i + channels])
                            let lower = Int(source[i + rowIn]) + Int(source[i + rowIn + channels])
                            out[(y * width + x) * channels + c] = UInt8((upper + lower + 2) >> 2)
                        }
                    }
                }
            }
        }
    }
}
