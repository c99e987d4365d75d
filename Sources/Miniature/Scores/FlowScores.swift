import Diffusion
import Evaluation
import Figures
import Torch

/// How near a flow comes to the truth of a set of pairs.
public struct FlowScores {
    /// Of all pairs; nil if there is nothing to see.
    public let all: MatchingScores?
    /// Of pairs turned by 15 degrees and more.
    public let turned: MatchingScores?

    /// Compares.
    ///
    /// - Parameters:
    ///   - pairs: with the truth.
    ///   - flow: `[K, 2, G, G]`, pixels.
    /// - Throws: `EvaluationError`, `TorchError`.
    init(_ pairs: MatchingPairs, _ flow: Tensor) throws {
        func score(atLeast degrees: Double) throws -> MatchingScores? {
            let chosen = pairs.turns.indices.filter { pairs.turns[$0] >= degrees }
            let places = try Tensor(chosen.map(Int64.init))
            let visible = try pairs.visible.indexSelected(0, places)
            guard !chosen.isEmpty, try visible.sum().item() > 0 else { return nil }
            return try MatchingScores(
                flow: flow.indexSelected(0, places), truth: pairs.flow.indexSelected(0, places),
                visible: visible, sizes: chosen.map { pairs.widths[$0] })
        }
        all = try score(atLeast: 0)
        turned = try score(atLeast: 15)
    }

    /// The columns of ``cells``.
    static let columns: [Table.Column] = ["", "turned by 15\u{B0} and more: "].flatMap { pairs in
        [
            .init("\(pairs)PCK@0.1", unit: "%", digits: 1), .init("PCK@0.05", unit: "%", digits: 1),
            .init("mean error", unit: "pixels"),
        ]
    }

    /// A table's cells.
    var cells: [Table.Cell] {
        [all, turned].flatMap { scores -> [Table.Cell] in
            guard let scores else { return [.missing, .missing, .missing] }
            return [
                .number(100 * scores.pck(at: 0.1)), .number(100 * scores.pck(at: 0.05)),
                .number(scores.meanError),
            ]
        }
    }
}

extension MatchingPairs {
    /// Scaled latents of all pictures in their order, `[2 K, C, H, W]`.
    func latents(_ autoencoder: AutoencoderKL, on device: Device) throws -> Tensor {
        try noGrad {
            try .cat(
                networkPictures(on: device).map {
                    try autoencoder.scaled(autoencoder.encode($0).mean)
                })
        }
    }

    /// Pictures in -1...1, 32 at a time.
    func networkPictures(on device: Device) throws -> [Tensor] {
        let side = pictures.shape[4]
        return try pictures.reshaped([2 * count, 3, side, side]).split(32)
            .map { try $0.to(device).to(.float32) / 127.5 - 1 }
    }
}
