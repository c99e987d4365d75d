import Diffusion
import Faces
import ICPortrait
import Images
import Torch

/// A way to make the portraits of a study: rows of IC-Portrait's Table 1, and bounds.
public enum PortraitMethod: String, CaseIterable, Sendable {
    /// The answer key through the autoencoder: no latent model can be nearer.
    case reconstruction
    /// The style reference as it is.
    case reference
    /// The profile photo's face, aligned and blended in: it copies pixels.
    case paste
    /// The base alone: SDEdit of the reference with the profile photo's token for a prompt.
    case token
    /// The profile's features where they are.
    case unwarped
    /// One weight for all levels: "without annealing".
    case evenBlend = "even-blend"
    /// All of the profile's features at all levels: another reading of "without annealing".
    case fullBlend = "full-blend"
    /// IC-Portrait.
    case ours
    /// IC-Portrait by the true correspondence: what better matching could give.
    case trueFlow = "true-flow"

    /// For tables.
    public var title: String {
        switch self {
        case .reconstruction: "answer key, through the autoencoder"
        case .reference: "style reference as it is"
        case .paste: "paste: profile's face aligned and blended"
        case .token: "base with image token"
        case .unwarped: "without warping"
        case .evenBlend: "without annealing, mean weight"
        case .fullBlend: "without annealing, weight 1"
        case .ours: "IC-Portrait"
        case .trueFlow: "IC-Portrait by the true flow"
        }
    }

    /// Whether every seed gives another picture.
    var isDrawn: Bool { ![.reconstruction, .reference, .paste].contains(self) }

    /// Makes a portrait.
    ///
    /// - Throws: `ICPortraitError`, `DiffusionError`, `ImageError`, `TorchError`.
    func image(of item: PortraitCase, by model: PortraitModel, seed: UInt64) throws -> Image {
        var model = model
        switch self {
        case .reconstruction: return try model.image(model.latents(item.key.image))
        case .reference: return item.target.image
        case .paste: return try pasted(item)
        case .token: return try model.imageFromToken(item, seed: seed)
        case .unwarped: model.settings.matching.moment = .never
        case .evenBlend: model.settings.blend.shape = .even
        case .fullBlend: model.settings.blend.shape = .full
        case .ours, .trueFlow: break
        }
        let conditions = try model.conditions(
            profile: item.profile.image, reference: item.target.image, seed: seed)
        let run = try model.denoising(
            conditions, seed: seed,
            match: self == .trueFlow ? PortraitMatch(flow: item.flow) : nil)
        while let step = run.next() { _ = try step.get() }
        return try model.image(run.portrait)
    }

    /// The face of the profile photo on the reference's, its edge an ellipse that fades.
    private func pasted(_ item: PortraitCase) throws -> Image {
        guard let from = item.target.face?.points, let to = item.profile.face?.points else {
            return item.target.image
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

extension PortraitModel {
    /// SDEdit (Meng et al. 2022) of the reference by the base alone, the profile photo's embedding for a
    /// prompt; as many rounds as a portrait has.
    fileprivate func imageFromToken(_ item: PortraitCase, seed: UInt64) throws -> Image {
        try noGrad {
            var x = try latents(item.target.image)
            let token = try token(item.profile.image).unsqueezed(1)
            let generator = try Generator(seed: seed)
            for strength in settings.strengths {
                var sampler = try makeScheduler(scheduler, kind: .ddim, steps: settings.steps)
                let first = sampler.startIndex(strength: strength)
                let noise = try Tensor.randn(x.shape, generator: generator).to(x.device)
                    .to(x.dtype)
                x = try sampler.noised(x, noise: noise, at: first)
                for index in first..<sampler.timesteps.count {
                    let input = try sampler.scaledInput(x, at: index)
                    let time = try Tensor([Float(sampler.timesteps[index])], device: x.device)
                    let both = try networks.base(
                        .cat([input, input]), timestep: time,
                        context: .cat([token.zerosLike(), token])
                    ).chunked(2)
                    let output = try both[0] + (both[1] - both[0]) * settings.guidance
                    x = try sampler.step(output, at: index, sample: x, noise: nil).previous
                }
            }
            return try image(x)
        }
    }
}
