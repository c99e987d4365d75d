import Diffusion
import Evaluation
import Faces
import ICPortrait
import Images
import Torch
import World

/// One portrait that is to be made in the world: a person in somebody else's picture, and the answer
/// key, which the world renders: that very person in that pose, expression, light and dress.
struct PortraitCase {
    /// Whose portrait it will be, among the study's people.
    let person: Int
    /// The style reference, among its references.
    let reference: Int
    /// The profile photo, taken as `ProfileChoice` takes it.
    let profile: HeadView
    /// All photos of the person.
    let photos: [HeadView]
    let target: HeadView
    /// The answer.
    let key: AnswerKey
    /// Where each place of the answer lies in the profile photo, and which places both show.
    let match: PortraitMatch
}

/// What a perfect portrait would be.
struct AnswerKey {
    let image: Image
    /// Eyes, nose and corners of the mouth, pixels.
    let points: [Point]
    /// `[1, 1, H, W]`: 1 where the person's skin is seen.
    let skin: Tensor
    /// The root of the face's area, pixels: what errors of points are compared with.
    let faceSize: Double

    init(_ portrait: Portrait) throws {
        let view = portrait.view
        image = view.colour
        let face = portrait.truth().face
        points = face.points
        faceSize = face.box.area.squareRoot()
        let seen: [Float] = view.region.map { $0 == Region.skin.rawValue ? 1 : 0 }
        skin = try Tensor(seen, shape: [1, 1, view.height, view.width])
    }
}

extension HeadView {
    /// A portrait of the world, whose face is known.
    ///
    /// - Throws: `ImageError`, `FaceError`.
    public init(_ portrait: Portrait) throws {
        try self.init(
            whole: portrait.view.colour, side: portrait.view.width, face: portrait.truth().face)
    }

    /// A picture of a data set, whose face is known.
    init(_ data: PortraitData, _ index: Int) throws {
        let pixels = data.pictures([index])
        let area = data.side * data.side
        let image = try Image(width: data.side, height: data.side) { out in
            for pixel in 0..<area {
                for channel in 0..<3 { out[3 * pixel + channel] = pixels[channel * area + pixel] }
            }
        }
        let box = data.box(index).map(Double.init)
        try self.init(
            whole: image, side: data.side,
            face: DetectedFace(
                box: FaceBox(left: box[0], top: box[1], right: box[2], bottom: box[3]), score: 1,
                points: facePoints(data, index)))
    }
}
