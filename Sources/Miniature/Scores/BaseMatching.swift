import Diffusion
import Evaluation
import Layers
import Torch

/// Whether a base knows by itself which places of two pictures of a person belong together: the
/// early sign that it can look across a canvas.
///
/// Features of the middle and of the first block up, of clean latents and no condition; each cell
/// of the first picture goes to the cell of the second with the nearest direction, and the flow
/// through a median of 5 x 5 cells. Compare Tang et al. 2023, "Emergent correspondence from image
/// diffusion".
public struct BaseMatching {
    /// Of the base's features beside no flow at all.
    public struct Scores {
        /// By the base's features.
        public let found: FlowScores
        /// Of no flow.
        public let zero: FlowScores
    }

    let pairs: MatchingPairs
    private let latents: Tensor
    private let noText: Tensor

    /// Encodes the pairs once.
    ///
    /// - Parameters:
    ///   - pairs: with true correspondence.
    ///   - autoencoder: whose latents the base knows.
    ///   - noText: the context of an empty prompt, `[1, L, D]`.
    ///   - device: where the networks are.
    /// - Throws: `TorchError`.
    init(
        _ pairs: MatchingPairs, autoencoder: AutoencoderKL, noText: Tensor, device: Device
    ) throws {
        self.pairs = pairs
        self.noText = noText
        latents = try pairs.latents(autoencoder, on: device)
    }

    /// Matches all pairs by a base's features.
    ///
    /// - Throws: `TorchError`, `EvaluationError`.
    func scores(_ unet: UNet2DCondition) throws -> Scores {
        try noGrad {
            let flow = try Tensor.cat(
                latents.split(16).map { try found(features(unet, $0)) })
            return Scores(
                found: try FlowScores(pairs, flow),
                zero: try FlowScores(pairs, pairs.flow.zerosLike()))
        }
    }

    /// Unit features at every cell, `[2 K, C, G, G]`: both blocks, each of length 1.
    private func features(_ unet: UNet2DCondition, _ x: Tensor) throws -> Tensor {
        let names = ["mid_block", "up_blocks.0"]
        let recorder = FeatureRecorder(names)
        let context = try noText.to(x.device)
            .expanded([x.shape[0], noText.shape[1], noText.shape[2]])
        let time = try Tensor([Int64(0)], device: x.device)
        _ = try unet(x, timestep: time, context: context, hooks: recorder.hooks)
        let size = [pairs.cells, pairs.cells]
        return try .cat(
            names.compactMap { recorder.features[$0] }.map { value in
                let fine = try interpolate(value.to(.float32), size: size, mode: .bilinear)
                // What all places share tells none apart.
                let own = try fine - fine.mean([2, 3], keepDims: true)
                return try own / own.norm([1], keepDims: true).clamped(min: 1e-6)
            }, along: 1)
    }

    /// Flow in pixels `[K, 2, G, G]` from features of pictures that lie in pairs.
    private func found(_ features: Tensor) throws -> Tensor {
        let (channels, cells) = (features.shape[1], features.shape[2])
        let both = try features.reshaped([-1, 2, channels, cells, cells])
        let flow = try DenseFlow(target: both[.all, 0], source: both[.all, 1]).median(side: 5)
        return try flow.cells.to(.cpu) * Double(pairs.pictures.shape[4] / cells)
    }
}

extension BaseMatching.Scores {
    /// For a run's log: shares of places within a tenth of the face's width.
    var figures: [String: Double] {
        var figures: [String: Double] = [:]
        figures["heldout_pck_10"] = found.all?.pck(at: 0.1)
        figures["heldout_pck_10_turned"] = found.turned?.pck(at: 0.1)
        figures["heldout_pck_10_zero_flow"] = zero.all?.pck(at: 0.1)
        figures["heldout_pck_10_turned_zero_flow"] = zero.turned?.pck(at: 0.1)
        return figures
    }
}
