import Images

extension Correspondence {
    /// B's picture drawn in A's place.
    ///
    /// Each visible pixel is looked up bilinearly in B; of the four pixels around its place only those
    /// count that show the same part at about the same depth, so that no background bleeds in at
    /// silhouettes.
    ///
    /// - Parameters:
    ///   - image: a picture of B's size: its colour, albedo, or anything else.
    ///   - b: the render that the correspondence leads to.
    ///   - a: the render that it starts from.
    /// - Returns: a picture of A's size, black where nothing was found, and where something was.
    /// - Throws: ``RenderError/notAlike(detail:)`` when a size does not fit.
    public func warped(
        _ image: Image, of b: RenderedView, to a: RenderedView
    ) throws -> (image: Image, usable: [Bool]) {
        guard image.width == targetWidth, image.height == targetHeight, b.width == targetWidth,
            b.height == targetHeight, a.width == width, a.height == height
        else {
            throw RenderError.notAlike(
                detail: "the picture has \(image), the target \(targetWidth) x \(targetHeight)")
        }
        var usable = [Bool](repeating: false, count: width * height)
        let channels = image.channels
        let warped = try Image(width: width, height: height, channels: channels) { out in
            image.withPixels { source in
                for i in 0..<usable.count where isVisible(i) {
                    var sum = [Float](repeating: 0, count: channels)
                    var weights: Float = 0
                    for tap in Taps(place(i), width: targetWidth, height: targetHeight).all {
                        guard b.part[tap.index] == a.part[i],
                            abs(b.depth[tap.index] - depth[i]) < reach(b, tap.index)
                        else { continue }
                        weights += tap.weight
                        for c in 0..<channels {
                            sum[c] += tap.weight * Float(source[tap.index * channels + c])
                        }
                    }
                    guard weights > 0.05 else { continue }
                    usable[i] = true
                    for c in 0..<channels {
                        out[i * channels + c] = UInt8(min(max(sum[c] / weights, 0), 255) + 0.5)
                    }
                }
            }
        }
        return (warped, usable)
    }

    /// How much depth may change within a pixel and a half there, from the surface's slant; metres.
    private func reach(_ b: RenderedView, _ index: Int) -> Float {
        let side = b.depth[index] / (b.camera.focal.x * Float(b.width))
        let slant = min(1 / max(-b.normal[index].z, 0.05), 12)
        return 1.5 * side * slant + Correspondence.tolerance
    }
}
