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

    /// Whether nothing needs to be looked for.
    public var isBox: Bool { if case .box = self { true } else { false } }
}

/// What a user can do where a face cannot be chosen, in the words of whoever asks them.
public struct FaceAdvice: Sendable {
    /// Ends "say where it is".
    public var box: String
    /// Ends "say which".
    public var number: String

    /// Words; those of a caller that has boxes and numbers.
    public init(box: String = "with its box", number: String = "by its number") {
        (self.box, self.number) = (box, number)
    }
}

extension HeadView {
    /// The head that is meant, cut out of a picture.
    ///
    /// - Parameters:
    ///   - picture: the picture.
    ///   - name: of the picture, for messages.
    ///   - choice: which face.
    ///   - prefersLargest: whether the largest of several will do; profile photos have strangers in
    ///     the background.
    ///   - side: pixels a side of what is cut out.
    ///   - detector: finds faces; a box needs none.
    ///   - advice: what a user can do.
    /// - Returns: the head.
    /// - Throws: ``ICPortraitError`` for no face, several and no choice, a number that is not there,
    ///   a head too small; `ImageError`, `TorchError`.
    public static func chosen(
        in picture: Image, named name: String, _ choice: FaceChoice, prefersLargest: Bool = false,
        side: Int, by detector: FaceDetector?, advice: FaceAdvice = FaceAdvice()
    ) throws -> HeadView {
        try chosen(
            in: picture, named: name, choice, prefersLargest: prefersLargest, side: side,
            among: choice.isBox ? nil : detector?.portraitFaces(in: picture), advice: advice)
    }

    /// The same among faces that were found already; nil if nobody could look for them.
    ///
    /// - Throws: as ``chosen(in:named:_:prefersLargest:side:by:advice:)``.
    public static func chosen(
        in picture: Image, named name: String, _ choice: FaceChoice, prefersLargest: Bool = false,
        side: Int, among faces: [DetectedFace]?, advice: FaceAdvice = FaceAdvice()
    ) throws -> HeadView {
        do {
            if case .box(let box) = choice { return try HeadView(box, in: picture, side: side) }
            guard let faces else {
                throw ICPortraitError(
                    "expected a face detector to find the face with, found none; name one with "
                        + "--detector, or say where the face is \(advice.box).")
            }
            let face = try chosen(
                faces, choice, prefersLargest: prefersLargest, advice: advice)
            return try HeadView(face, in: picture, side: side)
        } catch let error as ICPortraitError {
            throw ICPortraitError("\(name): \(error.description)")
        }
    }

    /// One of a picture's faces, numbered as they are given.
    package static func chosen(
        _ faces: [DetectedFace], _ choice: FaceChoice, prefersLargest: Bool,
        advice: FaceAdvice = FaceAdvice()
    ) throws -> DetectedFace {
        guard !faces.isEmpty else {
            throw ICPortraitError(
                "expected a face, found none; choose a picture that shows one, or say where it is "
                    + "\(advice.box).")
        }
        if case .number(let number) = choice {
            guard faces.indices.contains(number - 1) else {
                throw ICPortraitError(
                    "expected a face number \(number), found \(faces.count) "
                        + "\(faces.count == 1 ? "face" : "faces"), numbered from the left.")
            }
            return faces[number - 1]
        }
        guard faces.count == 1 || prefersLargest else {
            throw ICPortraitError(
                "expected to know which face is meant, found \(faces.count), numbered from the "
                    + "left; say which \(advice.number).")
        }
        return FaceOrder.bySize.sorted(faces)[0]
    }
}

extension FaceDetector {
    /// All faces from the left, as they are numbered.
    public func portraitFaces(in picture: Image) throws -> [DetectedFace] {
        try self(picture, .portraits)
    }
}
