import Faces
import Foundation
import ICPortrait
import Images

/// Who goes where: every face that is replaced, with the photos of whom it becomes.
struct PortraitPlan {
    /// One face.
    struct Place {
        var person: PortraitRecord.Person
        let reference: HeadView
        let profile: HeadView
        /// All photos of the person, the profile among them.
        let photos: [HeadView]
        let reason: String

        /// Whether the faces' points are known, so that they can be recognised.
        var isAligned: Bool { reference.face != nil && photos.contains { $0.face != nil } }
    }

    let reference: (image: Image, file: PortraitRecord.File)
    let places: [Place]
    /// Which face of the profile photos is meant.
    let profileFace: FaceChoice
    /// Whether the settings ask for a recogniser's guidance.
    private let asksForGuidance: Bool
    /// Whether a recogniser guides any of the faces.
    var isGuided: Bool { asksForGuidance && places.contains(where: \.isAligned) }
    /// Faces that the reference has; nil if boxes said where they are.
    let faces: Int?

    /// Finds all heads: of each person the face that becomes theirs and the photos, whose own face
    /// `profileFace` says. `advice` is what a user can do about the reference's faces.
    init(
        reference path: String, people: [(choice: FaceChoice, paths: [String])],
        profileFace: FaceChoice, advice: FaceAdvice, _ tools: PortraitTools
    ) throws {
        let side = tools.model.encoder.side
        let own = try tools.picture(path)
        reference = own
        (self.profileFace, asksForGuidance) = (profileFace, tools.isGuided)
        let isTold = people.contains { $0.choice.isBox }
        let found = try isTold ? nil : tools.detector?.portraitFaces(in: own.image)
        faces = found?.count
        places = try people.map { choice, paths in
            let target = try HeadView.chosen(
                in: own.image, named: path, choice, side: side, among: found, advice: advice)
            let pictures = try paths.map(tools.picture)
            for (name, picture) in zip(paths, pictures)
            where picture.file.sha256 == own.file.sha256 {
                throw CommandError(
                    "\(name): expected a photo of whom the portrait will show, found the style "
                        + "reference itself; name another picture", code: Failure.badInput)
            }
            let heads = try zip(paths, pictures).map { name, picture in
                try tools.profile(
                    picture.image, named: name, profileFace,
                    advice: FaceAdvice(box: "with --profile-face-box"))
            }
            let best = try ProfileChoice(heads, for: target)
            var person = PortraitRecord.Person(
                profiles: pictures.map(\.file), chosen: best.index)
            switch choice {
            case .number(let number): person.face = number
            case .box(let box): person.box = [box.left, box.top, box.right, box.bottom]
            case .any: break
            }
            return Place(
                person: person, reference: target, profile: heads[best.index],
                photos: heads, reason: best.reason)
        }
    }

    /// One line a face, for a user to see before any work.
    var lines: [String] {
        let found = faces.map { "\($0) \($0 == 1 ? "face" : "faces")" } ?? "a box"
        return ["\(reference.file.name): \(found)"]
            + places.enumerated().map { index, place in
                let crop = place.reference.crop
                let number = place.person.face ?? index + 1
                let name = place.person.profiles[place.person.chosen].name
                let why = place.person.profiles.count > 1 ? " (\(place.reason))" : ""
                let blind = asksForGuidance && !place.isAligned
                return "  face \(number) at \(Int(crop.centre.x)),\(Int(crop.centre.y)), "
                    + "\(Int(crop.side)) px: \(name)\(why)"
                    + (blind ? "; of a box nobody is recognised, so nobody guides it" : "")
            }
    }

    /// What a portrait of this plan says of itself.
    func record(_ tools: PortraitTools, seed: UInt64, scheduler: String, dtype: String)
        -> PortraitRecord
    {
        var record = PortraitRecord(
            model: tools.name, fingerprint: tools.fingerprint, reference: reference.file,
            people: places.map(\.person), seed: seed, scheduler: scheduler, dtype: dtype,
            device: "\(tools.model.encoder.device)", settings: tools.model.settings)
        if case .box(let box) = profileFace {
            record.profileBox = [box.left, box.top, box.right, box.bottom]
        }
        return record
    }
}
