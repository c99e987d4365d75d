import Evaluation
import Faces
import ICPortrait
import Images
import Torch

/// Recogniser B, which only ever judges.
struct DemoJudge {
    private let recogniser: FaceRecogniser
    private let detector: FaceDetector

    /// - Throws: `CommandError` without a detector; what reading a recogniser throws.
    init(_ path: String, finding detector: FaceDetector?) throws {
        guard let detector else {
            throw CommandError(
                "demo: expected the model's own face detector, found none; make the models anew "
                    + "with `likeness train miniature`", code: Failure.unavailable)
        }
        self.detector = detector
        recogniser = try FaceRecogniser(path)
    }

    /// How alike the face at a head's place is to a profile photo's, -1...1; 0 where it is lost.
    func likeness(of picture: Image, near place: HeadView, to profile: HeadView) throws -> Double {
        let faces = try detector.portraitFaces(in: picture)
        guard let meant = place.face, let own = profile.face,
            let found = faces.max(by: {
                meant.box.overlap($0.box) < meant.box.overlap($1.box)
            }), meant.box.overlap(found.box) > 0.2
        else { return 0 }
        let pair = try recogniser([
            recogniser.alignment.aligned(picture, found.points),
            recogniser.alignment.aligned(profile.picture, own.points),
        ])
        return try recogniser.similarity(pair[0..<1], pair[1..<2]).item()
    }

    /// SSIM of two pictures of one size.
    func structure(_ a: Image, _ b: Image) throws -> Double {
        try ssim(a.tensor().unsqueezed(0), b.tensor().unsqueezed(0))[0]
    }
}
