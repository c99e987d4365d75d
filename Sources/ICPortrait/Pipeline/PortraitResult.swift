import Diffusion
import Images
import Torch

/// A portrait that was made, and what it was made through.
public struct PortraitResult {
    /// The head crop that was made.
    public let portrait: Image
    /// The same in the reference's place; all else of the picture is as it was.
    public let picture: Image
    /// What each round made, the last of them the portrait.
    public let rounds: [Image]
    /// What was seen of the reference.
    public let visible: Image
    /// Where the target's places were found in the profile, by the last step if each looked anew; nil
    /// if none did.
    public let match: PortraitMatch?
}

extension PortraitModel {
    /// Puts the person of one head into another's place.
    ///
    /// - Parameters:
    ///   - profile: whom it will show.
    ///   - photos: all that are known of them, for guidance by a recogniser; the profile alone if empty.
    ///   - reference: gives pose, style and light, and the place in its picture.
    ///   - kind: the sampler.
    ///   - seed: of the mask and the noise.
    ///   - shouldStop: asked after every step.
    ///   - progress: called with steps done and in all.
    /// - Returns: the portrait; nil after a stop.
    /// - Throws: ``ICPortraitError``, `DiffusionError`, `ImageError`, `TorchError`.
    public func portrait(
        of profile: HeadView, among photos: [HeadView] = [], as reference: HeadView,
        kind: SchedulerKind = .ddim, seed: UInt64,
        shouldStop: () -> Bool = { false }, progress: (Int, Int) -> Void = { _, _ in }
    ) throws -> PortraitResult? {
        let conditions = try conditions(
            profile: profile.image, reference: reference.image, seed: seed)
        let run = try denoising(
            conditions, kind: kind, seed: seed,
            guide: identityGuide(to: photos.isEmpty ? [profile] : photos, in: reference))
        var rounds: [Image] = []
        while let result = run.next() {
            let step = try result.get()
            progress(step.index + 1, step.count)
            if step.endsRound { rounds.append(try encoder.image(run.portrait)) }
            if shouldStop() { return nil }
        }
        guard let portrait = rounds.last else {
            throw ICPortraitError("expected a round that ends, found none.")
        }
        let seen = try Canvas(conditions.condition).target
        return PortraitResult(
            portrait: portrait, picture: try reference.picture(with: portrait), rounds: rounds,
            visible: try encoder.image(seen), match: run.match)
    }
}

extension HeadView {
    /// The whole picture with another head in this one's place: what lies outside of the square keeps
    /// its very bytes, and the square's edge fades.
    ///
    /// - Parameters:
    ///   - portrait: a head crop.
    ///   - feather: the share of the square's side over which it fades.
    /// - Returns: a picture of the same size.
    /// - Throws: `ImageError`.
    public func picture(with portrait: Image, feather: Double = 0.08) throws -> Image {
        guard picture.width != picture.height || crop != Self.whole(picture) else {
            return picture.width == portrait.width
                ? portrait
                : try portrait.resized(
                    width: picture.width, height: picture.height, .pilLanczos)
        }
        // Interpolation skips pixels where it shrinks.
        var portrait = portrait
        if Double(portrait.width) > 1.5 * crop.side {
            let side = max(Int(crop.side.rounded()), 1)
            portrait = try portrait.resized(width: side, height: side, .pilLanczos)
        }
        let mask = try Mask.feathered(
            width: portrait.width, height: portrait.height,
            feather: feather * Double(portrait.width),
            // Interpolation reaches half a pixel beyond the last one that counts.
            inset: 0.5)
        return try picture.pasting(
            portrait, through: crop.transform(size: portrait.width), mask: mask)
    }
}
