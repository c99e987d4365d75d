import Diffusion
import ICPortrait
import Torch

/// How well a matching net finds the places of unseen people's pictures: IC-Portrait, Figure 4.
///
/// The first picture of a pair stands where the style reference does, its cells hidden as they are
/// when portraits are made; the second is the profile photo.
public struct PortraitMatching {
    let pairs: MatchingPairs
    private let settings: ICPortraitSettings
    private let target, profile, tokens, condition: Tensor

    /// Encodes the pairs once.
    ///
    /// - Parameters:
    ///   - pairs: with true correspondence.
    ///   - autoencoder: whose latents the net knows.
    ///   - vision: CLIP's image encoder.
    ///   - settings: which features, and how much is hidden.
    ///   - device: where the networks are.
    /// - Throws: `TorchError`, `ICPortraitError`.
    init(
        _ pairs: MatchingPairs, autoencoder: AutoencoderKL, vision: CLIPVision,
        settings: ICPortraitSettings, device: Device
    ) throws {
        (self.pairs, self.settings) = (pairs, settings)
        let latents = try pairs.latents(autoencoder, on: device)
        let embeddings = try noGrad {
            try Tensor.cat(
                pairs.networkPictures(on: device).map {
                    try vision(CLIPPixels.normalised($0)).imageEmbeds
                })
        }
        let shape = [pairs.count, 2] + latents.shape.dropFirst()
        let both = try latents.reshaped(shape)
        target = try both[.all, 0]
        profile = try both[.all, 1]
        tokens = try embeddings.reshaped([pairs.count, 2, -1])[.all, 1].unsqueezed(1)
        let generator = try Generator(seed: 1)
        let masks = try Tensor.cat(
            (0..<pairs.count).map { _ in
                try KeepMask.random(
                    keeping: settings.keepRatio, height: shape[3], width: shape[4],
                    generator: generator)
            })
        condition = try Canvas(target: target * masks.to(device), profile: profile).tensor
    }

    /// Matches all pairs.
    ///
    /// - Throws: `TorchError`, `EvaluationError`.
    func scores(_ network: LatentControlNet) throws -> FlowScores {
        try FlowScores(pairs, flow(network))
    }

    /// Where a net finds the first pictures' places in the second ones, pixels: `[K, 2, G, G]`.
    func flow(_ network: LatentControlNet) throws -> Tensor {
        try noGrad {
            let time = try Tensor([Int64(settings.matching.timestep)], device: target.device)
            let flows = try stride(from: 0, to: pairs.count, by: 20).map { start -> Tensor in
                let part = start..<min(start + 20, pairs.count)
                let match = try network.match(
                    Canvas(target: target[part], profile: profile[part]), timestep: time,
                    context: tokens[part], condition: condition[part], settings.matching)
                return try match.flow.resized(to: [pairs.cells, pairs.cells]).cells.to(.cpu)
            }
            return try .cat(flows) * Double(pairs.pictures.shape[4] / pairs.cells)
        }
    }
}

extension FlowScores {
    /// For a run's log.
    var figures: [String: Double] {
        var figures: [String: Double] = [:]
        figures["heldout_pck_10"] = all?.pck(at: 0.1)
        figures["heldout_pck_05"] = all?.pck(at: 0.05)
        figures["heldout_error"] = all?.meanError
        figures["heldout_pck_10_turned"] = turned?.pck(at: 0.1)
        figures["heldout_pck_05_turned"] = turned?.pck(at: 0.05)
        return figures
    }
}
