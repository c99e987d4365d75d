import Images

/// How a face is cut out of a picture for recognition: turned, scaled and shifted so that five points
/// lie where they lie in every aligned face.
///
/// The points are the eyes' centres, the nose's tip and the mouth's corners, each pair the left of the
/// picture first. Places and rules are insightface's: a square of 112 pixels, or of 128 with 8 more on
/// the left and right, and their multiples. Points follow ``Point``'s convention, pixel centres at
/// integers.
public struct FaceAlignment: Hashable, Sendable {
    /// Side of an aligned face, pixels, at least 1.
    public let size: Int

    /// Where the five points lie in a square of 112 pixels.
    public static let template = [
        Point(38.2946, 51.6963), Point(73.5318, 51.5014), Point(56.0252, 71.7366),
        Point(41.5493, 92.3655), Point(70.7299, 92.2041),
    ]

    /// Faces of a size.
    public init(size: Int = 112) {
        precondition(size > 0, "an aligned face has at least one pixel, not \(size)")
        self.size = size
    }

    /// Where the five points lie in an aligned face.
    ///
    /// Multiples of 112 scale the template; multiples of 128 scale it as if it lay in the middle of
    /// 128 columns, at the top; every other size is treated as 112's are.
    public var points: [Point] {
        let isWide = !size.isMultiple(of: 112) && size.isMultiple(of: 128)
        let scale = Double(size) / (isWide ? 128 : 112)
        let shift = isWide ? 8 * scale : 0
        return FaceAlignment.template.map { Point($0.x * scale + shift, $0.y * scale) }
    }

    /// The map from a picture to the aligned face.
    ///
    /// - Parameter points: the five in the picture, pixels.
    /// - Returns: the similarity that brings them nearest to ``points``; Umeyama 1991.
    /// - Throws: ``FaceError/argument(_:expected:found:)`` for another number of points;
    ///   `ImageError` where no map follows.
    public func transform(from points: [Point]) throws -> SimilarityTransform {
        guard points.count == FaceAlignment.template.count else {
            throw FaceError.argument(
                "points", expected: "\(FaceAlignment.template.count)", found: "\(points.count)")
        }
        return try SimilarityTransform(mapping: points, to: self.points)
    }

    /// The face, cut out and aligned.
    ///
    /// - Parameters:
    ///   - image: the picture.
    ///   - points: the five in it, pixels.
    ///   - border: what lies outside the picture; recognisers were trained on black.
    /// - Returns: a square of ``size``, interpolated bilinearly.
    /// - Throws: as ``transform(from:)``.
    public func aligned(_ image: Image, _ points: [Point], border: Border = .black) throws -> Image
    {
        try image.warped(
            by: transform(from: points).affine, width: size, height: size, border: border)
    }

    /// A picture with an aligned face laid back where it was cut out.
    ///
    /// - Parameters:
    ///   - face: a square of ``size``; cut with ``Border/edge`` if it stuck out of the picture.
    ///   - image: the picture.
    ///   - points: the five in it, pixels, as when the face was cut.
    ///   - feather: pixels of the aligned face over which its edge fades.
    /// - Returns: the composite, of the picture's size; see `Image.pasting`.
    /// - Throws: as ``transform(from:)``; `ImageError` for a face of another size.
    public func pasted(_ face: Image, onto image: Image, _ points: [Point], feather: Double)
        throws -> Image
    {
        try image.pasting(
            face, through: transform(from: points).affine,
            mask: .feathered(width: size, height: size, feather: feather))
    }
}
