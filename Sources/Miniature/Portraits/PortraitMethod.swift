import Diffusion
import Faces
import ICPortrait
import Images
import Torch

/// A way to make the portraits of a study: rows of IC-Portrait's Table 1, and bounds.
public enum PortraitMethod: String, CaseIterable, Sendable {
    /// The answer key: how like themselves people look in these poses and lights.
    case key
    /// The answer key through the autoencoder: no latent model can be nearer.
    case reconstruction
    /// The style reference as it is.
    case reference
    /// The profile photo's face, aligned and blended in: it copies pixels.
    case paste
    /// The style reference, moved by the recogniser's guide and by nothing else: what the guide alone
    /// makes a judge believe.
    case guideOnly = "guide-only"
    /// The base alone: SDEdit of the reference with the profile photo's token for a prompt.
    case token
    /// An IP-Adapter of the FaceID kind, trained on the same base and pictures for as many steps.
    case faceID = "face-id"
    /// The base, taught the person by all their photos: SDEdit by its prompt.
    case dreamBooth = "dreambooth"
    /// An appearance net that was trained without warping.
    case plainAppearance = "plain-appearance"
    /// IC-Portrait's nets, the profile's features left where they are.
    case unwarped
    /// One weight for all levels: "without annealing".
    case evenBlend = "even-blend"
    /// All of the profile's features at all levels: another reading of "without annealing".
    case fullBlend = "full-blend"
    /// IC-Portrait.
    case ours
    /// IC-Portrait as the paper has it, not guided by a recogniser.
    case unguided
    /// IC-Portrait by the true correspondence, where both pictures show a place: what better matching
    /// could give.
    case trueFlow = "true-flow"

    /// For tables.
    public var title: String {
        switch self {
        case .key: "answer key"
        case .reconstruction: "answer key, through the autoencoder"
        case .reference: "style reference as it is"
        case .paste: "paste: profile's face aligned and blended"
        case .guideOnly: "style reference moved by the guide alone"
        case .token: "base with image token"
        case .faceID: "IP-Adapter FaceID"
        case .dreamBooth: "DreamBooth"
        case .plainAppearance: "trained without warping"
        case .unwarped: "without warping"
        case .evenBlend: "without annealing, mean weight"
        case .fullBlend: "without annealing, weight 1"
        case .ours: "IC-Portrait"
        case .unguided: "IC-Portrait without a recogniser's guidance"
        case .trueFlow: "IC-Portrait by the true flow"
        }
    }

    /// Whether every seed gives another picture.
    var isDrawn: Bool { ![.key, .reconstruction, .reference, .paste, .guideOnly].contains(self) }

    /// Makes a portrait.
    ///
    /// - Parameters:
    ///   - item: of whom, and in which place.
    ///   - model: what makes it.
    ///   - baselines: what others make theirs with.
    ///   - seed: of mask and noise.
    /// - Returns: the portrait.
    /// - Throws: ``MiniatureError`` for a face without points; `ICPortraitError`, `DiffusionError`,
    ///   `ImageError`, `TorchError`.
    func image(
        of item: PortraitCase, by model: PortraitModel, beside baselines: PortraitBaselines,
        seed: UInt64
    ) throws -> Image {
        func edited(_ edit: PlainEdit) throws -> Image {
            try edit.image(
                of: item.target.image, by: model, baselines.editSettings, seed: seed)
        }
        var model = model
        switch self {
        case .key: return item.key.image
        case .reconstruction: return try model.encoder.image(model.encoder.latents(item.key.image))
        case .reference: return item.target.image
        case .paste: return try pasted(item)
        case .guideOnly: return try guided(item, by: model)
        case .token:
            let token = try model.encoder.token(item.profile.image).unsqueezed(1)
            return try edited(
                PlainEdit(
                    unet: model.networks.base, context: .cat([token.zerosLike(), token])))
        case .faceID: return try edited(baselines.faceID(item.profile))
        case .dreamBooth: return try edited(baselines.dreamBooth(item.person))
        case .plainAppearance: model = try baselines.plainModel(as: model)
        case .unwarped: model.settings.matching.moment = .never
        case .evenBlend: model.settings.blend.shape = .even
        case .fullBlend: model.settings.blend.shape = .full
        case .unguided:
            model.settings.identity.weight = 0
            // The paper's method has every step guided by the token.
            model.settings.guidanceFrom = 0
        case .ours, .trueFlow: break
        }
        let conditions = try model.conditions(
            profile: item.profile.image, reference: item.target.image, seed: seed)
        let run = try model.denoising(
            conditions, seed: seed,
            match: self == .trueFlow ? item.match : nil,
            guide: model.identityGuide(to: item.photos, in: item.target))
        while let step = run.next() { _ = try step.get() }
        return try model.encoder.image(run.portrait)
    }

    /// As many moves as a portrait has steps.
    private func guided(_ item: PortraitCase, by model: PortraitModel) throws -> Image {
        var latents = try model.encoder.latents(item.target.image)
        let identity = model.settings.identity
        let moves = model.settings.strengths.reduce(0) { $0 + Int($1 * Double(identity.moves)) }
        if let guide = try model.identityGuide(to: item.photos, in: item.target) {
            latents = try guide(latents, identity, moves: moves, seed: 0)
        }
        return try model.encoder.image(latents)
    }

    /// The face of the profile photo on the reference's, its edge an ellipse that fades.
    private func pasted(_ item: PortraitCase) throws -> Image {
        guard let from = item.target.face?.points, let to = item.profile.face?.points else {
            throw MiniatureError(
                "paste: expected the points of both faces, found a face of which only a box is known."
            )
        }
        let map = try SimilarityTransform(mapping: from, to: to).affine
        let photo = item.profile.image
        let xs = to.map(\.x), ys = to.map(\.y)
        let centre = Point(
            ((xs.min() ?? 0) + (xs.max() ?? 0)) / 2, ((ys.min() ?? 0) + (ys.max() ?? 0)) / 2)
        let reach = max((xs.max() ?? 0) - (xs.min() ?? 0), (ys.max() ?? 0) - (ys.min() ?? 0))
        var values = [Float](repeating: 0, count: photo.width * photo.height)
        for y in 0..<photo.height {
            for x in 0..<photo.width {
                let (u, v) = (
                    (Double(x) - centre.x) / reach, (Double(y) - centre.y) / (1.15 * reach)
                )
                let t = min(max((1.1 - (u * u + v * v).squareRoot()) / 0.35, 0), 1)
                values[y * photo.width + x] = Float(t * t * (3 - 2 * t))
            }
        }
        return try item.target.image.pasting(
            photo, through: map,
            mask: Mask(width: photo.width, height: photo.height, values: values))
    }
}
