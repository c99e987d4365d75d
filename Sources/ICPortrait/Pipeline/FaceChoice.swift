import Faces
import Images

/// Which face of a picture is meant.
public enum FaceChoice: Hashable, Sendable {
    /// The only one, or the largest of a profile photo.
    case any
    /// By its number from the left, counted from 1.
    case number(Int)
    /// By its box, pixels; nothing is looked for.
    case box(FaceBox)
}

extension FaceDetector {
    /// The head that is meant, cut out of a picture.
    ///
    /// - Parameters:
    ///   - picture: the picture.
    ///   - name: of the picture, for messages.
    ///   - choice: which face.
    ///   - prefersLargest: whether the largest of several will do; profile photos have strangers in
    ///     the background.
    ///   - side: pixels a side of what is cut out.
    /// - Returns: the head, and how many faces there were to choose from.
    /// - Throws: ``ICPortraitError`` for no face, several and no choice, a number that is not there,
    ///   a head too small; `ImageError`, `TorchError`.
    public func head(
        in picture: Image, named name: String, _ choice: FaceChoice, prefersLargest: Bool = false,
        side: Int
    ) throws -> HeadView {
        if case .box(let box) = choice {
            return try naming(name) { try HeadView(box, in: picture, side: side) }
        }
        let faces = try faces(in: picture)
        guard !faces.isEmpty else {
            throw ICPortraitError(
                "\(name): expected a face, found none; choose a picture that shows one, or say "
                    + "where it is with --face-box.")
        }
        var face = faces[0]
        switch choice {
        case .number(let number):
            guard faces.indices.contains(number - 1) else {
                throw ICPortraitError(
                    "\(name): expected a face number \(number), found \(faces.count) "
                        + "\(faces.count == 1 ? "face" : "faces"), numbered from the left.")
            }
            face = faces[number - 1]
        default:
            guard faces.count == 1 || prefersLargest else {
                throw ICPortraitError(
                    "\(name): expected to know which face is meant, found \(faces.count); say it "
                        + "with --face 1 to \(faces.count), from the left, or name everybody with "
                        + "--profile 1=FILE --profile 2=FILE.")
            }
            face = FaceOrder.bySize.sorted(faces)[0]
        }
        return try naming(name) { try HeadView(face, in: picture, side: side) }
    }

    /// All faces from the left, as they are numbered.
    public func faces(in picture: Image) throws -> [DetectedFace] {
        var options = Options()
        options.order = .leftToRight
        options.minimumScore = 0.5
        // Anchors are for pictures of some hundred pixels; larger ones are shrunk.
        options.longestSide = 1024
        return try self(picture, options)
    }

    private func naming<Result>(_ name: String, _ body: () throws -> Result) throws -> Result {
        do { return try body() } catch let error as ICPortraitError {
            throw ICPortraitError("\(name): \(error.description)")
        }
    }
}
