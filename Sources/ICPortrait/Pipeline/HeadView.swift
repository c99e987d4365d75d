import Faces
import Foundation
import Images

/// A head in a picture: where it is, and how it looks and is lit, as far as five points and grey values
/// tell.
public struct HeadView {
    /// The whole picture.
    public let picture: Image
    /// What is known of the face; nil if only its box was told.
    public let face: DetectedFace?
    /// The square that is cut out.
    public let crop: HeadCrop
    /// The square, cut out.
    public let image: Image
    /// Where the head looks, degrees: right and down of straight ahead as the picture shows it; nil
    /// if the face's points are not known.
    public let direction: (right: Double, down: Double)?

    /// A face that was found.
    ///
    /// - Parameters:
    ///   - face: in the picture.
    ///   - picture: the picture; grey counts as colour.
    ///   - side: pixels a side of what is cut out.
    /// - Throws: ``ICPortraitError`` for a face too small to tell who it is; `ImageError`, `FaceError`.
    public init(_ face: DetectedFace, in picture: Image, side: Int) throws {
        let crop = try HeadCrop(points: face.points)
        guard crop.side >= Self.leastShare * Double(side) else {
            throw ICPortraitError(
                "expected a head of \(Int(Self.leastShare * Double(side))) pixels or more, found "
                    + "one of \(Int(crop.side)); use a larger picture.")
        }
        self.picture = picture
        self.face = face
        self.crop = Self.isWhole(crop, of: picture) ? Self.whole(picture) : crop
        direction = try HeadCrop.direction(points: face.points)
        image = try self.crop.cut(from: picture, size: side)
    }

    /// A face whose box is told.
    ///
    /// - Throws: ``ICPortraitError`` for a box beside the picture or without an area; `ImageError`.
    public init(_ box: FaceBox, in picture: Image, side: Int) throws {
        let bounds = FaceBox(
            left: 0, top: 0, right: Double(picture.width), bottom: Double(picture.height))
        guard box.width >= 8, box.height >= 8, box.overlap(bounds) > 0 else {
            throw ICPortraitError(
                "expected a face's box within \(picture.width) x \(picture.height) pixels, found "
                    + "\(Int(box.left)),\(Int(box.top)),\(Int(box.right)),\(Int(box.bottom)).")
        }
        self.picture = picture
        (face, direction) = (nil, nil)
        crop = HeadCrop(box: box)
        image = try crop.cut(from: picture, size: side)
    }

    /// A head crop already: the whole picture, which must be square.
    ///
    /// - Parameters:
    ///   - picture: the head crop.
    ///   - side: pixels a side of what is cut out.
    ///   - face: in it, if it is known.
    /// - Throws: ``ICPortraitError`` for a picture that is not square; `FaceError` for points that no
    ///   head can have; `ImageError`.
    public init(whole picture: Image, side: Int, face: DetectedFace? = nil) throws {
        guard picture.width == picture.height else {
            throw ICPortraitError(
                "expected a square picture, found \(picture.width) x \(picture.height).")
        }
        self.picture = picture
        self.face = face
        direction = try face.map { try HeadCrop.direction(points: $0.points) }
        crop = Self.whole(picture)
        image = try crop.cut(from: picture, size: side)
    }

    /// The same square of another picture of that size: after someone else in it was replaced.
    ///
    /// - Throws: `ImageError`.
    public func moved(to other: Image) throws -> HeadView {
        try HeadView(self, in: other)
    }

    private init(_ head: HeadView, in other: Image) throws {
        picture = other
        (face, crop, direction) = (head.face, head.crop, head.direction)
        image = try crop.cut(from: other, size: head.image.width)
    }

    /// Heads smaller than this share of a portrait's side are refused.
    static let leastShare = 0.3

    /// All of a square picture.
    static func whole(_ picture: Image) -> HeadCrop {
        HeadCrop(
            centre: Point(Double(picture.width - 1) / 2, Double(picture.height - 1) / 2),
            side: Double(picture.width))
    }

    /// Whether a square picture is a head crop already: cutting it again would only blur it.
    private static func isWhole(_ crop: HeadCrop, of picture: Image) -> Bool {
        let size = Double(picture.width)
        let (x, y) = (crop.centre.x - (size - 1) / 2, crop.centre.y - (size - 1) / 2)
        return picture.width == picture.height && (0.75...1.3).contains(crop.side / size)
            && (x * x + y * y).squareRoot() < 0.15 * size
    }

    /// Where the light comes from: how much brighter the right and the lower half of the square's
    /// middle are, as natural logarithms.
    public var light: (right: Double, down: Double) {
        let (from, to) = (image.width * 3 / 10, image.width * 7 / 10)
        let (top, bottom) = (image.height * 35 / 100, image.height * 75 / 100)
        let middle = (image.width / 2, (top + bottom) / 2)
        var sums = [1.0, 1.0, 1.0, 1.0]  // left, right, upper, lower
        image.withPixels { pixels in
            for y in top..<bottom {
                for x in from..<to {
                    let at = (y * image.width + x) * image.channels
                    let grey = (0..<image.channels).reduce(0) { $0 + Int(pixels[at + $1]) }
                    sums[x < middle.0 ? 0 : 1] += Double(grey)
                    sums[y < middle.1 ? 2 : 3] += Double(grey)
                }
            }
        }
        return (log(sums[1] / sums[0]), log(sums[3] / sums[2]))
    }
}
