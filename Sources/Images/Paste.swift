extension Image {
    /// This picture with a warped crop laid back where it came from.
    ///
    /// For every pixel p of this picture whose mask m is above 0,
    /// `result = round(m · crop + (1 - m) · this)`, half to even, where both crop and mask are
    /// interpolated bilinearly at `transform(p)`. Beyond the crop's edge the mask is 0 and colours
    /// are those of the edge, so no dark rim appears. Pixels with m = 0 keep their very bytes. Cut a
    /// crop that may stick out of this picture with ``Border/edge``, or its black comes back too.
    ///
    /// - Parameters:
    ///   - crop: the picture to lay in, of as many channels as this one.
    ///   - transform: from this picture's pixels to the crop's, as it was cut out.
    ///   - mask: how much of the crop to take, 0...1 (clamped), of the crop's size.
    /// - Returns: the composite, of this picture's size.
    /// - Throws: ``ImageError/mismatch(operation:expected:found:)`` when sizes or channels differ, or
    ///   ``ImageError/notInvertible(determinant:)``.
    public func pasting(
        _ crop: Image, through transform: AffineTransform2D, mask: Mask
    ) throws -> Image {
        guard crop.channels == channels else {
            throw ImageError.mismatch(
                operation: "Pasting", expected: "a crop of \(channels) channels",
                found: "\(crop.channels)")
        }
        guard mask.width == crop.width, mask.height == crop.height else {
            throw ImageError.mismatch(
                operation: "Pasting", expected: "a mask of \(crop.width) x \(crop.height)",
                found: "\(mask.width) x \(mask.height)")
        }
        let area = try footprint(of: crop, through: transform)
        let sampler = BilinearSampler(crop)
        let (width, channels) = (width, channels)
        var result = self
        result.withMutablePixels { out in
            crop.withPixels { colours in
                mask.values.withUnsafeBufferPointer { weights in
                    for y in area.rows {
                        for x in area.columns {
                            let place = transform(Point(Double(x), Double(y)))
                            guard let edge = sampler.taps(at: place),
                                let tap = sampler.clampedTaps(at: place)
                            else { continue }
                            let m = min(edge.value { Double(weights[$0]) }, 1)
                            guard m > 0 else { continue }
                            let target = (y * width + x) * channels
                            for c in 0..<channels {
                                let colour = tap.value { Double(colours[$0 * channels + c]) }
                                let under = Double(out[target + c])
                                out[target + c] = byte(m * colour + (1 - m) * under)
                            }
                        }
                    }
                }
            }
        }
        return result
    }

    /// The pixels of this picture that a crop can touch: the box around its corners, a pixel wider.
    private func footprint(
        of crop: Image, through transform: AffineTransform2D
    ) throws -> (columns: Range<Int>, rows: Range<Int>) {
        let back = try transform.inverted()
        let (right, bottom) = (Double(crop.width), Double(crop.height))
        let corners = [Point(-1, -1), Point(right, -1), Point(-1, bottom), Point(right, bottom)]
            .map { back($0) }
        func range(_ values: [Double], _ count: Int) -> Range<Int> {
            let low = max(values.min() ?? 0, 0)
            let high = min(values.max() ?? 0, Double(count - 1))
            guard low <= high else { return 0..<0 }
            return Int(low.rounded(.down))..<Int(high.rounded(.up)) + 1
        }
        return (range(corners.map(\.x), width), range(corners.map(\.y), height))
    }
}
