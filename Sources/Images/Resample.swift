/// How a picture is scaled. Raw values are words on disk.
///
/// The first three follow Pillow 13: when shrinking, the filter widens with the scale, so nothing
/// aliases. The last follows OpenCV 5: two neighbours a side whatever the scale, so it aliases when
/// shrinking by more than two; networks trained on its output expect exactly that.
public enum Resample: String, Sendable, CaseIterable, Codable {
    /// Pillow's `BICUBIC`: Catmull-Rom-like, a = -0.5, support 2.
    case pilBicubic = "pil-bicubic"
    /// Pillow's `BILINEAR`: a triangle, support 1.
    case pilBilinear = "pil-bilinear"
    /// Pillow's `LANCZOS`: a windowed sinc, support 3.
    case pilLanczos = "pil-lanczos"
    /// OpenCV's `INTER_LINEAR`, with 11-bit weights.
    case cvBilinear = "cv-bilinear"
}

extension Image {
    /// The picture scaled to a size, sides independently, as the library named computes it on bytes.
    ///
    /// - Parameters:
    ///   - width: columns, at least 1.
    ///   - height: rows, at least 1.
    ///   - method: whose arithmetic to follow.
    /// - Returns: the scaled picture; this one when the size is its own.
    /// - Throws: ``ImageError/badShape(width:height:channels:count:)`` for an impossible size.
    public func resized(width: Int, height: Int, _ method: Resample) throws -> Image {
        guard width > 0, height > 0 else {
            throw ImageError.badShape(width: width, height: height, channels: channels, count: 0)
        }
        if width == self.width, height == self.height { return self }
        return switch method {
        case .pilBicubic: try PillowResize.resize(self, width, height, .bicubic)
        case .pilBilinear: try PillowResize.resize(self, width, height, .bilinear)
        case .pilLanczos: try PillowResize.resize(self, width, height, .lanczos)
        case .cvBilinear: try OpenCVResize.resize(self, width, height)
        }
    }

    /// The picture scaled so that its shorter side has a length, proportions kept.
    ///
    /// The longer side is truncated, as torchvision's `Resize` and CLIP's preprocessing do.
    ///
    /// - Parameters:
    ///   - shorter: pixels of the shorter side, at least 1.
    ///   - method: whose arithmetic to follow.
    /// - Returns: the scaled picture.
    /// - Throws: ``ImageError/badShape(width:height:channels:count:)`` for an impossible size.
    public func resized(shorter: Int, _ method: Resample) throws -> Image {
        if width <= height {
            return try resized(width: shorter, height: shorter * height / width, method)
        }
        return try resized(width: shorter * width / height, height: shorter, method)
    }
}
