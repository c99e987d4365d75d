import ArgumentParser
import Faces
import ICPortrait

/// Which face of a picture is meant, and which of the profile photo.
struct FaceOptions: ParsableArguments {
    @Option(help: "Which face of the picture, counted from the left, from 1.")
    var face: Int?

    @Option(help: "Where that face is: LEFT,TOP,RIGHT,BOTTOM in pixels.")
    var faceBox: BoxArgument?

    @Option(help: "The same in the profile photo.")
    var profileFaceBox: BoxArgument?

    func validate() throws {
        guard (face ?? 1) >= 1 else {
            throw ValidationError("--face: expected a number from 1, found \(face ?? 0)")
        }
        guard face == nil || faceBox == nil else {
            throw ValidationError("--face and --face-box say the same thing; use one of them.")
        }
    }

    /// A box is of one photo.
    func check(profiles: Int) throws {
        guard profileFaceBox == nil || profiles == 1 else {
            throw ValidationError(
                "--profile-face-box: expected one --profile that it is of, found \(profiles)")
        }
    }

    /// Of the picture.
    var choice: FaceChoice { faceBox.map { .box($0.box) } ?? face.map { .number($0) } ?? .any }

    /// Of the profile photo.
    var profileChoice: FaceChoice { profileFaceBox.map { .box($0.box) } ?? .any }
}

/// `LEFT,TOP,RIGHT,BOTTOM` in pixels.
struct BoxArgument: ExpressibleByArgument {
    let box: FaceBox

    init?(argument: String) {
        let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
        let sides = parts.compactMap { Double($0) }
        guard parts.count == 4, sides.count == 4, sides.allSatisfy({ abs($0) < 1e6 }),
            sides[0] < sides[2], sides[1] < sides[3]
        else { return nil }
        box = FaceBox(left: sides[0], top: sides[1], right: sides[2], bottom: sides[3])
    }
}
