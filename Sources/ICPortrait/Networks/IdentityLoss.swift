import Diffusion
import Faces
import Images
import Layers
import Torch

/// How far what a network is about to make is from the person: one minus the cosine, by a recogniser, of
/// the predicted picture's face and the person's.
///
/// Not of the paper, whose loss is denoising alone. The recogniser must have no part in judging.
public struct IdentityLoss {
    private let autoencoder: AutoencoderKL
    private let recogniser: ArcFace

    /// A loss by two frozen networks.
    ///
    /// - Parameters:
    ///   - autoencoder: whose scaled latents are predicted.
    ///   - recogniser: of aligned faces, in the autoencoder's dtype.
    public init(autoencoder: AutoencoderKL, recogniser: ArcFace) {
        (self.autoencoder, self.recogniser) = (autoencoder, recogniser)
    }

    /// The distance of each picture.
    ///
    /// - Parameters:
    ///   - latents: predicted clean latents `[K, C, H, W]`, scaled.
    ///   - points: the five points of each face, pixels of the picture.
    ///   - identities: who should be seen, `[K, D]` by the same recogniser.
    ///   - jitters: how every face is cut out; one or more.
    /// - Returns: `[K * jitters]`, 0...2, with a graph: all cuts of the first face, then of the next.
    /// - Throws: `FaceError` for points that tell no place; `TorchError`.
    public func callAsFunction(
        _ latents: Tensor, points: [[Point]], identities: Tensor,
        jitters: [AlignmentJitter] = [.none]
    ) throws -> Tensor {
        var pictures = try autoencoder.decode(autoencoder.unscaled(latents)).to(.float32)
        var asked = identities
        let (height, width) = (pictures.shape[2], pictures.shape[3])
        if jitters.count > 1 {
            let rows = try Tensor(
                points.indices.flatMap { [Int64](repeating: Int64($0), count: jitters.count) },
                device: pictures.device)
            (pictures, asked) = try (
                pictures.indexSelected(0, rows), identities.indexSelected(0, rows)
            )
        }
        let grid = try grid(points, jitters, width: width, height: height)
        // Outside of the picture it is black, which is -1.
        let faces = try gridSample(pictures + 1, grid.to(pictures.device)) - 1
        let said = try recogniser(faces.to(latents.dtype)).to(.float32)
        let lengths = try (said.square().sum([1]) * asked.square().sum([1]) + 1e-12).sqrt()
        return try 1 - (said * asked).sum([1]) / lengths
    }

    /// Where the pixels of aligned faces lie in their pictures, `[K * jitters, S, S, 2]`.
    private func grid(
        _ points: [[Point]], _ jitters: [AlignmentJitter], width: Int, height: Int
    ) throws -> Tensor {
        let size = recogniser.configuration.inputSize
        let alignment = FaceAlignment(size: size)
        var numbers: [Float] = []
        let count = points.count * jitters.count
        numbers.reserveCapacity(count * size * size * 2)
        for (own, jitter) in points.flatMap({ own in jitters.map { (own, $0) } }) {
            let back = try alignment.transform(from: own, jitter: jitter).inverted()
            for y in 0..<size {
                for x in 0..<size {
                    let place = back(Point(Double(x), Double(y)))
                    numbers.append(Float((2 * place.x + 1) / Double(width) - 1))
                    numbers.append(Float((2 * place.y + 1) / Double(height) - 1))
                }
            }
        }
        return try Tensor(numbers, shape: [count, size, size, 2])
    }
}
